//! Every configuration key of ten Kafka releases with its default, as Kafka's own ConfigDef printed it.

use crate::knobs::Scope;
use crate::model::KafkaVersion;
use std::sync::OnceLock;

/// The releases whose ConfigDef was read, in the order of the table's columns.
pub const RELEASES: [KafkaVersion; 10] = [
    KafkaVersion::new(2, 0, 1),
    KafkaVersion::new(2, 8, 2),
    KafkaVersion::new(3, 0, 2),
    KafkaVersion::new(3, 3, 2),
    KafkaVersion::new(3, 9, 1),
    KafkaVersion::new(4, 0, 0),
    KafkaVersion::new(4, 1, 0),
    KafkaVersion::new(4, 2, 0),
    KafkaVersion::new(4, 3, 0),
    KafkaVersion::new(4, 4, 0),
];

/// Defaults that changed between two of [`RELEASES`], and the release that brought the later value.
///
/// Source: Kafka's upgrade notes and release tags (KIP-91, KIP-537, KIP-679, KIP-735, KIP-1030...).
const CHANGED_IN: &[(KeyScope, &str, KafkaVersion)] = &[
    (KeyScope::Producer, "retries", KafkaVersion::new(2, 1, 0)),
    (KeyScope::Producer, "delivery.timeout.ms", KafkaVersion::new(2, 1, 0)),
    (KeyScope::Broker, "group.max.session.timeout.ms", KafkaVersion::new(2, 3, 0)),
    (KeyScope::Broker, "replica.lag.time.max.ms", KafkaVersion::new(2, 5, 0)),
    (KeyScope::Broker, "zookeeper.session.timeout.ms", KafkaVersion::new(2, 5, 0)),
    (KeyScope::Broker, "message.max.bytes", KafkaVersion::new(2, 5, 0)),
    (KeyScope::Topic, "max.message.bytes", KafkaVersion::new(2, 5, 0)),
    (
        KeyScope::Broker,
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        KafkaVersion::new(2, 5, 0),
    ),
    (KeyScope::Producer, "acks", KafkaVersion::new(3, 0, 0)),
    (KeyScope::Producer, "enable.idempotence", KafkaVersion::new(3, 0, 0)),
    (KeyScope::Consumer, "session.timeout.ms", KafkaVersion::new(3, 0, 0)),
    (KeyScope::Consumer, "partition.assignment.strategy", KafkaVersion::new(3, 0, 0)),
    (KeyScope::Producer, "partitioner.class", KafkaVersion::new(3, 3, 0)),
    (KeyScope::Producer, "retry.backoff.max.ms", KafkaVersion::new(3, 7, 0)),
    (KeyScope::Consumer, "retry.backoff.max.ms", KafkaVersion::new(3, 7, 0)),
    (KeyScope::Consumer, "group.protocol", KafkaVersion::new(3, 7, 0)),
    (KeyScope::Consumer, "group.remote.assignor", KafkaVersion::new(3, 7, 0)),
];

/// Whose ConfigDef a key is from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyScope {
    /// `ProducerConfig`
    Producer,
    /// `ConsumerConfig`
    Consumer,
    /// `KafkaConfig`
    Broker,
    /// `LogConfig`
    Topic,
    /// `GroupConfig`
    Group,
    /// No Kafka key at all.
    None,
}

impl KeyScope {
    /// As the table and the command line write it.
    pub fn word(self) -> &'static str {
        match self {
            KeyScope::Producer => "producer",
            KeyScope::Consumer => "consumer",
            KeyScope::Broker => "broker",
            KeyScope::Topic => "topic",
            KeyScope::Group => "group",
            KeyScope::None => "",
        }
    }
}

impl From<Scope> for KeyScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Producer => KeyScope::Producer,
            Scope::Consumer => KeyScope::Consumer,
            Scope::Broker => KeyScope::Broker,
            Scope::Topic => KeyScope::Topic,
            Scope::Group => KeyScope::Group,
            Scope::Cluster | Scope::Net | Scope::Load | Scope::Env => KeyScope::None,
        }
    }
}

/// One configuration key of Kafka.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigKey {
    pub scope: KeyScope,
    pub name: &'static str,
    /// ConfigDef's type: `INT`, `LIST`, `PASSWORD`...
    pub kind: &'static str,
    /// ConfigDef's validator in words; empty when there is none.
    pub valid: &'static str,
    /// Whether Kafka calls it internal.
    pub internal: bool,
    /// Its default in each of [`RELEASES`]; `None` where that release has no such key.
    pub defaults: [Option<&'static str>; RELEASES.len()],
}

/// Kafka's own ConfigDefs: scope, name, type, validator, whether internal, and the default in each of [`RELEASES`].
const TABLE: &str = include_str!("../../assets/config-defaults.tsv");

/// All keys, by scope and name.
pub fn config_keys() -> &'static [ConfigKey] {
    static KEYS: OnceLock<Vec<ConfigKey>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys: Vec<ConfigKey> = TABLE.lines().skip(1).filter_map(parse_line).collect();
        keys.sort_by_key(|key| (key.scope, key.name));
        keys
    })
}

fn parse_line(line: &'static str) -> Option<ConfigKey> {
    let mut cells = line.split('\t');
    let scope = match cells.next()? {
        "producer" => KeyScope::Producer,
        "consumer" => KeyScope::Consumer,
        "broker" => KeyScope::Broker,
        "topic" => KeyScope::Topic,
        "group" => KeyScope::Group,
        _ => return None,
    };
    let (name, kind, valid) = (cells.next()?, cells.next()?, cells.next()?);
    let internal = cells.next()? == "True";
    let mut defaults = [None; RELEASES.len()];
    for slot in &mut defaults {
        *slot = cells.next().filter(|cell| *cell != "absent");
    }
    Some(ConfigKey { scope, name, kind, valid, internal, defaults })
}

/// The key of this name, if Kafka ever had it.
pub fn default_at(scope: KeyScope, name: &str) -> Option<&'static ConfigKey> {
    let keys = config_keys();
    keys.binary_search_by(|key| (key.scope, key.name).cmp(&(scope, name))).ok().map(|at| &keys[at])
}

/// A key's default in a version, as Kafka prints it; `None` where that version has no such key.
pub fn default_of(scope: KeyScope, name: &str, version: KafkaVersion) -> Option<&'static str> {
    let key = default_at(scope, name)?;
    let below = RELEASES.iter().rposition(|release| *release <= version).unwrap_or(0);
    let above = (below + 1).min(RELEASES.len() - 1);
    let minor = |version: KafkaVersion| (version.major, version.minor);
    let changed = CHANGED_IN.iter().find(|(in_scope, in_name, _)| *in_scope == scope && *in_name == name);
    let later = match changed {
        Some((_, _, since)) => RELEASES[below] < *since && version >= *since,
        None => minor(version) == minor(RELEASES[above]),
    };
    key.defaults[if later { above } else { below }]
}

/// What a key comes to: what is set, else its version's default as Kafka prints it. `None` where nothing is set and
/// that version has no such key.
pub fn set_or_default<'a>(
    set: Option<&'a str>,
    scope: KeyScope,
    key: &str,
    version: KafkaVersion,
) -> Option<&'a str> {
    set.or_else(|| default_of(scope, key, version))
}

/// The brokers' key that is the default of a topic's key, where klever reads it (`ServerTopicConfigSynonyms`).
const BROKER_KEYS: &[(&str, &str)] = &[
    ("min.insync.replicas", "min.insync.replicas"),
    ("unclean.leader.election.enable", "unclean.leader.election.enable"),
    ("compression.type", "compression.type"),
    ("flush.messages", "log.flush.interval.messages"),
    ("flush.ms", "log.flush.interval.ms"),
    ("max.message.bytes", "message.max.bytes"),
    ("retention.bytes", "log.retention.bytes"),
    ("segment.bytes", "log.segment.bytes"),
];

/// The brokers' key that says what topics get that do not set this one.
pub fn broker_key_of(topic_key: &str) -> Option<&'static str> {
    BROKER_KEYS.iter().find(|(key, _)| *key == topic_key).map(|(_, broker_key)| *broker_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_the_table_are_the_releases() {
        let header: Vec<&str> = TABLE.lines().next().unwrap().split('\t').skip(5).collect();
        assert_eq!(header, RELEASES.map(|release| release.to_string()));
    }
}
