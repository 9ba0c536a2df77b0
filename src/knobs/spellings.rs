//! Other spellings of Kafka's keys: librdkafka's names, and the environment variables of container images.

use crate::knobs::{KeyScope, default_at};
use std::sync::OnceLock;

/// librdkafka's configuration names: which side has each, and the name that it is another spelling of.
const TABLE: &str = include_str!("../../assets/librdkafka-keys.tsv");

struct Name {
    name: &'static str,
    side: &'static str,
}

fn names() -> &'static [Name] {
    static NAMES: OnceLock<Vec<Name>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let name = |line: &'static str| {
            let mut cells = line.split('\t');
            Some(Name { name: cells.next()?, side: cells.next()? })
        };
        TABLE.lines().skip(1).filter_map(name).collect()
    })
}

/// Every name that librdkafka has, of producers and of consumers.
pub fn librdkafka_names() -> impl Iterator<Item = &'static str> + Clone {
    names().iter().map(|name| name.name)
}

/// Whether librdkafka's clients of this kind have the key.
pub fn librdkafka_has(scope: KeyScope, key: &str) -> bool {
    let other = if scope == KeyScope::Producer { "C" } else { "P" };
    names().iter().any(|name| name.name == key && name.side != other)
}

/// Kafka's name of what librdkafka calls otherwise.
pub const LIBRDKAFKA_RENAMED: &[(&str, &str)] = &[
    ("metadata.broker.list", "bootstrap.servers"),
    ("request.required.acks", "acks"),
    ("message.send.max.retries", "retries"),
    ("max.in.flight", "max.in.flight.requests.per.connection"),
    ("queue.buffering.max.ms", "linger.ms"),
    ("message.timeout.ms", "delivery.timeout.ms"),
    ("compression.codec", "compression.type"),
    ("message.max.bytes", "max.request.size"),
    ("auto.commit.enable", "enable.auto.commit"),
    ("fetch.wait.max.ms", "fetch.max.wait.ms"),
    ("fetch.message.max.bytes", "max.partition.fetch.bytes"),
    ("sasl.mechanisms", "sasl.mechanism"),
];

/// How librdkafka's clients spell a key of Kafka's clients: by its own name first. Empty where they have no such thing.
pub fn librdkafka_spellings(scope: KeyScope, key: &str) -> Vec<&'static str> {
    if !matches!(scope, KeyScope::Producer | KeyScope::Consumer) {
        return Vec::new();
    }
    let same = names().iter().map(|name| name.name).filter(|name| *name == key);
    let other = LIBRDKAFKA_RENAMED.iter().filter(|(_, kafkas)| *kafkas == key).map(|(name, _)| *name);
    same.chain(other).filter(|name| librdkafka_has(scope, name)).collect()
}

/// The variables that set a broker's key in the images of Apache and Confluent, and in Bitnami's. None of them sets a key
/// with a capital letter.
pub fn broker_variables(key: &str) -> Vec<String> {
    if key.contains(|letter: char| letter.is_ascii_uppercase()) {
        return Vec::new();
    }
    let own = key.replace('_', "__").replace('-', "___").replace('.', "_").to_ascii_uppercase();
    vec![format!("KAFKA_{own}"), format!("KAFKA_CFG_{own}")]
}

/// The broker's key that such a variable sets.
pub fn key_of_variable(variable: &str) -> Option<String> {
    let own = variable.strip_prefix("KAFKA_CFG_").or_else(|| variable.strip_prefix("KAFKA_"))?;
    let key = key_of_name(own);
    default_at(KeyScope::Broker, &key).map(|known| known.name.to_string())
}

/// Two underscores stand for one and three for a dash (apache/kafka; Confluent has them the other way round, and no key of
/// a broker has either).
pub fn key_of_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase().replace("___", "-");
    lower.replace("__", "\u{1}").replace('_', ".").replace('\u{1}', "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::config_keys;

    #[test]
    fn every_brokers_key_has_a_variable_that_sets_it() {
        for key in config_keys().iter().filter(|key| key.scope == KeyScope::Broker) {
            for variable in broker_variables(key.name) {
                assert_eq!(key_of_variable(&variable).as_deref(), Some(key.name), "{variable}");
            }
        }
        assert!(broker_variables("zookeeper.clientCnxnSocket").is_empty());
        assert_eq!(broker_variables("min.insync.replicas")[0], "KAFKA_MIN_INSYNC_REPLICAS");
        assert_eq!(key_of_variable("KAFKA_HEAP_OPTS"), None);
    }

    #[test]
    fn librdkafkas_names_are_those_of_the_side_that_has_them() {
        assert_eq!(librdkafka_spellings(KeyScope::Producer, "acks"), ["acks", "request.required.acks"]);
        let delivery = librdkafka_spellings(KeyScope::Producer, "delivery.timeout.ms");
        assert_eq!(delivery, ["delivery.timeout.ms", "message.timeout.ms"]);
        assert!(librdkafka_spellings(KeyScope::Consumer, "acks").is_empty());
        assert!(librdkafka_spellings(KeyScope::Broker, "log.dirs").is_empty());
        for (name, _) in LIBRDKAFKA_RENAMED {
            assert!(librdkafka_names().any(|known| known == *name), "{name}");
        }
    }
}
