//! Kubernetes manifests: containers of brokers and workers with their variables, and files inside of ConfigMaps.

use super::Kind;
use super::environment::{Container, container};
use crate::config::Property;
use crate::config::document::Document;
use crate::config::kind::FileKind;
use crate::config::part::Parts;
use crate::config::tree::{Node, NodeValue};

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Kubernetes,
    claims: |document| !document.tree().is_empty() && document.tree().iter().any(is_manifest),
    read: |document| Ok(parts(document.tree())),
};

pub(super) fn is_manifest(node: &Node) -> bool {
    node.text_at(&["apiVersion"]).is_some() && node.text_at(&["kind"]).is_some()
}

fn parts(documents: &[Node]) -> Parts {
    let mut parts = Parts::default();
    documents.iter().for_each(|document| parts.extend(resource(document, documents)));
    parts
}

/// One resource; `around` are those of the same file, whose ConfigMaps its containers may name.
pub(super) fn resource(node: &Node, around: &[Node]) -> Parts {
    let mut parts = Parts::default();
    match node.text_at(&["kind"]).unwrap_or_default() {
        "List" => {
            let items = node.get("items").map_or(&[][..], Node::items);
            items.iter().for_each(|item| parts.extend(resource(item, items)));
        }
        "ConfigMap" => parts.extend(config_map(node)),
        _ => {
            for spec in pod_specs(node) {
                for list in ["initContainers", "containers"] {
                    let containers = spec.get(list).map_or(&[][..], Node::items);
                    containers.iter().for_each(|one| parts.extend(of_container(one, around)));
                }
            }
        }
    }
    parts
}

const POD_SPECS: [&[&str]; 3] =
    [&["spec"], &["spec", "template", "spec"], &["spec", "jobTemplate", "spec", "template", "spec"]];

fn pod_specs(node: &Node) -> impl Iterator<Item = &Node> {
    POD_SPECS.iter().filter_map(|path| node.at(path)).filter(|spec| spec.get("containers").is_some())
}

fn of_container(node: &Node, around: &[Node]) -> Parts {
    let mut parts = Parts::default();
    let mut variables = Vec::new();
    let mut elsewhere = Vec::new();
    for from in node.get("envFrom").map_or(&[][..], Node::items) {
        let map = from.text_at(&["configMapRef", "name"]).and_then(|name| map_named(name, around));
        match map {
            Some(data) => variables.extend(of_data(data)),
            None => elsewhere.push(from.line),
        }
    }
    variables.extend(node.get("env").map_or(&[][..], Node::items).iter().filter_map(variable));
    let image = node.text_at(&["image"]).unwrap_or_default().to_string();
    let name = node.text_at(&["name"]).unwrap_or_default().to_string();
    let of_kafka = Container { name, line: node.line, image, variables };
    let found = container(&of_kafka);
    if found.is_some() || of_kafka.image.contains("kafka") {
        for line in elsewhere {
            parts.unread(line, "what this `envFrom` names is not in the file: its variables are not judged");
        }
    }
    found.into_iter().for_each(|found| parts.extend(found));
    parts
}

fn variable(node: &Node) -> Option<Property> {
    let name = node.text_at(&["name"])?;
    let value = node.get("value");
    // A value from a Secret or a field of the pod is nobody's to know here.
    let text = value.and_then(Node::text).unwrap_or("${...}");
    Some(Property::new(name, text, value.map_or(node.line, |value| value.line)))
}

fn map_named<'a>(name: &str, around: &'a [Node]) -> Option<&'a Node> {
    let is_it = |node: &&Node| {
        node.text_at(&["kind"]) == Some("ConfigMap") && node.text_at(&["metadata", "name"]) == Some(name)
    };
    around.iter().find(is_it)?.get("data")
}

fn of_data(data: &Node) -> impl Iterator<Item = Property> {
    data.entries()
        .iter()
        .filter_map(|(name, value)| Some(Property::new(name.clone(), value.text()?, value.line)))
}

/// The files in it. Its single values are the variables of the container that names it.
fn config_map(node: &Node) -> Parts {
    let mut parts = Parts::default();
    for (name, value) in node.get("data").map_or(&[][..], Node::entries) {
        let NodeValue::Text { text, is_block, .. } = &value.value else { continue };
        if !text.trim_end().contains('\n') {
            continue;
        }
        if *is_block {
            parts.extend(inside(name, text, value.line));
        } else if name.ends_with(".properties") || name.ends_with(".yml") || name.ends_with(".yaml") {
            parts.unread(value.line, "a file within quotes: klever reads one behind `|`");
        }
    }
    parts
}

/// A file of some kind within this one, its first line below that of its name.
fn inside(name: &str, text: &str, above: usize) -> Parts {
    let broken = |why: (usize, String)| Parts { unread: vec![(why.0, why.1)], ..Parts::default() };
    let read = Document::parse(text).and_then(|document| match super::kind_of(&document) {
        // Manifests in manifests would have no end.
        Some(kind) if !matches!(kind.kind, FileKind::Kubernetes | FileKind::Strimzi) => {
            (kind.read)(&document)
        }
        _ => Ok(Parts::default()),
    });
    let mut parts = read.unwrap_or_else(broken);
    for part in &mut parts.parts {
        part.line += above;
        part.name = format!("{name} {}", part.name).trim().to_string();
        part.settings.iter_mut().for_each(|one| (one.line, one.end) = (one.line + above, one.end + above));
    }
    parts.notes.iter_mut().chain(&mut parts.unread).for_each(|(line, _)| *line += above);
    parts
}
