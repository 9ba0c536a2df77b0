//! `--producer` and `--consumer`: files that take the place of assumed clients.

use crate::cli::Failure;
use crate::cli::args::ClientArgs;
use crate::cli::output;
use crate::config::{FileKind, FileNote, FileUse, read_client};
use crate::knobs::{KeyScope, consumer_errors, producer_errors};
use crate::model::{ClientProfile, Cluster, KafkaVersion};
use crate::rules::{FilePlace, FindingSubject, Findings, SubjectKind};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What was not understood in files, and whose setting stands where.
#[derive(Default)]
pub(super) struct ReadFiles {
    pub(super) unread: Vec<FileNote>,
    /// Files with clients as they were read: what is said of them later is said of the same text.
    pub(super) texts: Vec<ClientText>,
    /// By subject and key; where it begins stands behind the empty key.
    places: BTreeMap<(SubjectKind, String, String), FilePlace>,
}

/// The text of a file with clients, and how it was read.
pub(super) struct ClientText {
    /// As it was given.
    pub name: String,
    pub text: String,
    /// What somebody said that it is for.
    pub said: Option<FileUse>,
    /// Which version its clients run.
    pub version: KafkaVersion,
    pub kind: FileKind,
    pub is_properties: bool,
}

impl ReadFiles {
    /// The line of a setting of a subject.
    pub(super) fn line_of(&self, subject: &FindingSubject, key: &str) -> Option<usize> {
        self.place_of(subject, key).map(|place| place.line)
    }

    /// Remembers where a subject begins and where its settings stand.
    pub(super) fn place(
        &mut self,
        (kind, name): (SubjectKind, &str),
        (file, line): (&str, usize),
        lines: &BTreeMap<String, usize>,
    ) {
        let settings = lines.iter().map(|(key, line)| (key.clone(), *line));
        for (key, line) in settings.chain([(String::new(), line)]) {
            let place = FilePlace { file: file.to_string(), line };
            self.places.insert((kind, name.to_string(), key), place);
        }
    }

    /// Says of each finding where the first setting stands that it is about, or else where its subject begins.
    pub(super) fn locate(&self, findings: &mut Findings) {
        for finding in &mut findings.findings {
            let subjects = if finding.each.is_empty() {
                std::slice::from_ref(&finding.subject)
            } else {
                &finding.each[..]
            };
            let keys = finding.keys.iter().map(String::as_str).chain([""]);
            let mut places =
                keys.flat_map(|key| subjects.iter().filter_map(move |subject| self.place_of(subject, key)));
            finding.place = places.next().cloned();
        }
    }

    fn place_of(&self, subject: &FindingSubject, key: &str) -> Option<&FilePlace> {
        let kind = if subject.kind == SubjectKind::Partition { SubjectKind::Topic } else { subject.kind };
        self.places.get(&(kind, subject.name.to_string(), key.to_string()))
    }

    /// The code, unless it would pass what nobody judged.
    pub(super) fn or(self, code: ExitCode) -> Result<ExitCode, Failure> {
        let Some(first) = self.unread.first().filter(|_| code == ExitCode::SUCCESS) else { return Ok(code) };
        let line = format!(
            "{}: what the notes name was not understood, so that nothing says that it is fine",
            first.file
        );
        Err(Failure::blind(line).hint("correct it, or take it out"))
    }
}

/// Puts the given clients in the place of the assumed ones; notes on a file go to standard error.
pub(super) fn adopt(cluster: &mut Cluster, args: &ClientArgs) -> Result<ReadFiles, Failure> {
    let version = cluster.version.get().copied().unwrap_or(KafkaVersion::REFERENCE);
    let mut read = ReadFiles::default();
    let producers = read_all(KeyScope::Producer, &args.producer, version, &mut read)?;
    let consumers = read_all(KeyScope::Consumer, &args.consumer, version, &mut read)?;
    let assumed = Arc::make_mut(&mut cluster.assumed);
    if !producers.is_empty() {
        assumed.producers = producers;
    }
    if !consumers.is_empty() {
        assumed.consumers = consumers;
    }
    Ok(read)
}

fn read_all(
    scope: KeyScope,
    paths: &[PathBuf],
    version: KafkaVersion,
    read: &mut ReadFiles,
) -> Result<Vec<ClientProfile>, Failure> {
    let mut profiles: Vec<ClientProfile> = Vec::new();
    for path in paths {
        let (name, text) = (path.display().to_string(), output::read_properties(path)?);
        let file = read_client(scope, &name, &text, version).map_err(|note| refused(scope, &note))?;
        let mut notes: Vec<&FileNote> = file.notes.iter().chain(&file.unread).collect();
        notes.sort_by_key(|note| note.line);
        notes.into_iter().for_each(output::note);
        if file.holds_secret {
            output::warn_of_readers(path);
        }
        if let Some(kind) = file.other_kind {
            return Err(not_a_clients(scope, &name, kind));
        }
        read.unread.extend(file.unread);
        let mut profile = file.profile;
        // Two files of one name in different folders keep their paths.
        if profiles.iter().any(|other| other.name == profile.name) {
            profile.name.clone_from(&name);
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

fn not_a_clients(scope: KeyScope, name: &str, kind: FileKind) -> Failure {
    let line = format!("{name} is not a {}'s configuration: {kind}", scope.word());
    Failure::usage(line).hint(
        "klever reads Java .properties files of a producer (--producer) or a consumer (--consumer), and snapshots \
         that `klever snapshot` wrote (--snapshot)",
    )
}

fn refused(scope: KeyScope, note: &FileNote) -> Failure {
    Failure::usage(note.to_string())
        .hint(format!("`klever explain {}:KEY` says what a key takes", scope.word()))
}

/// Clients that the Java client would not start cannot be assessed.
pub(super) fn must_start(cluster: &Cluster) -> Result<(), Failure> {
    let producers = cluster.assumed.producers.iter().map(|one| ("producer", &one.name, producer_errors(one)));
    let consumers = cluster.assumed.consumers.iter().map(|one| ("consumer", &one.name, consumer_errors(one)));
    for (kind, name, errors) in producers.chain(consumers) {
        if let Some(error) = errors.first() {
            let line = format!("{kind} {name} would not start: {error}");
            return Err(Failure::usage(line).hint("the Java client throws an exception for these settings"));
        }
    }
    Ok(())
}
