//! Topics of kafka-gitops' desired state.

use super::Kind;
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::FileKind;
use crate::config::part::{PARTITIONS, Part, Parts, REPLICATION_FACTOR};
use crate::config::tree::Node;
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Gitops,
    claims: |document| topics(document).iter().any(|(_, topic)| topic.get("partitions").is_some()),
    read: |document| Ok(parts(document)),
};

fn topics(document: &Document) -> &[(String, Node)] {
    document.tree().first().and_then(|node| node.get("topics")).map_or(&[], Node::entries)
}

fn parts(document: &Document) -> Parts {
    let mut parts = Parts::default();
    let replication =
        document.tree().first().and_then(|node| node.at(&["settings", "topics", "defaults", "replication"]));
    for (name, topic) in topics(document) {
        let mut settings = topic.get("configs").map(flat).unwrap_or_default();
        let factor = topic.get("replication").or(replication);
        for (value, key) in [(topic.get("partitions"), PARTITIONS), (factor, REPLICATION_FACTOR)] {
            settings.extend(value.and_then(|value| Some(Property::new(key, value.text()?, value.line))));
        }
        parts.parts.push(Part::new(KeyScope::Topic, name.clone(), topic.line, settings));
    }
    parts
}
