//! Strimzi's resources: clusters, topics, Connect, connectors, MirrorMaker and the bridge.

mod cluster;

use super::{Kind, connect, connector, kubernetes, mirror_maker};
use crate::config::HIDDEN;
use crate::config::Property;
use crate::config::document::flat;
use crate::config::kind::FileKind;
use crate::config::part::{PARTITIONS, Part, Parts, REPLICATION_FACTOR};
use crate::config::tree::Node;
use crate::knobs::KeyScope;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Strimzi,
    claims: |document| document.tree().iter().any(is_strimzis),
    read: |document| Ok(parts(document.tree())),
};

fn is_strimzis(node: &Node) -> bool {
    is_resource(node) || node.get("items").is_some_and(|items| items.items().iter().any(is_strimzis))
}

fn parts(documents: &[Node]) -> Parts {
    let mut parts = Parts::default();
    for document in documents {
        match document.get("items") {
            Some(items) if !is_resource(document) => parts.extend(self::parts(items.items())),
            _ if is_resource(document) => parts.extend(resource(document)),
            _ => parts.extend(kubernetes::resource(document, documents)),
        }
    }
    parts
}

fn is_resource(node: &Node) -> bool {
    node.text_at(&["apiVersion"]).is_some_and(|version| version.contains("strimzi.io/"))
}

fn resource(node: &Node) -> Parts {
    let name = node.text_at(&["metadata", "name"]).unwrap_or_default();
    match node.text_at(&["kind"]).unwrap_or_default() {
        "Kafka" => cluster::brokers(node),
        "KafkaTopic" => Parts::of(vec![topic(node, name)]),
        "KafkaConnect" => connect::worker(&worker_settings(node), name, node.line),
        "KafkaConnector" => connector::connector(name, node.line, &config(node, &["spec", "config"])),
        "KafkaMirrorMaker2" => mirrors(node),
        "KafkaBridge" => bridge(node, name),
        kind => {
            let mut parts = Parts::default();
            parts.note(node.line, format!("nothing in a {kind} is judged"));
            parts
        }
    }
}

fn config(node: &Node, path: &[&str]) -> Vec<Property> {
    node.at(path).map(flat).unwrap_or_default()
}

fn topic(node: &Node, name: &str) -> Part {
    let mut settings = config(node, &["spec", "config"]);
    for (field, key) in [("partitions", PARTITIONS), ("replicas", REPLICATION_FACTOR)] {
        let value = node.at(&["spec", field]);
        settings.extend(value.and_then(|value| Some(Property::new(key, value.text()?, value.line))));
    }
    Part::new(KeyScope::Topic, node.text_at(&["spec", "topicName"]).unwrap_or(name), node.line, settings)
}

/// What the operator writes into the worker's file besides `spec.config`.
fn worker_settings(node: &Node) -> Vec<Property> {
    let mut settings = config(node, &["spec", "config"]);
    let connection = connection(node, "bootstrapServers");
    for prefix in ["", "producer.", "consumer."] {
        let own = connection.iter().filter(|one| prefix.is_empty() || one.key != "bootstrap.servers");
        settings.extend(own.map(|one| Property { key: format!("{prefix}{}", one.key), ..one.clone() }));
    }
    settings
}

/// Addresses, protocol and login of the clients that the operator sets up.
fn connection(node: &Node, servers: &str) -> Vec<Property> {
    let mut settings = Vec::new();
    let spec = node.get("spec").unwrap_or(node);
    if let Some(value) = spec.get(servers) {
        settings.push(Property::new("bootstrap.servers", value.text().unwrap_or_default(), value.line));
    }
    let (tls, login) = (spec.get("tls"), spec.get("authentication"));
    let kind = login.and_then(|login| login.text_at(&["type"])).unwrap_or_default();
    let is_sasl = login.is_some() && kind != "tls";
    let protocol = match (tls.is_some(), is_sasl) {
        (true, true) => "SASL_SSL",
        (false, true) => "SASL_PLAINTEXT",
        (true, false) => "SSL",
        (false, false) => "PLAINTEXT",
    };
    let line = tls.or(login).map_or(spec.line, |value| value.line);
    settings.push(Property::new("security.protocol", protocol, line));
    if let Some(login) = login.filter(|_| is_sasl) {
        let mechanism = if kind == "oauth" { "OAUTHBEARER".to_string() } else { kind.to_ascii_uppercase() };
        settings.push(Property::new("sasl.mechanism", mechanism, login.line));
        settings.push(Property::new("sasl.jaas.config", HIDDEN, login.line));
    }
    settings
}

/// The settings of its connectors and of the clusters where it keeps its own state.
fn mirrors(node: &Node) -> Parts {
    let mut parts = Parts::default();
    let mut clusters: Vec<&Node> =
        node.at(&["spec", "clusters"]).map_or(&[][..], Node::items).iter().collect();
    clusters.extend(node.at(&["spec", "target"]));
    for cluster in clusters {
        parts.parts.extend(mirror_maker::topics("", &config(cluster, &["config"])));
    }
    for mirror in node.at(&["spec", "mirrors"]).map_or(&[][..], Node::items) {
        for (_, connector) in mirror.entries() {
            let settings = config(connector, &["config"]);
            parts.parts.extend(mirror_maker::topics("", &settings));
            parts.extend(overrides(&settings, connector.line));
        }
    }
    if parts.parts.is_empty() {
        parts.note(
            node.line,
            "this KafkaMirrorMaker2 leaves everything to defaults: there is nothing to judge in it",
        );
    }
    parts
}

fn overrides(settings: &[Property], line: usize) -> Parts {
    let has = settings.iter().any(|one| one.key.contains(".override."));
    if has { connector::connector("", line, settings) } else { Parts::default() }
}

fn bridge(node: &Node, name: &str) -> Parts {
    let connection = connection(node, "bootstrapServers");
    let client = |scope: KeyScope, which: &str| {
        let mut settings = connection.clone();
        settings.extend(config(node, &["spec", which, "config"]));
        Part::new(scope, name, node.line, settings)
            .with_defaults(&[("client.id", "bridge"), ("group.id", "")])
    };
    Parts::of(vec![client(KeyScope::Producer, "producer"), client(KeyScope::Consumer, "consumer")])
}
