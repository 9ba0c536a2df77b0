//! Kafka Connect's workers: their storage topics and the clients that they make for connectors.

use super::Kind;
use crate::config::Property;
use crate::config::client::near_key;
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{PARTITIONS, Part, Parts, REPLICATION_FACTOR, behind, renamed, setting};
use crate::config::shown::is_key_shaped;
use crate::knobs::{KeyScope, default_at};

pub(super) const KIND: Kind = Kind {
    kind: FileKind::ConnectWorker,
    claims: |document| document.properties().and_then(kind_by_keys) == Some(FileKind::ConnectWorker),
    read: |document| Ok(worker(document.properties().unwrap_or_default(), "", 1)),
};

/// What a worker gives to producers of connectors unless told otherwise (`Worker.baseProducerConfigs`).
pub(super) const PRODUCER: &[(&str, &str)] = &[
    ("acks", "all"),
    ("enable.idempotence", "false"),
    ("max.in.flight.requests.per.connection", "1"),
    ("max.block.ms", "9223372036854775807"),
    ("delivery.timeout.ms", "2147483647"),
    ("client.id", "connector-producer"),
];

/// The same of consumers (`Worker.baseConsumerConfigs`).
pub(super) const CONSUMER: &[(&str, &str)] = &[
    ("enable.auto.commit", "false"),
    ("auto.offset.reset", "earliest"),
    ("client.id", "connector-consumer"),
];

/// Keys of `WorkerConfig`, `DistributedConfig`, `StandaloneConfig` and `RestServerConfig` that no client has.
const KEYS: &[&str] = &[
    "access.control.allow.methods",
    "access.control.allow.origin",
    "admin.listeners",
    "config.providers",
    "config.storage.replication.factor",
    "config.storage.topic",
    "connect.protocol",
    "connector.client.config.override.policy",
    "exactly.once.source.support",
    "header.converter",
    "inter.worker.key.generation.algorithm",
    "inter.worker.key.size",
    "inter.worker.key.ttl.ms",
    "inter.worker.signature.algorithm",
    "inter.worker.verification.algorithms",
    "internal.key.converter",
    "internal.value.converter",
    "key.converter",
    "listeners",
    "offset.flush.interval.ms",
    "offset.flush.timeout.ms",
    "offset.storage.file.filename",
    "offset.storage.partitions",
    "offset.storage.replication.factor",
    "offset.storage.topic",
    "plugin.discovery",
    "plugin.path",
    "rebalance.timeout.ms",
    "response.http.headers.config",
    "rest.advertised.host.name",
    "rest.advertised.listener",
    "rest.advertised.port",
    "rest.extension.classes",
    "rest.host.name",
    "rest.port",
    "scheduled.rebalance.max.delay.ms",
    "status.storage.partitions",
    "status.storage.replication.factor",
    "status.storage.topic",
    "task.shutdown.graceful.timeout.ms",
    "topic.creation.enable",
    "topic.tracking.allow.reset",
    "topic.tracking.enable",
    "value.converter",
    "worker.sync.timeout.ms",
    "worker.unsync.backoff.ms",
];

/// Keys that are read by converters, providers, clients and the topics that a worker creates.
const PREFIXES: [&str; 14] = [
    "producer.",
    "consumer.",
    "admin.",
    "config.providers.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "internal.",
    "admin.listeners.",
    "listeners.",
    "offset.storage.",
    "config.storage.",
    "status.storage.",
    "metrics.",
];

/// A worker's clients and topics.
pub(super) fn worker(settings: &[Property], name: &str, line: usize) -> Parts {
    let mut parts = Parts::of(vec![
        client(KeyScope::Producer, "producer.", settings, name, line).with_defaults(PRODUCER),
        client(KeyScope::Consumer, "consumer.", settings, name, line).with_defaults(CONSUMER),
    ]);
    parts.parts.extend(storage_topics(settings));
    for one in settings {
        let own =
            KEYS.contains(&one.key.as_str()) || PREFIXES.iter().any(|prefix| one.key.starts_with(prefix));
        if own || default_at(KeyScope::Consumer, &one.key).is_some() {
            continue;
        }
        match near_key(&one.key, KEYS.iter().copied()).filter(|_| is_key_shaped(&one.key)) {
            Some(near) => parts
                .unread(one.line, format!("Connect has no worker key `{}`: did you mean `{near}`?", one.key)),
            None if is_key_shaped(&one.key) => {
                parts.note(one.line, format!("Connect has no worker key `{}`: left to plug-ins", one.key));
            }
            None => parts.unread(one.line, "a key that klever does not understand"),
        }
    }
    parts
}

/// Connectors' clients take the worker's addresses and what stands behind their prefix, nothing else.
fn client(scope: KeyScope, prefix: &str, settings: &[Property], name: &str, line: usize) -> Part {
    let servers = setting(settings, "bootstrap.servers").cloned();
    let own: Vec<Property> = servers.into_iter().chain(behind(prefix, settings)).collect();
    let first = own.iter().filter(|one| one.key != "bootstrap.servers").map(|one| one.line).min();
    Part::new(scope, name, first.unwrap_or(line), own)
}

/// The topics of offsets, connectors' configurations and states, as far as they are named.
fn storage_topics(settings: &[Property]) -> Vec<Part> {
    let partitions = [("offset.storage.", "25"), ("config.storage.", "1"), ("status.storage.", "5")];
    let topic = |(prefix, count): (&str, &str)| {
        let name = setting(settings, &format!("{prefix}topic"))?;
        let own = |key: &str, default: &str| match setting(settings, &format!("{prefix}{key}")) {
            Some(set) => renamed(set, key),
            None => Property::new(key, default, name.line),
        };
        let shape = vec![
            own(REPLICATION_FACTOR, "3"),
            own(PARTITIONS, count),
            Property::new("cleanup.policy", "compact", name.line),
        ];
        Some(Part::new(KeyScope::Topic, name.value.trim(), name.line, shape).internal())
    };
    partitions.into_iter().filter_map(topic).collect()
}
