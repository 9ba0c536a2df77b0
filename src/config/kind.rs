//! What a file seems to be that is no configuration of the client that it was given for.

use crate::config::{BYTE_ORDER_MARK, Property};
use crate::knobs::{KeyScope, default_at};
use std::fmt;

/// A kind of file, whether klever reads it or only knows what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    Empty,
    Binary,
    Utf16,
    Pem,
    Snapshot,
    Json,
    Yaml,
    Xml,
    Terraform,
    TerraformTopics,
    Sections,
    JaasFile,
    Script,
    Environment,
    ServerProperties,
    ConnectWorker,
    Connector,
    MirrorMaker,
    Streams,
    SpringBoot,
    Quarkus,
    Compose,
    Kubernetes,
    Strimzi,
    Topicctl,
    Gitops,
    TopicConfig,
    ZooKeeper,
    Log4j,
    Producer,
    Consumer,
    ProducerAndConsumer,
    /// Settings that every client has.
    AnyClient,
    /// Nothing that klever knows.
    Unknown,
}

impl FileKind {
    /// What it is called: `a Connect worker's configuration`.
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Empty => "a file without any setting",
            FileKind::Binary => "a binary file, such as a key store",
            FileKind::Utf16 => "UTF-16 text, which Java does not read as properties",
            FileKind::Pem => "PEM: a certificate or a key",
            FileKind::Snapshot => "a snapshot of a cluster: give it with --snapshot",
            FileKind::Json => "JSON",
            FileKind::Yaml => "YAML",
            FileKind::Xml => "XML",
            FileKind::Terraform => "Terraform",
            FileKind::TerraformTopics => "Terraform with kafka_topic",
            FileKind::Sections => "INI or TOML",
            FileKind::JaasFile => "a JAAS file",
            FileKind::Script => "a script",
            FileKind::Environment => "a list of environment variables",
            FileKind::ServerProperties => "server.properties of a broker or controller",
            FileKind::ConnectWorker => "the configuration of a Connect worker",
            FileKind::Connector => "the configuration of a connector",
            FileKind::MirrorMaker => "the configuration of MirrorMaker",
            FileKind::Streams => "the configuration of a Kafka Streams application",
            FileKind::SpringBoot => {
                "the application.yml or application.properties of a Spring Boot application"
            }
            FileKind::Quarkus => "the configuration of a Quarkus application",
            FileKind::Compose => "a docker-compose file",
            FileKind::Kubernetes => "Kubernetes manifests",
            FileKind::Strimzi => "Strimzi resources",
            FileKind::Topicctl => "topics of topicctl",
            FileKind::Gitops => "topics of kafka-gitops",
            FileKind::TopicConfig => "the configuration of a topic",
            FileKind::ZooKeeper => "zoo.cfg of ZooKeeper",
            FileKind::Log4j => "a configuration of logging",
            FileKind::Producer => "a producer's configuration (Java or librdkafka)",
            FileKind::Consumer => "a consumer's configuration (Java or librdkafka)",
            FileKind::ProducerAndConsumer => "the configuration of a producer and a consumer",
            FileKind::AnyClient => "some client's: give it with --producer or --consumer",
            FileKind::Unknown => "no configuration of Kafka: none of its keys is one of Kafka's",
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileKind::Empty => f.write_str("it holds no setting"),
            FileKind::Unknown => f.write_str("none of its keys is one of Kafka's"),
            FileKind::Producer => f.write_str("it seems to be a producer's: give it with --producer"),
            FileKind::Consumer => f.write_str("it seems to be a consumer's: give it with --consumer"),
            kind => write!(f, "it seems to be {}", kind.name()),
        }
    }
}

/// Keys that only one kind of file has. `*` at the end stands for any rest.
const TELLING: &[(FileKind, &[&str])] = &[
    (
        FileKind::ConnectWorker,
        &["offset.storage.*", "config.storage.topic", "status.storage.topic", "plugin.path"],
    ),
    (FileKind::Connector, &["connector.class"]),
    (FileKind::MirrorMaker, &["clusters"]),
    (FileKind::Streams, &["application.id", "application.server", "processing.guarantee"]),
    (
        FileKind::ServerProperties,
        &[
            "process.roles",
            "node.id",
            "broker.id",
            "broker.rack",
            "log.dir",
            "log.dirs",
            "zookeeper.connect",
            "listeners",
            "advertised.listeners",
            "controller.quorum.*",
            "controller.listener.names",
            "inter.broker.listener.name",
        ],
    ),
    (FileKind::SpringBoot, &["spring.*"]),
    (FileKind::Quarkus, &["mp.messaging.*", "quarkus.*", "kafka-streams.*", "%*"]),
    (FileKind::ZooKeeper, &["tickTime", "initLimit", "clientPort"]),
    (FileKind::Log4j, &["log4j.*", "rootLogger*", "status"]),
];

/// What the file's keys say that it is; `None` where it is what it was given for, in part at least.
pub(super) fn kind_of(scope: KeyScope, properties: &[Property]) -> Option<FileKind> {
    telling_kind(properties).or_else(|| by_majority(scope, properties))
}

/// What the keys say where nobody says what the file is for; `None` also where they are a client's.
pub(super) fn kind_by_keys(properties: &[Property]) -> Option<FileKind> {
    if let Some(kind) = telling_kind(properties) {
        return Some(kind);
    }
    let keys: Vec<&str> = properties.iter().map(|property| property.key.as_str()).collect();
    let client = |key: &str| {
        [KeyScope::Producer, KeyScope::Consumer].iter().any(|scope| default_at(*scope, key).is_some())
    };
    let count =
        |scope: KeyScope| keys.iter().filter(|key| !client(key) && default_at(scope, key).is_some()).count();
    let clients = keys.iter().filter(|key| client(key) && !is_of_both_clients(key)).count();
    let (broker, topic) = (count(KeyScope::Broker), count(KeyScope::Topic));
    if topic > broker && topic > clients {
        Some(FileKind::TopicConfig)
    } else {
        (broker > clients && broker > 0).then_some(FileKind::ServerProperties)
    }
}

/// What a file seems to be of which no reader took any.
pub(super) fn kind_unread(properties: &[Property]) -> FileKind {
    let any = properties
        .iter()
        .any(|property| is_of_both_clients(property.key.trim_start_matches(BYTE_ORDER_MARK)));
    telling_kind(properties).unwrap_or(if any { FileKind::AnyClient } else { FileKind::Unknown })
}

/// What the file is by its format, where that is not Java's properties.
pub(super) fn format_of(text: &str) -> Option<FileKind> {
    if text.starts_with("\u{ff}\u{fe}") || text.starts_with("\u{fe}\u{ff}") {
        return Some(if text.contains('\0') { FileKind::Utf16 } else { FileKind::Binary });
    }
    if text.contains('\0') {
        return Some(FileKind::Binary);
    }
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let lines: Vec<&str> = text.lines().filter(|line| is_content(line)).collect();
    let Some(first) = lines.first().map(|line| line.trim()) else {
        return Some(if text.starts_with("#!") { FileKind::Script } else { FileKind::Empty });
    };
    let terraform =
        ["resource \"", "terraform {", "provider \"", "variable \"", "module \"", "locals {", "data \""];
    let has_block = |line: &&str| terraform.iter().any(|word| line.starts_with(word)) && line.contains('{');
    let found = [
        (FileKind::Script, text.starts_with("#!") || first.starts_with("export ")),
        (FileKind::Pem, first.starts_with("-----BEGIN")),
        (FileKind::Snapshot, first.starts_with('{') && text.contains("\"klever.snapshot/")),
        (FileKind::Json, first.starts_with('{') || first.starts_with("[{") || first == "["),
        (FileKind::Xml, first.starts_with('<')),
        (FileKind::Terraform, lines.iter().any(has_block)),
        (FileKind::Sections, first.starts_with('[') && first.ends_with(']')),
        (FileKind::JaasFile, first.ends_with('{') && text.contains("LoginModule")),
        (FileKind::Environment, lines.iter().all(|line| is_variable(line.trim()))),
        (FileKind::Yaml, is_yaml(&lines)),
    ];
    found.into_iter().find_map(|(kind, is_it)| is_it.then_some(kind))
}

fn is_content(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

/// `KAFKA_ACKS=1`: in upper case, which no key of Kafka is.
fn is_variable(line: &str) -> bool {
    let Some((name, _)) = line.split_once('=') else { return false };
    name.contains('_') && name.bytes().all(|letter| matches!(letter, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// A document mark, an item of a list, or a name with nothing but a nested block behind it. `key: value` alone is also
/// a property.
fn is_yaml(lines: &[&str]) -> bool {
    let first = lines.first().copied().unwrap_or("");
    let starts = ["- ", "%YAML", "apiVersion:", "kind:"].iter().any(|start| first.starts_with(start));
    let marked = lines.iter().any(|line| line.trim_end() == "---" || line.trim_start().starts_with("\"["));
    starts || marked || lines.windows(2).any(|pair| opens_a_block(pair[0], pair[1]))
}

fn opens_a_block(line: &str, next: &str) -> bool {
    line.trim_end().ends_with(':') && depth(next) > depth(line)
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn telling_kind(properties: &[Property]) -> Option<FileKind> {
    let is_there = |pattern: &&str| properties.iter().any(|property| has_pattern(&property.key, pattern));
    TELLING.iter().find(|(_, keys)| keys.iter().any(is_there)).map(|(kind, _)| *kind)
}

fn has_pattern(key: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => key.starts_with(start),
        None => key == pattern,
    }
}

/// By the keys that not both clients have. A file without any such key is as good a producer's as a consumer's.
fn by_majority(scope: KeyScope, properties: &[Property]) -> Option<FileKind> {
    let keys: Vec<&str> =
        properties.iter().map(|property| property.key.trim_start_matches(BYTE_ORDER_MARK)).collect();
    if of_one_kind(scope, &keys) > 0 {
        return None;
    }
    let others = [
        (KeyScope::Topic, FileKind::TopicConfig),
        (KeyScope::Broker, FileKind::ServerProperties),
        (KeyScope::Producer, FileKind::Producer),
        (KeyScope::Consumer, FileKind::Consumer),
    ];
    let counted = others.into_iter().map(|(other, kind)| (of_one_kind(other, &keys), kind));
    let most = counted.filter(|(count, _)| *count > 0).max_by_key(|(count, _)| *count);
    let none = !keys.iter().any(|key| is_of_both_clients(key));
    most.map(|(_, kind)| kind).or(none.then_some(FileKind::Unknown))
}

/// How many keys this kind of file has, those of both clients aside.
fn of_one_kind(scope: KeyScope, keys: &[&str]) -> usize {
    keys.iter().filter(|key| !is_of_both_clients(key) && default_at(scope, key).is_some()).count()
}

fn is_of_both_clients(key: &str) -> bool {
    [KeyScope::Producer, KeyScope::Consumer].iter().all(|scope| default_at(*scope, key).is_some())
}
