//! What a file seems to be that is no configuration of the client that it was given for.

use crate::config::{BYTE_ORDER_MARK, Property};
use crate::knobs::{KeyScope, default_at};
use std::fmt;

/// A kind of file that klever was given in the place of a client's properties.
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
    TopicConfig,
    Log4j,
    Producer,
    Consumer,
    /// Nothing that klever knows.
    Unknown,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FileKind::Empty => "it holds no setting",
            FileKind::Binary => "it seems to be a binary file, such as a key store",
            FileKind::Utf16 => "it seems to be UTF-16 text, which Java does not read as properties",
            FileKind::Pem => "it seems to be PEM: a certificate or a key",
            FileKind::Snapshot => "it seems to be a snapshot of a cluster: give it with --snapshot",
            FileKind::Json => "it seems to be JSON",
            FileKind::Yaml => "it seems to be YAML",
            FileKind::Xml => "it seems to be XML",
            FileKind::Terraform => "it seems to be Terraform",
            FileKind::Sections => "it seems to be INI or TOML",
            FileKind::JaasFile => "it seems to be a JAAS file",
            FileKind::Script => "it seems to be a script",
            FileKind::Environment => "it seems to be a list of environment variables",
            FileKind::ServerProperties => "it seems to be server.properties of a broker",
            FileKind::ConnectWorker => "it seems to be the configuration of a Connect worker",
            FileKind::Connector => "it seems to be the configuration of a connector",
            FileKind::MirrorMaker => "it seems to be the configuration of MirrorMaker",
            FileKind::Streams => "it seems to be the configuration of a Kafka Streams application",
            FileKind::SpringBoot => "it seems to be application.properties of a Spring Boot application",
            FileKind::TopicConfig => "it seems to be the configuration of a topic",
            FileKind::Log4j => "it seems to be a configuration of logging",
            FileKind::Producer => "it seems to be a producer's: give it with --producer",
            FileKind::Consumer => "it seems to be a consumer's: give it with --consumer",
            FileKind::Unknown => "none of its keys is one of Kafka's",
        })
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
    (FileKind::Log4j, &["log4j.*", "rootLogger*", "status"]),
];

/// What the file's keys say that it is; `None` where it is what it was given for, in part at least.
pub(super) fn kind_of(scope: KeyScope, properties: &[Property]) -> Option<FileKind> {
    telling_kind(properties).or_else(|| by_majority(scope, properties))
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
    let terraform = ["resource \"", "terraform {", "provider \""];
    let found = [
        (FileKind::Script, text.starts_with("#!") || first.starts_with("export ")),
        (FileKind::Pem, first.starts_with("-----BEGIN")),
        (FileKind::Snapshot, first.starts_with('{') && text.contains("\"klever.snapshot/")),
        (FileKind::Json, first.starts_with('{') || first.starts_with("[{") || first == "["),
        (FileKind::Xml, first.starts_with('<')),
        (FileKind::Terraform, terraform.iter().any(|word| first.starts_with(word))),
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
