//! Environment variables of the Apache, Confluent and Bitnami images, alone in a file or of a container.

use super::Kind;
use super::{connect, spring};
use crate::config::Property;
use crate::config::client::near_key;
use crate::config::document::Document;
use crate::config::kind::FileKind;
use crate::config::part::{Part, Parts, setting};
use crate::knobs::{KeyScope, config_keys, default_at, key_of_name};
use crate::model::KafkaVersion;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Environment,
    claims: |document| container(&of_file(document)).is_some(),
    read: |document| Ok(container(&of_file(document)).unwrap_or_default()),
};

/// What runs in a container, as far as Kafka minds.
pub(super) struct Container {
    /// Its name; empty where a file is all there is.
    pub name: String,
    pub line: usize,
    /// `apache/kafka:4.1.0`
    pub image: String,
    pub variables: Vec<Property>,
}

fn of_file(document: &Document) -> Container {
    let variables = match document {
        Document::Variables(variables) => variables.clone(),
        _ => Vec::new(),
    };
    Container { name: String::new(), line: 1, image: String::new(), variables }
}

/// Variables of an image's own and of the JVM: no settings of a broker.
const OF_IMAGES: [&str; 22] = [
    "KAFKA_ADVERTISED_HOST_NAME",
    "KAFKA_CERTIFICATE",
    "KAFKA_CLIENT_",
    "KAFKA_CLUSTER_ID",
    "KAFKA_CONTROLLER_PASSWORD",
    "KAFKA_CONTROLLER_USER",
    "KAFKA_CREATE_TOPICS",
    "KAFKA_DEBUG",
    "KAFKA_ENABLE_KRAFT",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_HEAP_OPTS",
    "KAFKA_HOME",
    "KAFKA_INTER_BROKER_PASSWORD",
    "KAFKA_INTER_BROKER_USER",
    "KAFKA_JMX_",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_KRAFT_",
    "KAFKA_LOG4J",
    "KAFKA_OPTS",
    "KAFKA_TLS_",
    "KAFKA_TOOLS_",
    "KAFKA_VERSION",
];

/// Images of brokers, by the end of their names.
const BROKER_IMAGES: [&str; 9] = [
    "apache/kafka",
    "apache/kafka-native",
    "confluentinc/cp-kafka",
    "confluentinc/cp-server",
    "confluentinc/confluent-local",
    "bitnami/kafka",
    "bitnamilegacy/kafka",
    "bitnamisecure/kafka",
    "wurstmeister/kafka",
];

/// Keys of which a broker has one at least, and no client of a broker.
const OF_BROKERS: [&str; 6] =
    ["process.roles", "node.id", "broker.id", "listeners", "advertised.listeners", "zookeeper.connect"];

/// What a container holds of Kafka; `None` where that is nothing.
pub(super) fn container(container: &Container) -> Option<Parts> {
    let settings = broker_settings(&container.variables);
    let is_broker = is_image(container, &BROKER_IMAGES) && !settings.is_empty();
    if is_broker || OF_BROKERS.iter().any(|key| setting(&settings, key).is_some()) {
        return Some(broker(container, settings));
    }
    let worker = worker_settings(container);
    if setting(&worker, "bootstrap.servers").is_some() || setting(&worker, "offset.storage.topic").is_some() {
        return Some(connect::worker(&worker, &container.name, container.line));
    }
    spring::of_variables(&container.variables, &container.name)
}

fn is_image(container: &Container, names: &[&str]) -> bool {
    let image = container.image.split(['@']).next().unwrap_or_default();
    let tag = image.rfind(':').filter(|at| !image[*at..].contains('/'));
    let name = tag.map_or(image, |at| &image[..at]);
    names.iter().any(|known| name == *known || name.ends_with(&format!("/{known}")))
}

fn broker(container: &Container, settings: Vec<Property>) -> Parts {
    let (known, others): (Vec<Property>, Vec<Property>) =
        settings.into_iter().partition(|one| is_known(&one.key));
    let mut parts =
        Parts::of(vec![Part::new(KeyScope::Broker, container.name.clone(), container.line, known)]);
    for one in others {
        let names = config_keys().iter().filter(|key| key.scope == KeyScope::Broker).map(|key| key.name);
        match near_key(&one.key, names) {
            Some(near) => parts.unread(
                one.line,
                format!("no broker has `{}`, which this variable becomes: did you mean `{near}`?", one.key),
            ),
            None => parts.note(one.line, "a variable that is no setting of a broker"),
        }
    }
    parts.version = version_of(&container.image);
    parts
}

fn is_known(key: &str) -> bool {
    let own = ["listener.name.", "confluent.", "super.users", "allow.everyone.if.no.acl.found"];
    default_at(KeyScope::Broker, key).is_some() || own.iter().any(|start| key.starts_with(start))
}

/// `KAFKA_LOG_DIRS` and Bitnami's `KAFKA_CFG_LOG_DIRS` as `log.dirs`.
fn broker_settings(variables: &[Property]) -> Vec<Property> {
    let setting = |one: &Property| {
        let own = one.key.strip_prefix("KAFKA_CFG_").or_else(|| one.key.strip_prefix("KAFKA_"))?;
        let of_image = OF_IMAGES.iter().any(|start| one.key.starts_with(start));
        (!of_image && !own.is_empty()).then(|| Property { key: key_of_name(own), ..one.clone() })
    };
    variables.iter().filter_map(setting).collect()
}

/// `CONNECT_GROUP_ID` as `group.id`; Debezium's image takes the names of its five first settings without a prefix.
fn worker_settings(container: &Container) -> Vec<Property> {
    let bare = [
        "BOOTSTRAP_SERVERS",
        "GROUP_ID",
        "CONFIG_STORAGE_TOPIC",
        "OFFSET_STORAGE_TOPIC",
        "STATUS_STORAGE_TOPIC",
    ];
    let of_debezium = is_image(container, &["debezium/connect"]);
    let setting = |one: &Property| {
        let own = one.key.strip_prefix("CONNECT_");
        let own = own.or_else(|| Some(one.key.as_str()).filter(|key| of_debezium && bare.contains(key)))?;
        let of_image =
            ["LOG4J", "REST_ADVERTISED_HOST_NAME", "CUB_"].iter().any(|start| own.starts_with(start));
        (!of_image).then(|| Property { key: key_of_name(own), ..one.clone() })
    };
    container.variables.iter().filter_map(setting).collect()
}

/// The release of Kafka that an image's tag names; Confluent counts its own (7.6 is 3.6, 8.0 is 4.0).
pub(super) fn version_of(image: &str) -> Option<KafkaVersion> {
    let (name, tag) = image.split('@').next()?.rsplit_once(':')?;
    let number: String = tag.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    let numbers: Vec<u8> = number.split('.').filter_map(|part| part.parse().ok()).collect();
    let (major, minor) = (*numbers.first()?, *numbers.get(1)?);
    let patch = numbers.get(2).copied().unwrap_or(0);
    if name.contains("confluentinc/") {
        let of_confluent = (5..=9).contains(&major).then(|| KafkaVersion::new(major - 4, minor, 0))?;
        // 5.0 was 2.0, 6.0 was 2.6 and 6.1 was 2.7.
        return match (major, minor) {
            (5, minor) => Some(KafkaVersion::new(2, minor, 0)),
            (6, minor) => Some(KafkaVersion::new(2, minor.saturating_add(6), 0)),
            _ => Some(of_confluent),
        };
    }
    let is_kafka = ["apache/kafka", "apache/kafka-native", "bitnami/kafka", "bitnamilegacy/kafka"];
    is_kafka.iter().any(|known| name.ends_with(known)).then(|| KafkaVersion::new(major, minor, patch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_each_image_become_settings() {
        assert_eq!(key_of_name("LOG_RETENTION_HOURS"), "log.retention.hours");
        assert_eq!(key_of_name("LISTENER_NAME_MY__LISTENER_SSL_X"), "listener.name.my_listener.ssl.x");
        let variables = ["KAFKA_CFG_NODE_ID", "KAFKA_PROCESS_ROLES", "KAFKA_HEAP_OPTS", "OTHER"];
        let variables: Vec<Property> = variables.iter().map(|name| Property::new(*name, "1", 1)).collect();
        let keys: Vec<String> = broker_settings(&variables).into_iter().map(|one| one.key).collect();
        assert_eq!(keys, ["node.id", "process.roles"]);
    }

    #[test]
    fn tags_tell_the_release() {
        let told = |image: &str| version_of(image).map(|version| version.to_string());
        assert_eq!(told("apache/kafka:4.1.0").as_deref(), Some("4.1.0"));
        assert_eq!(told("docker.io/bitnami/kafka:3.9.0-debian-12-r1").as_deref(), Some("3.9.0"));
        assert_eq!(told("confluentinc/cp-kafka:7.6.1").as_deref(), Some("3.6.0"));
        assert_eq!(told("confluentinc/cp-kafka:8.0.0").as_deref(), Some("4.0.0"));
        assert_eq!(told("confluentinc/cp-kafka:6.1.0").as_deref(), Some("2.7.0"));
        assert_eq!(
            (told("apache/kafka:latest"), told("apache/kafka"), told("postgres:16.1")),
            (None, None, None)
        );
    }
}
