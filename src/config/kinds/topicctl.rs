//! Topics as topicctl keeps them.

use super::Kind;
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::FileKind;
use crate::config::part::{PARTITIONS, Part, Parts, REPLICATION_FACTOR};
use crate::config::tree::Node;
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Topicctl,
    claims: |document| !document.tree().is_empty() && document.tree().iter().all(is_topic),
    read: |document| Ok(parts(document)),
};

fn is_topic(node: &Node) -> bool {
    let has = |key: &str| node.at(&["spec", key]).is_some();
    node.text_at(&["meta", "name"]).is_some() && has("partitions") && has("replicationFactor")
}

fn parts(document: &Document) -> Parts {
    let mut parts = Parts::default();
    for node in document.tree() {
        topic(node, &mut parts);
    }
    parts
}

fn topic(node: &Node, parts: &mut Parts) {
    let mut settings = node.at(&["spec", "settings"]).map(flat).unwrap_or_default();
    for (name, key) in [("partitions", PARTITIONS), ("replicationFactor", REPLICATION_FACTOR)] {
        let value = node.at(&["spec", name]);
        settings.extend(value.and_then(|value| Some(Property::new(key, value.text()?, value.line))));
    }
    if let Some(value) = node.at(&["spec", "retentionMinutes"]) {
        let minutes = value
            .text()
            .and_then(|text| text.parse::<i64>().ok())
            .and_then(|minutes| minutes.checked_mul(60_000));
        match minutes {
            Some(ms) => settings.push(Property::new("retention.ms", ms.to_string(), value.line)),
            None => parts.unread(value.line, "retentionMinutes: it takes a whole number"),
        }
    }
    let name = node.text_at(&["meta", "name"]).unwrap_or_default();
    parts.parts.push(Part::new(KeyScope::Topic, name, node.line, settings));
}
