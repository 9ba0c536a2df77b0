//! Connectors of Kafka Connect, as properties or as JSON: what they override of their clients, and topics that they create.

use super::Kind;
use super::connect::{CONSUMER, PRODUCER};
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::FileKind;
use crate::config::part::{PARTITIONS, Part, Parts, REPLICATION_FACTOR, behind, renamed, setting};
use crate::config::tree::Node;
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Connector,
    claims: |document| !connectors(document).is_empty(),
    read: |document| Ok(parts(document)),
};

/// A connector's name, line and settings.
type Connector = (String, usize, Vec<Property>);

fn connectors(document: &Document) -> Vec<Connector> {
    match document {
        Document::Properties(settings) if setting(settings, "connector.class").is_some() => {
            vec![(name_of(settings), 1, settings.clone())]
        }
        Document::Tree(documents) => documents.iter().flat_map(of_tree).collect(),
        _ => Vec::new(),
    }
}

/// `{"name": ..., "config": {...}}`, its `config` alone, or a list of such.
fn of_tree(node: &Node) -> Vec<Connector> {
    if !node.items().is_empty() {
        return node.items().iter().flat_map(of_tree).collect();
    }
    let config = node.get("config").unwrap_or(node);
    if config.get("connector.class").is_none() {
        return Vec::new();
    }
    let settings = flat(config);
    let name = node.text_at(&["name"]).map_or_else(|| name_of(&settings), ToString::to_string);
    vec![(name, node.line, settings)]
}

fn name_of(settings: &[Property]) -> String {
    setting(settings, "name").map(|name| name.value.trim().to_string()).unwrap_or_default()
}

fn parts(document: &Document) -> Parts {
    let mut parts = Parts::default();
    let all = connectors(document);
    for (name, line, settings) in &all {
        let name = if all.len() > 1 { name.as_str() } else { "" };
        parts.extend(connector(name, *line, settings));
    }
    parts
}

/// One connector. Its other keys are its plug-in's own.
pub(super) fn connector(name: &str, line: usize, settings: &[Property]) -> Parts {
    let mut parts = Parts::default();
    let clients = [
        (KeyScope::Producer, "producer.override.", PRODUCER),
        (KeyScope::Consumer, "consumer.override.", CONSUMER),
    ];
    for (scope, prefix, defaults) in clients {
        let own = behind(prefix, settings);
        if let Some(first) = own.first() {
            let line = first.line;
            parts.parts.push(Part::new(scope, name, line, own).with_defaults(defaults));
        }
    }
    parts.parts.extend(dead_letters(settings));
    parts.parts.extend(created(settings));
    if parts.parts.is_empty() {
        parts.note(line, "this connector overrides nothing of its clients: there is nothing to judge in it");
    }
    parts
}

fn dead_letters(settings: &[Property]) -> Option<Part> {
    let name = setting(settings, "errors.deadletterqueue.topic.name")
        .filter(|name| !name.value.trim().is_empty())?;
    let factor = setting(settings, "errors.deadletterqueue.topic.replication.factor");
    let factor = factor
        .map_or(Property::new(REPLICATION_FACTOR, "3", name.line), |set| renamed(set, REPLICATION_FACTOR));
    let shape = vec![factor, Property::new(PARTITIONS, "1", name.line)];
    Some(Part::new(KeyScope::Topic, name.value.trim(), name.line, shape))
}

/// Topics that Connect creates for a source connector (KIP-158), a group of them as one.
fn created(settings: &[Property]) -> Vec<Part> {
    let groups =
        setting(settings, "topic.creation.groups").map(|list| list.value.as_str()).unwrap_or_default();
    let groups = groups.split(',').map(str::trim).filter(|group| !group.is_empty()).chain(["default"]);
    let topic = |group: &str| {
        let own = behind(&format!("topic.creation.{group}."), settings);
        let own: Vec<Property> =
            own.into_iter().filter(|one| !matches!(one.key.as_str(), "include" | "exclude")).collect();
        let line = own.first()?.line;
        Some(Part::new(KeyScope::Topic, format!("topic.creation.{group}"), line, own))
    };
    groups.filter_map(topic).collect()
}
