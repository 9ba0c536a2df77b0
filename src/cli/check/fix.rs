//! `check --fix`: what the fixes of findings say as a patch of the clients' files, each tried before it is offered; nothing
//! is applied.

mod edit;

use crate::cli::clients::{ClientText, ReadFiles};
use crate::config::{ClientFile, FileKind, FileUse, Placed, read_file};
use crate::knobs::KeyScope;
use crate::model::{ClientProfile, Cluster, Origin};
use crate::report::clean;
use crate::rules::{Finding, FindingStatus, Findings, SubjectKind, Surroundings, examine_within};
use edit::{Edit, edited, edited_in_place, edits_of, patch};
use std::collections::BTreeSet;
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
pub(super) fn fixes(read: &ReadFiles, judged: Judged<'_>, findings: &Findings) -> String {
    let mut offer = Offer::default();
    let mut fixed: BTreeSet<usize> = BTreeSet::new();
    for of in &read.texts {
        fixed.extend(FileFix { of, read }.fix(judged, findings, &mut offer));
    }
    for (at, finding) in findings.findings.iter().enumerate() {
        if finding.status == FindingStatus::Finding && !fixed.contains(&at) {
            offer.left(finding);
        }
    }
    offer.text()
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

/// A file with clients as it was read.
struct FileFix<'a> {
    of: &'a ClientText,
    read: &'a ReadFiles,
}

impl FileFix<'_> {
    /// Whose properties file it is, where it is one client's alone: lines may come and go in it.
    fn own_scope(&self) -> Option<KeyScope> {
        match self.of.kind {
            FileKind::Producer if self.of.is_properties => Some(KeyScope::Producer),
            FileKind::Consumer if self.of.is_properties => Some(KeyScope::Consumer),
            _ => None,
        }
    }

    /// Mends what it can, one finding after the other; which findings are gone then.
    fn fix(&self, of: Judged<'_>, findings: &Findings, offer: &mut Offer) -> Vec<usize> {
        let (mut text, mut now) = (self.of.text.clone(), findings.clone());
        for finding in &findings.findings {
            let is_mine = finding.place.as_ref().is_some_and(|place| place.file == self.of.name);
            if !is_mine || finding.status != FindingStatus::Finding || !keys(&now).contains(&key(finding)) {
                continue;
            }
            for candidate in self.candidates(finding, &text) {
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
        offer.patch += &patch(self.own_scope(), &self.of.name, &self.of.text, &text);
        let left = keys(&now);
        let all = findings.findings.iter().enumerate();
        all.filter(|(_, finding)| !left.contains(&key(finding))).map(|(at, _)| at).collect()
    }

    /// Texts with what the fix of a finding speaks of, the smallest change first.
    fn candidates(&self, finding: &Finding, text: &str) -> Vec<String> {
        let scope = match finding.subject.kind {
            SubjectKind::Producer => KeyScope::Producer,
            SubjectKind::Consumer => KeyScope::Consumer,
            _ => return Vec::new(),
        };
        let line_of = |key: &str| self.read.line_of(&finding.subject, key);
        let with = |edits: Vec<Edit>| match self.own_scope() {
            Some(_) => edited(text, &edits).into_iter().collect(),
            None => edited_in_place(text, &edits, line_of),
        };
        edits_of(scope, &finding.fix()).into_iter().flat_map(with).collect()
    }

    /// What would be found with another text of this file; `None` where it cannot be read.
    fn judged(&self, (cluster, around): Judged<'_>, text: &str) -> Option<Findings> {
        let ClientText { name, said, version, .. } = self.of;
        let file = read_file(name, text, *said, *version).ok()?;
        let mut cluster = cluster.clone();
        let assumed = Arc::make_mut(&mut cluster.assumed);
        let origin = Origin::File(name.clone());
        if *said != Some(FileUse::Consumer) {
            replace(&mut assumed.producers, file.producers, &origin)?;
        }
        if *said != Some(FileUse::Producer) {
            replace(&mut assumed.consumers, file.consumers, &origin)?;
        }
        Some(examine_within(&cluster, around))
    }
}

/// Puts the clients of a file in the place of those that it had; `None` where it has not as many as before.
fn replace(all: &mut [ClientProfile], others: Vec<Placed<ClientFile>>, origin: &Origin) -> Option<()> {
    let mut others = others.into_iter();
    for client in all.iter_mut().filter(|one| one.origin == *origin) {
        *client = ClientProfile { name: client.name.clone(), ..others.next()?.of.profile };
    }
    others.next().is_none().then_some(())
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
