//! A broker's or controller's `server.properties` as a broker of which nothing but its settings is known.

use crate::config::client::{kept, meant_key, refused};
use crate::config::kind::{FileKind, format_of, kind_of};
use crate::config::part::value_or_filled_in;
use crate::config::{FileNote, Property, is_key_shaped, is_secret_key, parse_properties};
use crate::knobs::{KeyScope, check_value, default_at};
use crate::model::{Broker, BrokerId, BrokerStatus, ConfigEntry, ConfigMap, ConfigSource, Datum, Origin};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A broker's file that could be read.
#[derive(Clone, PartialEq, Debug)]
pub struct BrokerFile {
    /// The broker; its id is 0 where the file has none.
    pub broker: Broker,
    /// The line of each key.
    pub lines: BTreeMap<String, usize>,
    /// Keys set twice and the like: worth a word.
    pub notes: Vec<FileNote>,
    /// What klever did not understand, so that nothing says that it is fine.
    pub unread: Vec<FileNote>,
    /// Whether a secret stands in it as plain text.
    pub holds_secret: bool,
    /// What the file seems to be, where it is not a broker's configuration.
    pub other_kind: Option<FileKind>,
}

/// Reads a broker's file.
///
/// # Errors
/// The first line with a broken escape or with a value that no Kafka takes.
pub fn read_broker(file: &str, text: &str) -> Result<BrokerFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let mut read = nothing_read(file);
    read.other_kind = format_of(text);
    if read.other_kind.is_some() {
        return Ok(read);
    }
    let properties = parse_properties(text).map_err(|(line, why)| note(line, why))?;
    read.other_kind =
        kind_of(KeyScope::Broker, &properties).filter(|kind| *kind != FileKind::ServerProperties);
    if read.other_kind.is_some() {
        return Ok(read);
    }
    if !properties.iter().any(is_brokers) {
        read.other_kind = Some(FileKind::Unknown);
        return Ok(read);
    }
    broker_of(file, properties)
}

/// Reads a broker's settings, wherever in a file they stood.
///
/// # Errors
/// The first value that no Kafka takes.
pub(super) fn broker_of(file: &str, mut properties: Vec<Property>) -> Result<BrokerFile, FileNote> {
    let note = |line: usize, text: String| FileNote { file: file.to_string(), line: Some(line), text };
    let mut read = nothing_read(file);
    let mut config = ConfigMap::new();
    for property in &mut properties {
        property.value = value_or_filled_in(&property.value).to_string();
    }
    for property in &properties {
        if let Some(key) = default_at(KeyScope::Broker, &property.key) {
            check_value(key, &property.value)
                .map_err(|allowed| note(property.line, refused(property, key, &allowed)))?;
        } else {
            match unknown_key(&property.key) {
                KeyOfOthers::PlugIn => {}
                KeyOfOthers::Noted(text) => read.notes.push(note(property.line, text)),
                KeyOfOthers::NotRead(text) => read.unread.push(note(property.line, text)),
            }
        }
        read.holds_secret |= is_secret(property) && !property.value.contains("${");
        if config.insert(property.key.clone(), entry(property)).is_some() {
            read.notes
                .push(note(property.line, format!("`{}` is set again: the last one counts", property.key)));
        }
        read.lines.insert(property.key.clone(), property.line);
    }
    fill_in(&mut read.broker, config, file);
    Ok(read)
}

fn is_brokers(property: &Property) -> bool {
    default_at(KeyScope::Broker, &property.key).is_some()
}

fn nothing_read(file: &str) -> BrokerFile {
    let from = Origin::File(file.to_string());
    BrokerFile {
        broker: Broker {
            id: BrokerId(0),
            host: String::new(),
            port: 0,
            rack: Datum::known(None, 0, from.clone()),
            state: BrokerStatus::Up,
            since: None,
            config: Datum::known(Arc::default(), 0, from),
        },
        lines: BTreeMap::new(),
        notes: Vec::new(),
        unread: Vec::new(),
        holds_secret: false,
        other_kind: None,
    }
}

fn fill_in(broker: &mut Broker, config: ConfigMap, file: &str) {
    let from = Origin::File(file.to_string());
    let text = |key: &str| config.get(key).and_then(|entry| entry.value.clone());
    let id = text("node.id").or_else(|| text("broker.id")).and_then(|text| text.trim().parse().ok());
    broker.id = BrokerId(id.unwrap_or(0));
    broker.rack = Datum::known(text("broker.rack").map(Arc::from), 0, from.clone());
    broker.config = Datum::known(Arc::new(config), 0, from);
}

fn is_secret(property: &Property) -> bool {
    is_secret_key(&property.key, default_at(KeyScope::Broker, &property.key))
}

/// A secret is kept as null, as a broker answers it.
fn entry(property: &Property) -> ConfigEntry {
    let key = default_at(KeyScope::Broker, &property.key);
    let value = (!is_secret(property)).then(|| match key {
        Some(key) => kept(key, &property.value),
        None => property.value.trim().to_string(),
    });
    ConfigEntry { value, source: ConfigSource::StaticBroker }
}

/// Keys that plug-ins of a broker read, and those that stand for one listener only.
const OWN: [&str; 6] = [
    "listener.name.",
    "super.users",
    "allow.everyone.if.no.acl.found",
    "confluent.",
    "cruise.control.",
    "rsm.",
];

/// What klever makes of a key that Kafka's brokers do not have.
enum KeyOfOthers {
    PlugIn,
    Noted(String),
    NotRead(String),
}

fn unknown_key(key: &str) -> KeyOfOthers {
    if !is_key_shaped(key) && !key.starts_with("listener.name.") {
        return KeyOfOthers::NotRead("a key that klever does not understand".into());
    }
    if OWN.iter().any(|own| key.starts_with(own)) {
        return KeyOfOthers::PlugIn;
    }
    match meant_key(KeyScope::Broker, key) {
        Some(meant) => {
            KeyOfOthers::NotRead(format!("Kafka has no broker key `{key}`: did you mean `{meant}`?"))
        }
        None => KeyOfOthers::Noted(format!("Kafka has no broker key `{key}`: left to plug-ins")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "process.roles=broker\nnode.id=7\nbroker.rack=a\nlog.dirs=/data\nmin.insync.replicas=2\n\
        ssl.keystore.password=hush\nlistener.name.out.ssl.client.auth=required\nsuper.users=User:admin\n";

    fn read(text: &str) -> BrokerFile {
        read_broker("server.properties", text).unwrap()
    }

    #[test]
    fn a_brokers_file_is_a_broker() {
        let file = read(FILE);
        assert_eq!((file.other_kind, file.unread.len(), file.broker.id), (None, 0, BrokerId(7)));
        assert_eq!(file.lines["min.insync.replicas"], 5);
        let config = file.broker.config.get().unwrap();
        assert_eq!(config["min.insync.replicas"].value.as_deref(), Some("2"));
        assert!(config["ssl.keystore.password"].value.is_none() && file.holds_secret);
        assert_eq!(file.broker.rack.get().unwrap().as_deref(), Some("a"));
    }

    #[test]
    fn what_is_not_a_brokers_is_said() {
        assert_eq!(read("acks=all\nlinger.ms=5\n").other_kind, Some(FileKind::Producer));
        assert_eq!(read("bootstrap.servers=a:9092\n").other_kind, Some(FileKind::Unknown));
        assert_eq!(read("connector.class=x\n").other_kind, Some(FileKind::Connector));
        let typo = read(&format!("{FILE}min.insync.replica=2\n"));
        assert_eq!(typo.unread.len(), 1, "{:?}", typo.unread);
        assert!(typo.unread[0].text.contains("did you mean `min.insync.replicas`"));
        let wrong = read_broker("s", "process.roles=broker\nnum.io.threads=many\n").unwrap_err();
        assert_eq!(wrong.line, Some(2));
        let twice = read(&format!("{FILE}node.id=8\n"));
        assert_eq!((twice.notes.len(), twice.broker.id), (1, BrokerId(8)));
    }
}
