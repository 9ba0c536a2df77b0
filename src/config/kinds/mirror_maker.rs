//! MirrorMaker 2: the clients of each cluster, and the topics that mirroring creates.

use super::Kind;
use super::connect::{CONSUMER, PRODUCER};
use crate::config::Property;
use crate::config::kind::{FileKind, kind_by_keys};
use crate::config::part::{Part, Parts, REPLICATION_FACTOR, behind, renamed, setting};
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::MirrorMaker,
    claims: |document| document.properties().and_then(kind_by_keys) == Some(FileKind::MirrorMaker),
    read: |document| Ok(parts(document.properties().unwrap_or_default())),
};

/// Factors of topics that mirroring and its workers create; all but the mirrored ones hold their own state.
const FACTORS: [(&str, bool); 7] = [
    ("replication.factor", false),
    ("checkpoints.topic.replication.factor", true),
    ("heartbeats.topic.replication.factor", true),
    ("offset-syncs.topic.replication.factor", true),
    ("offset.storage.replication.factor", true),
    ("config.storage.replication.factor", true),
    ("status.storage.replication.factor", true),
];

fn parts(settings: &[Property]) -> Parts {
    let list = setting(settings, "clusters").map(|list| list.value.clone()).unwrap_or_default();
    let clusters: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let mut parts = Parts::default();
    for alias in &clusters {
        parts.parts.extend(clients(alias, settings));
    }
    let flows: Vec<String> =
        clusters.iter().flat_map(|from| clusters.iter().map(move |to| format!("{from}->{to}."))).collect();
    let everywhere = String::new();
    for prefix in flows.iter().chain([&everywhere]) {
        parts.parts.extend(topics(prefix, settings));
    }
    for one in settings {
        let at = one.key.split('.').next().unwrap_or_default();
        if at.contains("->") && !flows.iter().any(|flow| one.key.starts_with(flow)) {
            parts.unread(one.line, "a flow between clusters that `clusters` does not name");
        }
    }
    parts
}

/// What `ALIAS.producer.`, `ALIAS.consumer.` and the connection settings of the cluster say.
fn clients(alias: &str, settings: &[Property]) -> Vec<Part> {
    let of_cluster = behind(&format!("{alias}."), settings);
    let connection = |one: &&Property| {
        let is_connection = |start: &str| one.key.starts_with(start);
        ["bootstrap.servers", "security.", "ssl.", "sasl."].into_iter().any(is_connection)
    };
    let kinds = [(KeyScope::Producer, "producer.", PRODUCER), (KeyScope::Consumer, "consumer.", CONSUMER)];
    let part = |(scope, prefix, defaults): (KeyScope, &str, &[(&'static str, &'static str)])| {
        let own: Vec<Property> =
            of_cluster.iter().filter(connection).cloned().chain(behind(prefix, &of_cluster)).collect();
        let line = own.first()?.line;
        Some(Part::new(scope, alias, line, own).with_defaults(defaults))
    };
    kinds.into_iter().filter_map(part).collect()
}

pub(super) fn topics(prefix: &str, settings: &[Property]) -> Vec<Part> {
    let topic = |(key, is_internal): (&str, bool)| {
        let set = setting(settings, &format!("{prefix}{key}"))?;
        let what = if is_internal { key.trim_end_matches(".replication.factor") } else { "mirrored topics" };
        let name = format!("{} {what}", prefix.trim_end_matches('.'));
        let part = Part::new(KeyScope::Topic, name.trim(), set.line, vec![renamed(set, REPLICATION_FACTOR)]);
        Some(if is_internal { part.internal() } else { part })
    };
    FACTORS.into_iter().filter_map(topic).collect()
}
