//! docker-compose files: the containers of brokers and of Connect workers in them.

use super::Kind;
use super::environment::{Container, container};
use crate::config::Property;
use crate::config::document::{Document, unquoted};
use crate::config::kind::FileKind;
use crate::config::part::Parts;
use crate::config::tree::Node;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Compose,
    claims: |document| services(document).iter().any(|(_, service)| is_service(service)),
    read: |document| Ok(parts(document)),
};

fn services(document: &Document) -> &[(String, Node)] {
    let first = document.tree().iter().find_map(|node| node.get("services"));
    first.map_or(&[], Node::entries)
}

fn is_service(node: &Node) -> bool {
    ["image", "build", "environment", "extends"].iter().any(|key| node.get(key).is_some())
}

fn parts(document: &Document) -> Parts {
    let mut parts = Parts::default();
    for (name, service) in services(document) {
        let variables = service.get("environment").map(variables).unwrap_or_default();
        let image = service.text_at(&["image"]).unwrap_or_default().to_string();
        let of_kafka = Container { name: name.clone(), line: service.line, image, variables };
        let found = container(&of_kafka);
        // What the service takes from elsewhere may hold its settings.
        let is_kafkas = found.is_some() || of_kafka.image.contains("kafka");
        for key in ["env_file", "extends"] {
            if let Some(node) = service.get(key).filter(|_| is_kafkas) {
                parts.unread(
                    node.line,
                    format!("klever does not follow `{key}`: what stands there is not judged"),
                );
            }
        }
        found.into_iter().for_each(|found| parts.extend(found));
    }
    parts
}

/// A map, or a list of `NAME=value`. A name alone is taken from the shell that starts it.
pub(super) fn variables(node: &Node) -> Vec<Property> {
    let of_map = node.entries().iter().map(|(name, value)| {
        Property::new(
            name.clone(),
            value.text().filter(|text| !text.is_empty()).unwrap_or("${...}"),
            value.line,
        )
    });
    let of_list = node.items().iter().filter_map(|item| {
        let text = unquoted(item.text()?);
        let (name, value) = text.split_once('=').unwrap_or((text, "${...}"));
        Some(Property::new(name.trim(), unquoted(value), item.line))
    });
    of_map.chain(of_list).collect()
}
