//! A file of any kind that klever reads: what it is, and the clients, brokers and topics in it.

use crate::config::broker::broker_of;
use crate::config::client::client_of;
use crate::config::document::Document;
use crate::config::kind::{FileKind, kind_of as kind_of_client, kind_unread};
use crate::config::kinds::{KINDS, Kind, kind_of, parts_of_one};
use crate::config::part::{Part, Parts};
use crate::config::topic::topic_of;
use crate::config::zookeeper::zookeeper_of;
use crate::config::{BrokerFile, ClientFile, FileNote, TopicFile, ZooKeeperFile};
use crate::knobs::KeyScope;
use crate::model::KafkaVersion;

/// A thing of a file and the line where it begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed<T> {
    pub of: T,
    pub line: usize,
}

/// A file that could be read.
#[derive(Clone, PartialEq, Debug)]
pub struct ConfigFile {
    pub kind: FileKind,
    /// Whether its format is that of Java's properties.
    pub is_properties: bool,
    pub producers: Vec<Placed<ClientFile>>,
    pub consumers: Vec<Placed<ClientFile>>,
    pub brokers: Vec<Placed<BrokerFile>>,
    pub topics: Vec<Placed<TopicFile>>,
    pub zookeepers: Vec<ZooKeeperFile>,
    /// Worth a word, by line.
    pub notes: Vec<FileNote>,
    /// What klever did not understand, so that nothing says that it is fine.
    pub unread: Vec<FileNote>,
    /// Whether a secret stands in it as plain text.
    pub holds_secret: bool,
    /// What its brokers run, where it says so.
    pub version: Option<KafkaVersion>,
}

impl ConfigFile {
    /// Whether there is nothing in it that could be judged.
    pub fn is_empty(&self) -> bool {
        self.producers.is_empty()
            && self.consumers.is_empty()
            && self.brokers.is_empty()
            && self.topics.is_empty()
            && self.zookeepers.is_empty()
    }
}

/// What somebody says that a file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileUse {
    Producer,
    Consumer,
    Broker,
    Streams,
    Connect,
    Topics,
}

impl FileUse {
    fn kinds(self) -> &'static [FileKind] {
        match self {
            FileUse::Producer => &[FileKind::Producer, FileKind::ProducerAndConsumer],
            FileUse::Consumer => &[FileKind::Consumer, FileKind::ProducerAndConsumer],
            FileUse::Broker => &[
                FileKind::ServerProperties,
                FileKind::Environment,
                FileKind::Compose,
                FileKind::Kubernetes,
                FileKind::Strimzi,
            ],
            FileUse::Streams => &[FileKind::Streams, FileKind::SpringBoot, FileKind::Quarkus],
            FileUse::Connect => {
                &[FileKind::ConnectWorker, FileKind::Connector, FileKind::MirrorMaker, FileKind::Strimzi]
            }
            FileUse::Topics => {
                &[FileKind::TerraformTopics, FileKind::Topicctl, FileKind::Gitops, FileKind::Strimzi]
            }
        }
    }

    /// What a file without telling keys is taken for.
    fn fallback(self) -> Option<FileKind> {
        match self {
            FileUse::Broker => Some(FileKind::ServerProperties),
            FileUse::Streams => Some(FileKind::Streams),
            FileUse::Connect => Some(FileKind::ConnectWorker),
            FileUse::Producer | FileUse::Consumer | FileUse::Topics => None,
        }
    }
}

/// Why nothing came of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotRead {
    /// It is broken, or has a value that no Kafka takes; of which kind it is, where that was told before.
    Broken { note: FileNote, kind: Option<FileKind> },
    /// It is something else.
    Other(FileKind),
}

/// Reads a file by what stands in it, or as what somebody says that it is. `version` is that of its clients' libraries.
///
/// # Errors
/// Where it is broken, or what it seems to be instead.
pub fn read_file(
    file: &str,
    text: &str,
    said: Option<FileUse>,
    version: KafkaVersion,
) -> Result<ConfigFile, NotRead> {
    let note = |(line, text): (usize, String)| FileNote { file: file.to_string(), line: Some(line), text };
    let document = Document::parse(text).map_err(|why| NotRead::Broken { note: note(why), kind: None })?;
    let (kind, parts) = parts(&document, said)?;
    let parts = parts.map_err(|why| NotRead::Broken { note: note(why), kind: Some(kind) })?;
    let mut read = ConfigFile {
        kind,
        is_properties: document.properties().is_some(),
        producers: Vec::new(),
        consumers: Vec::new(),
        brokers: Vec::new(),
        topics: Vec::new(),
        zookeepers: Vec::new(),
        notes: parts.notes.iter().cloned().map(note).collect(),
        unread: parts.unread.iter().cloned().map(note).collect(),
        holds_secret: false,
        version: parts.version,
    };
    for part in parts.parts {
        add(&mut read, file, part, version).map_err(|note| NotRead::Broken { note, kind: Some(kind) })?;
    }
    for settings in parts.zookeepers {
        let mut of = zookeeper_of(file, settings);
        take(&mut read, &mut of.notes, &mut Vec::new(), of.holds_secret);
        read.zookeepers.push(of);
    }
    for told in [&mut read.notes, &mut read.unread] {
        told.sort_by(|a, b| (a.line, &a.text).cmp(&(b.line, &b.text)));
        told.dedup();
    }
    if read.is_empty() && read.unread.is_empty() && read.notes.is_empty() {
        return Err(NotRead::Other(kind));
    }
    Ok(read)
}

type Read = Result<Parts, (usize, String)>;

fn parts(document: &Document, said: Option<FileUse>) -> Result<(FileKind, Read), NotRead> {
    let told = kind_of(document);
    let fits = |kind: &&'static Kind| said.is_none_or(|said| said.kinds().contains(&kind.kind));
    // Who says which client it is needs no telling keys.
    match said {
        Some(FileUse::Producer) => return client_parts(KeyScope::Producer, FileKind::Producer, document),
        Some(FileUse::Consumer) => return client_parts(KeyScope::Consumer, FileKind::Consumer, document),
        _ => {}
    }
    let fallback =
        said.and_then(FileUse::fallback).filter(|_| told.is_none() && document.properties().is_some());
    let by_word = fallback.and_then(|kind| KINDS.iter().find(|one| one.kind == kind)).copied();
    match told.filter(fits).or(by_word.filter(|_| other_kind(document) != FileKind::Unknown)) {
        Some(kind) => Ok((kind.kind, (kind.read)(document))),
        None => Err(NotRead::Other(told.map_or_else(|| other_kind(document), |kind| kind.kind))),
    }
}

fn client_parts(scope: KeyScope, kind: FileKind, document: &Document) -> Result<(FileKind, Read), NotRead> {
    let other = match document {
        Document::Properties(properties) => kind_of_client(scope, properties),
        Document::Tree(_) => match kind_of(document) {
            Some(told) if told.kind == kind || told.kind == FileKind::ProducerAndConsumer => None,
            told => Some(told.map_or_else(|| other_kind(document), |told| told.kind)),
        },
        _ => Some(kind_of(document).map_or_else(|| other_kind(document), |told| told.kind)),
    };
    other.map_or_else(|| Ok((kind, parts_of_one(scope, document))), |other| Err(NotRead::Other(other)))
}

/// What a document seems to be that none of the kinds is.
fn other_kind(document: &Document) -> FileKind {
    match document {
        Document::Properties(properties) => kind_unread(properties),
        Document::Variables(_) => FileKind::Environment,
        Document::Tree(_) => FileKind::Yaml,
        Document::Terraform { .. } => FileKind::Terraform,
        Document::Other(kind) => *kind,
    }
}

fn add(read: &mut ConfigFile, file: &str, part: Part, version: KafkaVersion) -> Result<(), FileNote> {
    let line = part.line.max(1);
    match part.scope {
        KeyScope::Broker => {
            let mut of = broker_of(file, part.settings)?;
            take(read, &mut of.notes, &mut of.unread, of.holds_secret);
            read.brokers.push(Placed { of, line });
        }
        KeyScope::Topic => {
            let mut of = topic_of(file, &part)?;
            take(read, &mut of.notes, &mut of.unread, false);
            read.topics.push(Placed { of, line });
        }
        scope => {
            let mut of = client_of(scope, file, part.settings, version)?;
            let defaults = part.defaults.iter().map(|(key, value)| (key.to_string(), value.to_string()));
            of.profile.library_defaults = defaults.collect();
            if !part.name.is_empty() {
                of.profile.name = format!("{} {}", of.profile.name, part.name);
            }
            take(read, &mut of.notes, &mut of.unread, of.holds_secret);
            let clients = if scope == KeyScope::Producer { &mut read.producers } else { &mut read.consumers };
            clients.push(Placed { of, line });
        }
    }
    Ok(())
}

fn take(read: &mut ConfigFile, notes: &mut Vec<FileNote>, unread: &mut Vec<FileNote>, holds_secret: bool) {
    read.notes.append(notes);
    read.unread.append(unread);
    read.holds_secret |= holds_secret;
}
