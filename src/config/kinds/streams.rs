//! Kafka Streams: the clients that an application makes, each with what its own prefix says, and its internal topics.

use super::Kind;
use crate::config::Property;
use crate::config::client::near_key;
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{Part, Parts, REPLICATION_FACTOR, behind, setting};
use crate::config::shown::is_key_shaped;
use crate::knobs::{KeyScope, default_at};

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Streams,
    claims: |document| document.properties().and_then(kind_by_keys) == Some(FileKind::Streams),
    read: |document| Ok(application(document.properties().unwrap_or_default(), "", 1)),
};

/// `StreamsConfig`'s own keys.
const KEYS: &[&str] = &[
    "acceptable.recovery.lag",
    "application.id",
    "application.server",
    "buffered.records.per.partition",
    "built.in.metrics.version",
    "cache.max.bytes.buffering",
    "commit.interval.ms",
    "config.providers",
    "default.client.supplier",
    "default.deserialization.exception.handler",
    "default.dsl.store",
    "default.key.serde",
    "default.list.key.serde.inner",
    "default.list.key.serde.type",
    "default.list.value.serde.inner",
    "default.list.value.serde.type",
    "default.production.exception.handler",
    "default.timestamp.extractor",
    "default.value.serde",
    "deserialization.exception.handler",
    "dsl.store.suppliers.class",
    "enable.metrics.push",
    "ensure.explicit.internal.resource.naming",
    "errors.dead.letter.queue.topic.name",
    "group.protocol",
    "input.buffer.max.bytes",
    "log.summary.interval.ms",
    "max.task.idle.ms",
    "max.warmup.replicas",
    "num.standby.replicas",
    "num.stream.threads",
    "poll.ms",
    "probing.rebalance.interval.ms",
    "processing.exception.handler",
    "processing.guarantee",
    "processor.wrapper.class",
    "production.exception.handler",
    "rack.aware.assignment.non_overlap_cost",
    "rack.aware.assignment.strategy",
    "rack.aware.assignment.tags",
    "rack.aware.assignment.traffic_cost",
    "repartition.purge.interval.ms",
    "replication.factor",
    "rocksdb.config.setter",
    "state.cleanup.delay.ms",
    "state.dir",
    "statestore.cache.max.bytes",
    "task.assignor.class",
    "task.timeout.ms",
    "topology.optimization",
    "upgrade.from",
    "window.size.ms",
    "windowed.inner.class.serde",
    "windowstore.changelog.additional.retention.ms",
];

const PREFIXES: [&str; 7] =
    ["producer.", "consumer.", "main.consumer.", "restore.consumer.", "global.consumer.", "admin.", "topic."];

const PRODUCER: &[(&str, &str)] = &[("linger.ms", "100"), ("client.id", "StreamThread")];
const EXACTLY_ONCE_PRODUCER: &[(&str, &str)] = &[
    ("linger.ms", "100"),
    ("delivery.timeout.ms", "2147483647"),
    ("enable.idempotence", "true"),
    ("transaction.timeout.ms", "10000"),
    ("client.id", "StreamThread"),
];
const CONSUMER: &[(&str, &str)] = &[
    ("auto.offset.reset", "earliest"),
    ("max.poll.records", "1000"),
    ("enable.auto.commit", "false"),
    ("allow.auto.create.topics", "false"),
    ("client.id", "StreamThread"),
    (
        "partition.assignment.strategy",
        "org.apache.kafka.streams.processor.internals.StreamsPartitionAssignor",
    ),
];

/// An application's clients and internal topics.
pub(super) fn application(settings: &[Property], name: &str, line: usize) -> Parts {
    let exactly_once =
        setting(settings, "processing.guarantee").is_some_and(|set| set.value.starts_with("exactly_once"));
    let defaults = if exactly_once { EXACTLY_ONCE_PRODUCER } else { PRODUCER };
    let producer = shared(KeyScope::Producer, settings).chain(behind("producer.", settings)).collect();
    let producer = Part::new(KeyScope::Producer, name, line, producer).with_defaults(defaults);
    let mut parts = Parts::of(vec![producer]);
    for which in ["main", "restore", "global"] {
        parts.parts.extend(consumer(which, settings, name, line));
    }
    parts.parts.extend(internal_topics(settings));
    unknown_keys(settings, &mut parts);
    parts
}

/// Keys without a prefix that clients of this kind have: Streams passes them on.
fn shared(scope: KeyScope, settings: &[Property]) -> impl Iterator<Item = Property> {
    settings.iter().filter(move |one| default_at(scope, &one.key).is_some() && !is_forced(&one.key)).cloned()
}

/// What Streams sets itself whatever a file says (`NON_CONFIGURABLE_CONSUMER_DEFAULT_CONFIGS`).
fn is_forced(key: &str) -> bool {
    matches!(
        key,
        "enable.auto.commit" | "partition.assignment.strategy" | "allow.auto.create.topics" | "group.id"
    )
}

/// The main consumer always, the others where something is set for them.
fn consumer(which: &str, settings: &[Property], name: &str, line: usize) -> Option<Part> {
    let own = behind(&format!("{which}.consumer."), settings);
    if which != "main" && own.is_empty() {
        return None;
    }
    let common = behind("consumer.", settings);
    let mut all: Vec<Property> = shared(KeyScope::Consumer, settings).chain(common).chain(own).collect();
    all.retain(|one| !is_forced(&one.key));
    let group = setting(settings, "application.id").filter(|_| which == "main");
    all.extend(group.map(|id| Property::new("group.id", id.value.clone(), id.line)));
    let word = if which == "main" {
        name.to_string()
    } else {
        format!("{name} {which}.consumer").trim().to_string()
    };
    Some(Part::new(KeyScope::Consumer, word, line, all).with_defaults(CONSUMER))
}

/// Changelogs and repartition topics, where the file says how many replicas they get.
fn internal_topics(settings: &[Property]) -> Option<Part> {
    let factor = setting(settings, REPLICATION_FACTOR).filter(|factor| factor.value.trim() != "-1")?;
    let application = setting(settings, "application.id").map_or("", |id| id.value.trim());
    let mut shape = behind("topic.", settings);
    shape.push(factor.clone());
    Some(Part::new(KeyScope::Topic, format!("{application}-*-changelog"), factor.line, shape).internal())
}

fn unknown_keys(settings: &[Property], parts: &mut Parts) {
    for one in settings {
        let of_client = [KeyScope::Producer, KeyScope::Consumer]
            .iter()
            .any(|scope| default_at(*scope, &one.key).is_some());
        let known =
            KEYS.contains(&one.key.as_str()) || PREFIXES.iter().any(|prefix| one.key.starts_with(prefix));
        if known || of_client {
            if is_forced(&one.key) {
                parts.note(one.line, format!("`{}` has no effect here: Streams sets it itself", one.key));
            }
            continue;
        }
        match near_key(&one.key, KEYS.iter().copied()).filter(|_| is_key_shaped(&one.key)) {
            Some(near) => {
                parts.unread(one.line, format!("Streams has no key `{}`: did you mean `{near}`?", one.key))
            }
            None if is_key_shaped(&one.key) => {
                parts.note(one.line, format!("Streams has no key `{}`: left to the application", one.key));
            }
            None => parts.unread(one.line, "a key that klever does not understand"),
        }
    }
}
