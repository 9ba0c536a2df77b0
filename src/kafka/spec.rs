//! How to reach a cluster: bootstrap servers and the properties that a user gave, checked before anything is sent.

use crate::config::{BYTE_ORDER_MARK, is_key_shaped, parse_properties, properties_text};
use crate::kafka::ConnectError;
use crate::kafka::properties::{self, Treatment};
use crate::kafka::secrets::Secrets;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

mod java;
mod librdkafka;

/// What the connection is made with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// klever's own connections.
    Wire,
    /// The C library, for what klever's own connections do not do.
    Librdkafka,
}

/// A checked way to a cluster. `Debug` shows names only: no value of a property ever leaves this type but
/// into the client library.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionSpec {
    bootstrap: Vec<String>,
    /// By librdkafka's names, and by Java's where librdkafka has none.
    native: BTreeMap<String, String>,
    transport: Option<Transport>,
}

impl ConnectionSpec {
    /// A plaintext connection to `HOST:PORT[,HOST:PORT...]`.
    ///
    /// # Errors
    /// When an address is not `HOST:PORT`.
    pub fn plaintext(bootstrap: &str) -> Result<Self, ConnectError> {
        ConnectionSpec::from_parts(Some(bootstrap), "", &[])
    }

    /// From `-b`, the path of `-F` and the `key=value` of each `-X`; later ones win.
    ///
    /// # Errors
    /// When the file cannot be read, and as [`Self::from_parts`].
    pub fn from_arguments(
        bootstrap: Option<&str>,
        file: Option<&Path>,
        overrides: &[String],
    ) -> Result<Self, ConnectError> {
        let text = match file {
            None => String::new(),
            Some(path) => properties_text(std::fs::read(path).map_err(|error| {
                ConnectError::new(format!("cannot read {}: {}", path.display(), error.kind()))
            })?),
        };
        ConnectionSpec::from_parts(bootstrap, &text, overrides)
    }

    /// From `-b`, the text of a properties file and the `key=value` of each `-X`.
    ///
    /// # Errors
    /// When no or a malformed bootstrap server is given, a property is unknown, would run something, or is a
    /// secret on the command line. Messages name properties, never values.
    pub fn from_parts(
        bootstrap: Option<&str>,
        file: &str,
        overrides: &[String],
    ) -> Result<Self, ConnectError> {
        let mut given = BTreeMap::new();
        let properties = parse_properties(file)
            .map_err(|(line, why)| ConnectError::new(format!("line {line} of the properties: {why}")))?;
        for property in properties {
            accept(property.key, property.value, &mut given)?;
        }
        for pair in overrides {
            let (name, value) = split_override(pair)?;
            accept(name.to_string(), value.to_string(), &mut given)?;
        }
        let servers = given.remove("bootstrap.servers").or(given.remove("metadata.broker.list"));
        let bootstrap = servers_of(bootstrap.map(str::to_string).or(servers))?;
        let native = java::translated(given)?;
        Ok(ConnectionSpec { bootstrap, native, transport: None })
    }

    /// The servers to start from, each `HOST:PORT`.
    pub fn bootstrap(&self) -> &[String] {
        &self.bootstrap
    }

    /// The same way with this transport; klever chooses when there is none.
    pub fn with_transport(self, transport: Option<Transport>) -> Self {
        ConnectionSpec { transport, ..self }
    }

    /// The transport that was asked for.
    pub fn transport(&self) -> Option<Transport> {
        self.transport
    }

    /// A property that is a time in milliseconds, where it is set.
    ///
    /// # Errors
    /// When its value is no such number.
    pub(in crate::kafka) fn milliseconds(&self, name: &str) -> Result<Option<Duration>, ConnectError> {
        let Some(value) = self.native.get(name) else { return Ok(None) };
        let number = value.trim().parse().map(Duration::from_millis);
        number
            .map(Some)
            .map_err(|_| ConnectError::new(format!("property {name} is no number of milliseconds")))
    }

    /// Whether the connection has neither TLS nor SASL.
    pub fn is_plaintext(&self) -> bool {
        self.native.get("security.protocol").is_none_or(|protocol| protocol.eq_ignore_ascii_case("plaintext"))
    }

    /// Values that must never be shown.
    pub(in crate::kafka) fn secrets(&self) -> Secrets {
        let secret = |(name, _): &(&String, &String)| properties::is_secret(name);
        Secrets::new(self.native.iter().filter(secret).map(|(_, value)| value.clone()).collect())
    }

    /// A property that was given, by librdkafka's name, or by Java's where librdkafka has none.
    pub(in crate::kafka) fn property(&self, name: &str) -> Option<&str> {
        self.native.get(name).map(String::as_str)
    }

    /// What librdkafka is configured with, but for Java's trust store, which `wire` reads for it: klever's own
    /// settings last, so that nothing overrides them.
    ///
    /// # Errors
    /// When a property has no counterpart in librdkafka; leaving it out would be less than was asked for.
    pub(in crate::kafka) fn librdkafka_properties(&self) -> Result<Vec<(String, String)>, ConnectError> {
        librdkafka::can_do(&self.native)?;
        let mut all: BTreeMap<String, String> =
            DEFAULTS.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let known =
            self.native.iter().filter(|(name, _)| !librdkafka::UNKNOWN_TO_IT.contains(&name.as_str()));
        all.extend(known.map(|(name, value)| (name.clone(), value.clone())));
        all.extend(FIXED.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        all.insert("bootstrap.servers".into(), self.bootstrap.join(","));
        all.insert("client.id".into(), concat!("klever/", env!("CARGO_PKG_VERSION")).into());
        Ok(all.into_iter().collect())
    }
}

impl fmt::Debug for ConnectionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.native.keys().collect();
        f.debug_struct("ConnectionSpec").field("bootstrap", &self.bootstrap).field("set", &names).finish()
    }
}

/// What a user may change.
const DEFAULTS: &[(&str, &str)] = &[
    ("socket.connection.setup.timeout.ms", "5000"),
    ("socket.timeout.ms", "15000"),
    ("socket.keepalive.enable", "true"),
    ("reconnect.backoff.ms", "100"),
    ("reconnect.backoff.max.ms", "5000"),
    ("connections.max.idle.ms", "540000"),
];

/// What makes the handle a reader: no auto-creation, no telemetry, no commits, and no refresh but klever's own.
const FIXED: &[(&str, &str)] = &[
    ("allow.auto.create.topics", "false"),
    ("enable.metrics.push", "false"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("isolation.level", "read_uncommitted"),
    ("topic.metadata.refresh.interval.ms", "-1"),
    ("metadata.max.age.ms", "900000"),
];

fn split_override(pair: &str) -> Result<(&str, &str), ConnectError> {
    let malformed =
        || ConnectError::new("-X takes KEY=VALUE").with_hint("for example -X security.protocol=SSL");
    let (name, value) = pair.split_once('=').ok_or_else(malformed)?;
    match properties::treatment(name.trim()) {
        Treatment::Secret(_) | Treatment::Translate { secret: true } => {
            Err(ConnectError::new(format!("{name} is a secret and may not stand on the command line"))
                .with_hint("put it into a properties file that only you can read, and give that with -F"))
        }
        _ => Ok((name.trim(), value)),
    }
}

fn accept(name: String, value: String, given: &mut BTreeMap<String, String>) -> Result<(), ConnectError> {
    match properties::treatment(&name) {
        Treatment::Take(native) | Treatment::Secret(native) => {
            given.insert(native.to_string(), value);
        }
        Treatment::Translate { .. } => {
            given.insert(name, value);
        }
        Treatment::Ignored => {}
        Treatment::Executes if properties::is_kafkas_own(&name, &value) => {}
        Treatment::Executes => {
            return Err(ConnectError::new(format!(
                "property {name} is refused: it would run or load a program"
            ))
            .with_hint("klever runs nothing that a connection profile names; remove the line"));
        }
        Treatment::Unknown => return unknown(&name, &value),
    }
    Ok(())
}

/// A misspelt property must not pass for set. Java reads a byte order mark as part of the first key, which is harmless
/// in front of a comment, or of a property that means nothing here.
fn unknown(name: &str, value: &str) -> Result<(), ConnectError> {
    if let Some(meant) = name.strip_prefix(BYTE_ORDER_MARK) {
        let is_comment = meant.is_empty() || meant.starts_with(['#', '!']);
        if is_comment || properties::treatment(meant) == Treatment::Ignored {
            return Ok(());
        }
        let meant = printable(meant);
        let error = format!("the properties start with a byte order mark, so that `{meant}` is not set");
        return Err(
            ConnectError::new(error).with_hint("save the file as UTF-8 without BOM, as Java needs it")
        );
    }
    // A line of a key or of a JAAS entry whose continuation was lost must not be repeated.
    if value.is_empty() || !is_key_shaped(name) {
        return Err(ConnectError::new(
            "a line of the client properties is no property: a lost line continuation?",
        )
        .with_hint("a value over several lines needs a backslash at the end of each but the last"));
    }
    let error = ConnectError::new(format!("unknown client property `{}`", printable(name)));
    Err(match properties::nearest(name) {
        Some(near) => error.with_hint(format!("did you mean {near}?")),
        None => error,
    })
}

fn servers_of(given: Option<String>) -> Result<Vec<String>, ConnectError> {
    let text = given.unwrap_or_default();
    // What stands before it may be a password, which a message must not repeat.
    if text.contains('@') {
        return Err(ConnectError::new("the address of a broker takes no user and no password")
            .with_hint("give HOST:PORT, and sasl.jaas.config in the file of -F"));
    }
    let servers: Vec<String> =
        text.split(',').map(str::trim).filter(|server| !server.is_empty()).map(str::to_string).collect();
    if servers.is_empty() {
        return Err(ConnectError::new("no bootstrap server given")
            .with_hint("give one with -b HOST:PORT, or bootstrap.servers in the file of -F"));
    }
    match servers.iter().find(|server| !is_address(server)) {
        Some(wrong) => Err(ConnectError::new(format!("`{}` is not HOST:PORT", printable(wrong)))
            .with_hint("for example -b broker1:9092,broker2:9092")),
        None => Ok(servers),
    }
}

fn is_address(server: &str) -> bool {
    let Some((host, port)) = server.rsplit_once(':') else { return false };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let host_fits = !host.is_empty() && (bracketed || !host.contains([':', '/']));
    host_fits && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests;
