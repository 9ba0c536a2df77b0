//! How to reach a cluster: bootstrap servers and the properties that a user gave, checked before anything is sent.

use crate::config::parse_properties;
use crate::kafka::ConnectError;
use crate::kafka::properties::{self, Treatment};
use crate::kafka::secrets::Secrets;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

mod given;
mod java;
mod librdkafka;
mod tunnels;
mod values;

use given::{Given, Place, at, printable};
pub(in crate::kafka) use tunnels::Tunnels;

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
    tunnels: Tunnels,
    /// Where each property was given: its name there, and `file:line` where it stands in a file.
    places: BTreeMap<String, Place>,
}

impl ConnectionSpec {
    /// A plaintext connection to `HOST:PORT[,HOST:PORT...]`.
    ///
    /// # Errors
    /// When an address is not `HOST:PORT`.
    pub fn plaintext(bootstrap: &str) -> Result<Self, ConnectError> {
        ConnectionSpec::from_parts(Some(bootstrap), None, &[])
    }

    /// From `-b`, the name and the text of a properties file, and the `key=value` of each `-X`; later ones win.
    ///
    /// # Errors
    /// When no or a malformed bootstrap server is given, a property is unknown, has a value that it does not take, would
    /// run something, or is a secret on the command line. Messages name the file with its line and the property, and no
    /// value that may be a secret.
    pub fn from_parts(
        bootstrap: Option<&str>,
        file: Option<(&str, &str)>,
        overrides: &[String],
    ) -> Result<Self, ConnectError> {
        let mut given = Given::default();
        if let Some((name, text)) = file {
            let properties = parse_properties(text)
                .map_err(|(line, why)| ConnectError::new(format!("{name}:{line}: {why}")).of_properties())?;
            for property in properties {
                let place = Some(format!("{name}:{}", property.line));
                given.accept(property.key, property.value, place)?;
            }
        }
        for pair in overrides {
            let (name, value) = split_override(pair)?;
            given.accept(name.to_string(), value.to_string(), None)?;
        }
        let spec = ConnectionSpec::from_given(given, bootstrap)?;
        spec.check_values()?;
        Ok(spec)
    }

    /// `bootstrap` comes before the servers of the properties.
    fn from_given(mut given: Given, bootstrap: Option<&str>) -> Result<ConnectionSpec, ConnectError> {
        let mut servers = (bootstrap.map(str::to_string), None);
        for name in ["bootstrap.servers", "metadata.broker.list"] {
            let (value, place) = (given.values.remove(name), given.places.remove(name));
            if servers.0.is_none() {
                servers = (value, place.and_then(|place| place.line));
            }
        }
        let bootstrap = servers_of(servers.0).map_err(|error| at(servers.1.as_deref(), error))?;
        let mut places = given.places;
        let native = java::translated(given.values).map_err(|(property, error)| {
            at(places.get(property).and_then(|place| place.line.as_deref()), error)
        })?;
        for (java, native) in java::renamed() {
            if let Some(place) = places.get(java).cloned() {
                places.entry(native.to_string()).or_insert(place);
            }
        }
        Ok(ConnectionSpec { bootstrap, native, places, transport: None, tunnels: Tunnels::default() })
    }

    /// Of what was given; klever's own settings are right.
    fn check_values(&self) -> Result<(), ConnectError> {
        let given =
            self.native.iter().filter_map(|(name, value)| Some((name, value, self.places.get(name)?)));
        for (name, value, place) in given {
            if let Some(error) = values::refused(&place.name, name, value) {
                let message = format!("{}: {}", place.name, self.secrets().mask(&error.message));
                return Err(at(place.line.as_deref(), ConnectError { message, ..error }));
            }
        }
        Ok(())
    }

    /// An error behind the place of the property that it names, where it names one that was given.
    pub(in crate::kafka) fn placed(&self, error: ConnectError) -> ConnectError {
        let text = &error.message;
        let named = |name: &str, place: &Place| text.contains(name) || text.contains(&place.name);
        let found = self.places.iter().filter(|(name, place)| named(name, place));
        let Some((_, place)) = found.max_by_key(|(name, _)| name.len()) else { return error };
        let front = if text.contains(&place.name) { String::new() } else { format!("{}: ", place.name) };
        let message = format!("{front}{text}");
        at(place.line.as_deref(), ConnectError { message, ..error })
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

    /// The same way where these addresses, given or advertised, are reached at others: `HOST:PORT=HOST:PORT` each.
    /// Whom TLS expects to find there stays the same.
    ///
    /// # Errors
    /// When one is no such pair, or an address has two others.
    pub fn with_map(self, pairs: &[String]) -> Result<Self, ConnectError> {
        Ok(ConnectionSpec { tunnels: Tunnels::of(pairs)?, ..self })
    }

    pub(in crate::kafka) fn tunnels(&self) -> &Tunnels {
        &self.tunnels
    }

    /// A property that is a time in milliseconds, where it is set.
    ///
    /// # Errors
    /// When its value is no such number.
    pub(in crate::kafka) fn milliseconds(&self, name: &str) -> Result<Option<Duration>, ConnectError> {
        let Some(value) = self.native.get(name) else { return Ok(None) };
        let number = value.trim().parse().map(Duration::from_millis);
        number.map(Some).map_err(|_| {
            self.placed(ConnectError::new(format!("property {name} is no number of milliseconds")))
                .of_properties()
        })
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
    #[cfg(feature = "librdkafka")]
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
#[cfg(feature = "librdkafka")]
const DEFAULTS: &[(&str, &str)] = &[
    ("socket.connection.setup.timeout.ms", "5000"),
    ("socket.timeout.ms", "15000"),
    ("socket.keepalive.enable", "true"),
    ("reconnect.backoff.ms", "100"),
    ("reconnect.backoff.max.ms", "5000"),
    ("connections.max.idle.ms", "540000"),
];

/// What makes the handle a reader: no auto-creation, no telemetry, no commits, and no refresh but klever's own.
#[cfg(feature = "librdkafka")]
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
            let why = format!("{name} is a secret and may not stand on the command line");
            Err(ConnectError::new(why)
                .of_properties()
                .with_hint("put it into a properties file that only you can read, and give that with -F"))
        }
        _ => Ok((name.trim(), value)),
    }
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

#[cfg(test)]
mod tests;
