//! `klever check FILE...`: files of any kind as clients, brokers and topics of a cluster of which nothing else is known.

mod walk;

use crate::cli::Failure;
use crate::cli::args::FileArgs;
use crate::cli::clients::{ClientText, ReadFiles};
use crate::cli::output;
use crate::config::{
    ConfigFile, FileKind, FileNote, FileUse, InputKind, NotRead, Placed, kinds_read, properties_text,
    read_client, read_file, read_input,
};
use crate::knobs::KeyScope;
use crate::model::{
    Broker, BrokerId, ClientProfile, Cluster, Datum, KafkaVersion, Origin, PartitionRow, Partitions, Topic,
    TopicIx, Unknown, plural,
};
use crate::rules::{SubjectKind, Surroundings};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was read, by the name of its file.
struct Given {
    files: Vec<(String, ConfigFile)>,
    read: ReadFiles,
}

/// Puts what the files hold into a cluster; which kind each was taken for and notes go to standard error.
pub(super) fn adopt(
    cluster: &mut Cluster,
    around: &mut Surroundings,
    args: &FileArgs,
) -> Result<ReadFiles, Failure> {
    let known = args.client_version.or(cluster.version.get().copied());
    let version = known.unwrap_or(KafkaVersion::REFERENCE);
    let mut given = Given { files: Vec::new(), read: ReadFiles::default() };
    for path in &args.files {
        if path.is_dir() { given.folder(path, version)? } else { given.file(path, None, version)? }
    }
    for (paths, said) in forced(args) {
        for path in paths {
            given.file(path, Some(said), version)?;
        }
    }
    if given.files.is_empty() {
        return Ok(given.read);
    }
    let judged = given.files.iter().any(|(_, file)| !file.is_empty());
    if !judged && given.read.unread.is_empty() {
        let (name, file) = &given.files[0];
        let line = format!("{name}: there is nothing in it to judge: {}", file.kind.name());
        return Err(Failure::usage(line).hint(format!("klever reads {}", kinds_read())));
    }
    given.into_cluster(cluster, around)
}

fn forced(args: &FileArgs) -> [(&[PathBuf], FileUse); 6] {
    [
        (&args.clients.producer, FileUse::Producer),
        (&args.clients.consumer, FileUse::Consumer),
        (&args.broker, FileUse::Broker),
        (&args.streams, FileUse::Streams),
        (&args.connect_config, FileUse::Connect),
        (&args.topics, FileUse::Topics),
    ]
}

impl Given {
    fn file(&mut self, path: &Path, said: Option<FileUse>, version: KafkaVersion) -> Result<(), Failure> {
        let (name, text) = (path.display().to_string(), output::read_properties(path)?);
        let file = read_file(&name, &text, said, version).map_err(|why| {
            if why == NotRead::Other(FileKind::Unknown) {
                tell_slips(&name, &text, said, version);
            }
            not_read(&name, said, why)
        })?;
        if said.is_none() {
            told(&name, &file);
        }
        self.keep(&name, text, (said, version), &file);
        self.take(path, name, file);
        Ok(())
    }

    /// Every file of a folder that klever reads; the others are named, and nothing in a folder is an error.
    fn folder(&mut self, folder: &Path, version: KafkaVersion) -> Result<(), Failure> {
        let walked = walk::walk(folder);
        let mut others: Vec<String> = Vec::new();
        let before = self.files.len();
        for path in &walked.files {
            others.extend(self.file_of_folder(path, version));
        }
        let name = folder.display().to_string();
        walked.notes(&others).into_iter().for_each(|text| output::note(&of_file(&name, text)));
        walked.cut.into_iter().for_each(|text| self.unread(of_file(&name, text)));
        if self.files.len() == before && self.read.unread.is_empty() {
            let line = format!(
                "{name}: none of its {} is one that klever reads",
                plural(walked.files.len(), "file")
            );
            return Err(Failure::usage(line).hint(format!("klever reads {}", kinds_read())));
        }
        Ok(())
    }

    /// One of the files of a folder; its name where it has nothing to do with Kafka.
    fn file_of_folder(&mut self, path: &Path, version: KafkaVersion) -> Option<String> {
        let name = path.display().to_string();
        let text = match read_input(path, InputKind::Properties).map(properties_text) {
            Ok(text) => text,
            Err(_) if walk::is_binary(path) => return Some(name),
            Err(error) => {
                self.unread(of_file(&name, format!("it cannot be read: {}", error.why)));
                return None;
            }
        };
        match read_file(&name, &text, None, version) {
            Ok(file) => {
                told(&name, &file);
                self.keep(&name, text, (None, version), &file);
                self.take(path, name, file);
            }
            Err(why) => match unread(&name, &text, why) {
                Some(note) => self.unread(note),
                None => return Some(name),
            },
        }
        None
    }

    /// Tells what must not pass.
    fn unread(&mut self, note: FileNote) {
        output::note(&note);
        self.read.unread.push(note);
    }

    /// Keeps the text of a file with clients.
    fn keep(
        &mut self,
        name: &str,
        text: String,
        (said, version): (Option<FileUse>, KafkaVersion),
        file: &ConfigFile,
    ) {
        if !file.producers.is_empty() || !file.consumers.is_empty() {
            let (name, kind, is_properties) = (name.to_string(), file.kind, file.is_properties);
            self.read.texts.push(ClientText { name, text, said, version, kind, is_properties });
        }
    }

    fn take(&mut self, path: &Path, name: String, file: ConfigFile) {
        let mut notes: Vec<&FileNote> = file.notes.iter().chain(&file.unread).collect();
        notes.sort_by_key(|note| note.line);
        notes.into_iter().for_each(output::note);
        if file.holds_secret {
            output::warn_of_readers(path);
        }
        self.read.unread.extend(file.unread.iter().cloned());
        self.files.push((name, file));
    }

    fn into_cluster(
        mut self,
        cluster: &mut Cluster,
        around: &mut Surroundings,
    ) -> Result<ReadFiles, Failure> {
        let holds = |is: fn(&ConfigFile) -> bool| self.files.iter().find(|(_, file)| is(file));
        let of_cluster = holds(|file| !file.brokers.is_empty() || !file.topics.is_empty());
        if let Some((name, _)) = of_cluster.filter(|_| !cluster.brokers.is_empty()) {
            let line =
                format!("{name} holds settings of brokers or topics, and a cluster tells those itself");
            return Err(Failure::usage(line).hint("leave out the one or the other"));
        }
        let files = std::mem::take(&mut self.files);
        let version = files.iter().filter_map(|(_, file)| file.version).min();
        let mut brokers: Vec<Broker> = Vec::new();
        let mut topics: Vec<(Topic, u16)> = Vec::new();
        let (mut producers, mut consumers) = (Vec::new(), Vec::new());
        for (name, file) in files {
            for one in file.zookeepers {
                let place = (SubjectKind::ZooKeeper, one.server.name.as_str());
                self.read.place(place, (&name, 1), &one.lines);
                around.zookeepers.push(one.server);
            }
            file.brokers.into_iter().for_each(|one| self.broker(&name, one, &mut brokers));
            file.topics.into_iter().for_each(|one| self.topic(&name, one, &mut topics));
            for one in file.producers {
                self.client(SubjectKind::Producer, &name, one, &mut producers);
            }
            for one in file.consumers {
                self.client(SubjectKind::Consumer, &name, one, &mut consumers);
            }
        }
        let assumed = Arc::make_mut(&mut cluster.assumed);
        if !producers.is_empty() {
            assumed.producers = producers;
        }
        if !consumers.is_empty() {
            assumed.consumers = consumers;
        }
        if !brokers.is_empty() || !topics.is_empty() {
            fill(cluster, brokers, topics, version);
        }
        Ok(self.read)
    }

    fn client(
        &mut self,
        kind: SubjectKind,
        file: &str,
        one: Placed<crate::config::ClientFile>,
        all: &mut Vec<ClientProfile>,
    ) {
        let mut profile = one.of.profile;
        // Two files of one name in different folders keep their paths.
        if all.iter().any(|other| other.name == profile.name) {
            profile.name = format!("{file}:{}", one.line);
        }
        self.read.place((kind, &profile.name), (file, one.line), &one.of.lines);
        all.push(profile);
    }

    fn broker(&mut self, file: &str, one: Placed<crate::config::BrokerFile>, all: &mut Vec<Broker>) {
        let mut broker = one.of.broker;
        // Brokers of one id, or without any, are told apart all the same.
        while all.iter().any(|other| other.id == broker.id) {
            broker.id = BrokerId(broker.id.0.wrapping_add(1));
        }
        self.read.place((SubjectKind::Broker, &broker.id.to_string()), (file, one.line), &one.of.lines);
        all.push(broker);
    }

    fn topic(&mut self, file: &str, one: Placed<crate::config::TopicFile>, all: &mut Vec<(Topic, u16)>) {
        let mut name = one.of.name;
        if all.iter().any(|(other, _)| *other.name == *name) {
            name = format!("{name} ({file}:{})", one.line);
        }
        self.read.place((SubjectKind::Topic, &name), (file, one.line), &one.of.lines);
        // Without a number of replicas nothing can be said of its partitions.
        let count = one.of.replicas.map_or(0, |_| one.of.partitions);
        let config = Datum::known(Arc::new(one.of.config), 0, Origin::File(file.to_string()));
        let topic = Topic { name: name.into(), internal: one.of.is_internal, config, first: 0, count };
        all.push((topic, one.of.replicas.unwrap_or(0)));
    }
}

fn fill(
    cluster: &mut Cluster,
    mut brokers: Vec<Broker>,
    mut topics: Vec<(Topic, u16)>,
    version: Option<KafkaVersion>,
) {
    brokers.sort_by_key(|broker| broker.id);
    topics.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    if cluster.version.get().is_none() {
        let said = version.map(|version| Datum::known(version, 0, Origin::Broker));
        cluster.version = said.unwrap_or_else(|| Datum::known(assumed_version(&brokers), 0, Origin::Assumed));
    }
    let mut rows = Vec::new();
    for (at, (topic, replicas)) in topics.iter_mut().enumerate() {
        topic.first = rows.len() as u32;
        rows.extend((0..topic.count).map(|number| row(TopicIx(at as u32), number as i32, *replicas)));
    }
    let unasked: Datum<()> = Datum::unknown(Unknown::NotAsked);
    cluster.partitions = Partitions::from_rows(&rows, unasked);
    cluster.topics = topics.into_iter().map(|(topic, _)| topic).collect();
    cluster.brokers = brokers.into();
}

/// A partition of so many replicas, wherever they may be.
fn row(topic: TopicIx, number: i32, replicas: u16) -> PartitionRow {
    let replicas: Vec<BrokerId> = (0..i32::from(replicas)).map(BrokerId).collect();
    PartitionRow {
        topic,
        number,
        isr: replicas.clone(),
        leader: replicas.first().copied(),
        replicas,
        elr: None,
        leader_epoch: None,
        log_start: None,
        high_watermark: None,
        log_end: None,
    }
}

/// The newest release that takes such files, where nobody says which one it is: only those before 4.0 have ZooKeeper.
fn assumed_version(brokers: &[Broker]) -> KafkaVersion {
    let sets = |broker: &Broker, key| broker.config.get().is_some_and(|config| config.contains_key(key));
    let on_zookeeper =
        brokers.iter().any(|broker| sets(broker, "zookeeper.connect") && !sets(broker, "process.roles"));
    if on_zookeeper { KafkaVersion::new(3, 9, 0) } else { KafkaVersion::REFERENCE }
}

fn of_file(name: &str, text: String) -> FileNote {
    FileNote { file: name.to_string(), line: None, text }
}

/// Names the keys of a client's file that are almost Kafka's, where none of them is.
fn tell_slips(name: &str, text: &str, said: Option<FileUse>, version: KafkaVersion) {
    let scope = match said {
        Some(FileUse::Producer) => KeyScope::Producer,
        Some(FileUse::Consumer) => KeyScope::Consumer,
        _ => return,
    };
    if let Ok(file) = read_client(scope, name, text, version) {
        file.notes.iter().chain(&file.unread).for_each(output::note);
    }
}

/// Says which kind a file was taken for and what was found in it.
fn told(name: &str, file: &ConfigFile) {
    let counts = [
        (file.brokers.len(), "broker"),
        (file.topics.len(), "topic"),
        (file.producers.len(), "producer"),
        (file.consumers.len(), "consumer"),
        (file.zookeepers.len(), "server"),
    ];
    let words: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| plural(*count, word)).collect();
    let found = if words.is_empty() { "nothing to judge".to_string() } else { words.join(", ") };
    output::note(&of_file(name, format!("read as {}: {found}", file.kind.name())));
}

/// What of a folder's file that was not read must not pass; `None` where it has nothing to do with Kafka.
fn unread(name: &str, text: &str, why: NotRead) -> Option<FileNote> {
    let lower = text.to_ascii_lowercase();
    match why {
        NotRead::Broken { note, kind: Some(_) } => Some(note),
        // Of what cannot be parsed only its words tell whether it was meant for Kafka.
        NotRead::Broken { note, kind: None } => {
            (lower.contains("kafka") || lower.contains("bootstrap.servers")).then_some(note)
        }
        NotRead::Other(kind @ FileKind::AnyClient) => Some(of_file(name, kind.to_string())),
        NotRead::Other(_) => None,
    }
}

pub(super) fn not_read(name: &str, said: Option<FileUse>, why: NotRead) -> Failure {
    match why {
        NotRead::Broken { note, .. } => {
            Failure::usage(note.to_string()).hint("`klever explain SCOPE:KEY` says what a key of Kafka takes")
        }
        NotRead::Other(kind) => match said.map(words) {
            Some((what, flag)) => Failure::usage(format!("{name} is not {what}: {kind}"))
                .hint(format!("without {flag} klever tells by itself what a file is: klever check FILE")),
            None => Failure::usage(format!("{name} is no configuration that klever reads: {kind}"))
                .hint(format!("klever reads {}", kinds_read())),
        },
    }
}

fn words(said: FileUse) -> (&'static str, &'static str) {
    match said {
        FileUse::Producer => ("a producer's configuration", "--producer"),
        FileUse::Consumer => ("a consumer's configuration", "--consumer"),
        FileUse::Broker => ("a broker's configuration", "--broker"),
        FileUse::Streams => ("a Kafka Streams application's configuration", "--streams"),
        FileUse::Connect => ("a configuration of Connect", "--connect-config"),
        FileUse::Topics => ("a list of topics", "--topics"),
    }
}
