//! `check --fix`: what the fixes of findings say as a patch of the clients' files, each tried before it is offered; nothing
//! is applied.

mod edit;

use super::CheckArgs;
use crate::cli::{Failure, output};
use crate::config::{ConfigFile, FileKind, FileUse, read_file};
use crate::knobs::KeyScope;
use crate::model::{ClientProfile, Cluster, KafkaVersion, Origin};
use crate::report::clean;
use crate::rules::{Finding, FindingStatus, Findings, Surroundings, examine_within};
use edit::{edited, edits_of, patch};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What the findings are of.
type Judged<'a> = (&'a Cluster, &'a Surroundings);

/// What is offered: a patch, commands, and what is left to do by hand.
#[derive(Default)]
struct Offer {
    patch: String,
    commands: Vec<String>,
    by_hand: Vec<String>,
}

/// The fixes of all findings that count.
pub(super) fn fixes(args: &CheckArgs, judged: Judged<'_>, findings: &Findings) -> Result<String, Failure> {
    let (cluster, _) = judged;
    let version = args.files.client_version.or(cluster.version.get().copied());
    let version = version.unwrap_or(KafkaVersion::REFERENCE);
    let mut offer = Offer::default();
    let mut fixed: BTreeSet<usize> = BTreeSet::new();
    for (path, said) in clients(args, version) {
        let file = ClientText::read(path, said, version)?;
        fixed.extend(file.fix(judged, findings, &mut offer));
    }
    for (at, finding) in findings.findings.iter().enumerate() {
        if finding.status == FindingStatus::Finding && !fixed.contains(&at) {
            offer.left(finding);
        }
    }
    Ok(offer.text())
}

/// Files of one client each, by what was said of them or by what stands in them.
fn clients(args: &CheckArgs, version: KafkaVersion) -> Vec<(&Path, FileUse)> {
    let said = &args.files.clients;
    let producers = said.producer.iter().map(|path| (path.as_path(), FileUse::Producer));
    let consumers = said.consumer.iter().map(|path| (path.as_path(), FileUse::Consumer));
    let told = args.files.files.iter().filter_map(|path| Some((path.as_path(), use_of(path, version)?)));
    producers.chain(consumers).chain(told).collect()
}

fn use_of(path: &Path, version: KafkaVersion) -> Option<FileUse> {
    let text = output::read_properties(path).ok()?;
    match read_file(&path.display().to_string(), &text, None, version).ok()?.kind {
        FileKind::Producer => Some(FileUse::Producer),
        FileKind::Consumer => Some(FileUse::Consumer),
        _ => None,
    }
}

impl Offer {
    /// What no patch mends: a command as it stands, or words.
    fn left(&mut self, finding: &Finding) {
        let fix = finding.fix();
        let is_command = fix.starts_with("kafka-") && !fix.contains(['<', ';', ',']) && !fix.contains(" or ");
        if is_command {
            self.commands.push(clean(&fix));
        } else {
            self.by_hand.push(clean(&format!("{}, {}: {fix}", finding.rule.id, finding.subject.title())));
        }
    }

    fn text(mut self) -> String {
        for list in [&mut self.commands, &mut self.by_hand] {
            list.dedup();
        }
        let mut out = String::new();
        if !self.patch.is_empty() {
            out += "\nPatch, tried in klever and not applied (`patch -p0`, or `git apply -p0 --unidiff-zero`):\n\n";
            out += &self.patch;
        }
        for (title, lines) in [
            ("Commands, not run (each needs --bootstrap-server HOST:PORT)", &self.commands),
            ("By hand", &self.by_hand),
        ] {
            if !lines.is_empty() {
                out += &format!("\n{title}:\n\n");
                lines.iter().for_each(|line| out += &format!("  {line}\n"));
            }
        }
        if out.is_empty() { "\nNothing to fix.\n".into() } else { out }
    }
}

/// A client's file as it stands.
struct ClientText {
    name: String,
    text: String,
    said: FileUse,
    version: KafkaVersion,
}

impl ClientText {
    fn read(path: &Path, said: FileUse, version: KafkaVersion) -> Result<ClientText, Failure> {
        let (name, text) = (path.display().to_string(), output::read_properties(path)?);
        Ok(ClientText { name, text, said, version })
    }

    fn scope(&self) -> KeyScope {
        if self.said == FileUse::Producer { KeyScope::Producer } else { KeyScope::Consumer }
    }

    /// Mends what it can, one finding after the other; which findings are gone then.
    fn fix(&self, of: Judged<'_>, findings: &Findings, offer: &mut Offer) -> Vec<usize> {
        let (mut text, mut now) = (self.text.clone(), findings.clone());
        for finding in &findings.findings {
            let is_mine = finding.place.as_ref().is_some_and(|place| place.file == self.name);
            if !is_mine || finding.status != FindingStatus::Finding || !keys(&now).contains(&key(finding)) {
                continue;
            }
            for edits in edits_of(self.scope(), &finding.fix()) {
                let Some(candidate) = edited(&text, &edits) else { continue };
                let Some(judged) = self.judged(of, &candidate) else { continue };
                // What comes instead must be milder than what goes.
                let before = keys(&now);
                let is_new = |new: &&Finding| !before.contains(&key(new));
                let is_worse =
                    judged.findings.iter().filter(is_new).any(|new| new.severity <= finding.severity);
                if !is_worse && !keys(&judged).contains(&key(finding)) {
                    (text, now) = (candidate, judged);
                    break;
                }
            }
        }
        offer.patch += &patch(self.scope(), &self.name, &self.text, &text);
        let left = keys(&now);
        let all = findings.findings.iter().enumerate();
        all.filter(|(_, finding)| !left.contains(&key(finding))).map(|(at, _)| at).collect()
    }

    /// What would be found with another text of this file; `None` where it cannot be read.
    fn judged(&self, (cluster, around): Judged<'_>, text: &str) -> Option<Findings> {
        let file = read_file(&self.name, text, Some(self.said), self.version).ok()?;
        let mut cluster = cluster.clone();
        let assumed = Arc::make_mut(&mut cluster.assumed);
        let clients =
            if self.said == FileUse::Producer { &mut assumed.producers } else { &mut assumed.consumers };
        let mut others = self.profiles(file).into_iter();
        for client in clients.iter_mut().filter(|one| one.origin == Origin::File(self.name.clone())) {
            let other = others.next()?;
            *client = ClientProfile { name: client.name.clone(), ..other };
        }
        Some(examine_within(&cluster, around))
    }

    fn profiles(&self, file: ConfigFile) -> Vec<ClientProfile> {
        let clients = if self.said == FileUse::Producer { file.producers } else { file.consumers };
        clients.into_iter().map(|one| one.of.profile).collect()
    }
}

/// What makes two findings the same: the rule, the subject, and whether it is one.
type Key = (&'static str, String, FindingStatus);

fn key(finding: &Finding) -> Key {
    let status =
        if finding.status == FindingStatus::Waived { FindingStatus::Finding } else { finding.status };
    (finding.rule.id, finding.subject.id(), status)
}

fn keys(findings: &Findings) -> BTreeSet<Key> {
    findings.findings.iter().map(key).collect()
}
