//! librdkafka's names and defaults, said in Kafka's.

use crate::config::part::{Part, Parts, setting};
use crate::config::shown::is_key_shaped;
use crate::config::{HIDDEN, Property};
use crate::knobs::{
    KeyScope, LIBRDKAFKA_PARTITIONER, LIBRDKAFKA_PARTITIONERS, LIBRDKAFKA_RENAMED, default_at,
    librdkafka_has, librdkafka_names, nearest_of,
};

/// Whether a key is there that only librdkafka has.
pub(super) fn is_told(settings: &[Property]) -> bool {
    let kafka = [KeyScope::Producer, KeyScope::Consumer, KeyScope::Broker, KeyScope::Topic];
    let is_own = |key: &str| {
        librdkafka_names().any(|name| name == key)
            && kafka.iter().all(|scope| default_at(*scope, key).is_none())
    };
    settings.iter().any(|one| is_own(&one.key))
}

/// What librdkafka's producers have where nothing is set (its CONFIGURATION.md).
const PRODUCER: &[(&str, &str)] = &[
    ("acks", "all"),
    ("enable.idempotence", "false"),
    ("retries", "2147483647"),
    ("linger.ms", "5"),
    ("delivery.timeout.ms", "300000"),
    ("batch.size", "1000000"),
    ("buffer.memory", "1073741824"),
    ("max.request.size", "1000000"),
    ("metadata.max.age.ms", "900000"),
    ("client.id", "rdkafka"),
    ("partitioner.class", "librdkafka.consistent_random"),
];
const IN_FLIGHT: &str = "max.in.flight.requests.per.connection";

/// The same of its consumers.
const CONSUMER: &[(&str, &str)] = &[
    ("isolation.level", "read_committed"),
    ("auto.offset.reset", "latest"),
    ("enable.auto.commit", "true"),
    ("metadata.max.age.ms", "900000"),
    ("client.id", "rdkafka"),
    ("partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor"),
];

/// A client's settings in Kafka's names.
pub(super) fn parts(scope: KeyScope, settings: &[Property]) -> Parts {
    let mut parts = Parts::default();
    let mut own: Vec<Property> = Vec::new();
    for one in settings {
        let renamed = LIBRDKAFKA_RENAMED.iter().find(|(name, _)| *name == one.key).map(|(_, name)| *name);
        let key = renamed.unwrap_or(&one.key);
        if let Some(property) = translated(scope, key, one) {
            own.push(property);
        } else if !librdkafka_has(scope, &one.key) {
            let (line, text, is_unread) = unknown(scope, one);
            if is_unread { parts.unread(line, text) } else { parts.note(line, text) }
        }
    }
    let is_idempotent = setting(&own, "enable.idempotence").is_some_and(|one| one.value == "true")
        || setting(&own, "transactional.id").is_some();
    let defaults = if scope == KeyScope::Producer { PRODUCER } else { CONSUMER };
    let mut part = Part::new(scope, "", 1, own).with_defaults(defaults);
    if scope == KeyScope::Producer {
        part.defaults.push((IN_FLIGHT, if is_idempotent { "5" } else { "1000000" }));
    }
    parts.parts.push(part);
    parts
}

/// A setting by Kafka's name and in its words; `None` where Kafka's own clients have no such thing.
fn translated(scope: KeyScope, key: &str, one: &Property) -> Option<Property> {
    let text = one.value.trim();
    let value = match (key, text) {
        // The password of SASL stands in two keys of its own.
        ("sasl.username", _) => return Some(Property::new("sasl.jaas.config", HIDDEN, one.line)),
        ("queue.buffering.max.kbytes", _) => {
            let bytes = text.parse::<i64>().ok()?.checked_mul(1024)?;
            return Some(Property::new("buffer.memory", bytes.to_string(), one.line));
        }
        (LIBRDKAFKA_PARTITIONER, name) if LIBRDKAFKA_PARTITIONERS.contains(&name) => {
            return Some(Property::new("partitioner.class", format!("librdkafka.{name}"), one.line));
        }
        _ if default_at(scope, key).is_none() => return None,
        ("delivery.timeout.ms", "0") => "2147483647".to_string(),
        ("auto.offset.reset", "smallest" | "beginning") => "earliest".into(),
        ("auto.offset.reset", "largest" | "end") => "latest".into(),
        ("auto.offset.reset", "error") => "none".into(),
        ("ssl.endpoint.identification.algorithm", "none") => String::new(),
        ("security.protocol", _) => text.to_ascii_uppercase(),
        ("partition.assignment.strategy", _) => classes(text),
        ("enable.idempotence" | "enable.auto.commit" | "check.crcs", "1" | "t") => "true".into(),
        ("enable.idempotence" | "enable.auto.commit" | "check.crcs", "0" | "f") => "false".into(),
        _ => text.to_string(),
    };
    Some(Property { key: key.into(), value, ..one.clone() })
}

/// Assignors by the names of Kafka's classes.
fn classes(list: &str) -> String {
    let class = |name: &str| match name.trim() {
        "range" => "org.apache.kafka.clients.consumer.RangeAssignor".to_string(),
        "roundrobin" => "org.apache.kafka.clients.consumer.RoundRobinAssignor".into(),
        "cooperative-sticky" => "org.apache.kafka.clients.consumer.CooperativeStickyAssignor".into(),
        other => other.to_string(),
    };
    list.split(',').map(class).collect::<Vec<String>>().join(",")
}

fn unknown(scope: KeyScope, one: &Property) -> (usize, String, bool) {
    let (key, word) = (&one.key, scope.word());
    if !is_key_shaped(key) {
        return (one.line, "a key that klever does not understand".into(), true);
    }
    let other = if scope == KeyScope::Producer { KeyScope::Consumer } else { KeyScope::Producer };
    if librdkafka_has(other, key) {
        return (one.line, format!("`{key}` is a key of a {}, not of a {word}", other.word()), false);
    }
    match nearest_of(key, librdkafka_names()) {
        Some(near) if strsim::damerau_levenshtein(key, near) <= 2 => {
            (one.line, format!("librdkafka has no key `{key}`: did you mean `{near}`?"), true)
        }
        _ => (one.line, format!("librdkafka has no key `{key}`: left to the program around it"), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_become_kafkas() {
        let settings = [
            ("request.required.acks", "1"),
            ("queue.buffering.max.kbytes", "2"),
            ("statistics.interval.ms", "100"),
            ("security.protocol", "sasl_ssl"),
            ("sasl.username", "me"),
            ("enable.idempotnce", "true"),
        ];
        let settings: Vec<Property> =
            settings.iter().map(|(key, value)| Property::new(*key, *value, 3)).collect();
        assert!(is_told(&settings));
        let parts = parts(KeyScope::Producer, &settings);
        let part = &parts.parts[0];
        let value = |key| setting(&part.settings, key).map(|one| one.value.as_str());
        assert_eq!((value("acks"), value("buffer.memory")), (Some("1"), Some("2048")));
        assert_eq!((value("security.protocol"), value("sasl.jaas.config")), (Some("SASL_SSL"), Some(HIDDEN)));
        assert!(part.defaults.contains(&(IN_FLIGHT, "1000000")));
        assert_eq!(parts.unread.len(), 1, "{parts:?}");
    }
}
