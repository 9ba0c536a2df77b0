//! A `Kafka` resource as what the operator writes into `server.properties`.

use crate::config::Property;
use crate::config::document::flat;
use crate::config::part::{Part, Parts};
use crate::config::tree::Node;
use crate::knobs::KeyScope;

/// The listener between brokers, which the operator makes itself, always with TLS on both sides.
const REPLICATION: &str = "REPLICATION-9091";

pub(super) fn brokers(node: &Node) -> Parts {
    let name = node.text_at(&["metadata", "name"]).unwrap_or_default();
    let Some(kafka) = node.at(&["spec", "kafka"]) else { return Parts::default() };
    let mut settings = kafka.get("config").map(flat).unwrap_or_default();
    settings.push(roles(node, kafka));
    settings.extend(listeners(kafka));
    settings.extend(authorizer(kafka));
    if let Some(rack) = kafka.get("rack") {
        settings.push(Property::new("broker.rack", "${...}", rack.line));
    }
    let mut parts = Parts::of(vec![Part::new(KeyScope::Broker, name, kafka.line, settings)]);
    parts.version = kafka.text_at(&["version"]).and_then(|text| text.parse().ok());
    parts
}

fn roles(node: &Node, kafka: &Node) -> Property {
    let kraft = node.text_at(&["metadata", "annotations", "strimzi.io/kraft"]);
    match node.at(&["spec", "zookeeper"]).filter(|_| kraft != Some("enabled")) {
        Some(zookeeper) => Property::new("zookeeper.connect", "localhost:2181", zookeeper.line),
        None => Property::new("process.roles", "broker", kafka.line),
    }
}

fn listeners(kafka: &Node) -> Vec<Property> {
    let mut addresses = vec![format!("{REPLICATION}://0.0.0.0:9091")];
    let mut protocols = vec![format!("{REPLICATION}:SSL")];
    let mut own = Vec::new();
    let line = kafka.get("listeners").map_or(kafka.line, |list| list.line);
    for listener in kafka.get("listeners").map_or(&[][..], Node::items) {
        let (name, port) =
            (listener.text_at(&["name"]).unwrap_or("?"), listener.text_at(&["port"]).unwrap_or("0"));
        let name = format!("{}-{port}", name.to_ascii_uppercase());
        let login = listener.text_at(&["authentication", "type"]);
        addresses.push(format!("{name}://0.0.0.0:{port}"));
        protocols.push(format!("{name}:{}", protocol(listener.text_at(&["tls"]), login)));
        own.extend(keys(&name.to_ascii_lowercase(), listener, login));
    }
    own.push(Property::new("listeners", addresses.join(","), line));
    own.push(Property::new("listener.security.protocol.map", protocols.join(","), line));
    own.push(Property::new("inter.broker.listener.name", REPLICATION, line));
    own
}

fn protocol(tls: Option<&str>, login: Option<&str>) -> &'static str {
    let is_sasl = login.is_some_and(|kind| kind != "tls");
    match (tls == Some("true"), is_sasl) {
        (true, true) => "SASL_SSL",
        (true, false) => "SSL",
        (false, true) => "SASL_PLAINTEXT",
        (false, false) => "PLAINTEXT",
    }
}

/// What holds for one listener alone.
fn keys(name: &str, listener: &Node, login: Option<&str>) -> Option<Property> {
    let line = listener.get("authentication")?.line;
    match login? {
        "tls" => Some(Property::new(format!("listener.name.{name}.ssl.client.auth"), "required", line)),
        "oauth" => {
            Some(Property::new(format!("listener.name.{name}.sasl.enabled.mechanisms"), "OAUTHBEARER", line))
        }
        kind => {
            let mechanism = kind.to_ascii_uppercase();
            Some(Property::new(format!("listener.name.{name}.sasl.enabled.mechanisms"), mechanism, line))
        }
    }
}

/// `simple` is Kafka's own; the others are classes of the operator.
fn authorizer(kafka: &Node) -> Option<Property> {
    let authorization = kafka.get("authorization")?;
    let class = match authorization.text_at(&["type"])? {
        "simple" => "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        _ => "io.strimzi.kafka.Authorizer",
    };
    Some(Property::new("authorizer.class.name", class, authorization.line))
}
