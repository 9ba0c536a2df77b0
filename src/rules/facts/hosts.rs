//! Machines of brokers and the folders of their logs, one finding for each that is bad.

use crate::model::{Datum, Host, LogFolder, Mount};
use crate::rules::verdicts::Seen;
use crate::rules::{ClusterFacts, FindingSubject, SubjectKind, Verdicts};

/// Hosts of which this is bad: `bad` says what is seen.
pub(in crate::rules) fn hosts_with<T>(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    read: impl Fn(&Host) -> Datum<T>,
    bad: impl Fn(&T) -> Option<Seen>,
) {
    for host in &facts.around.hosts {
        let value = read(host);
        if let Some(seen) = verdicts.known(&value, || subject(host)).and_then(&bad) {
            verdicts.seen(subject(host), seen);
        }
    }
}

/// Hosts of which a folder of logs stands on something bad: `bad` says what is seen of one.
pub(in crate::rules) fn each_log_folder(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    bad: impl Fn(&LogFolder, &Mount) -> Option<Seen>,
) {
    for host in &facts.around.hosts {
        let Some(folders) = verdicts.known(&host.log_folders, || subject(host)) else { continue };
        if let Some(reason) = folders.iter().find_map(|folder| folder.mount.reason()) {
            verdicts.unknown(subject(host), reason);
        }
        let seen = folders.iter().filter_map(|folder| bad(folder, folder.mount.get()?));
        if let Some(seen) = seen.reduce(together) {
            verdicts.seen(subject(host), seen);
        }
    }
}

/// One host has one finding of a rule, as bad as its worst folder. Folders of one rule all have a severity of their own,
/// or all have the rule's.
fn together(one: Seen, other: Seen) -> Seen {
    let evidence = format!("{}; {}", one.evidence, other.evidence);
    let severity = one.severity.into_iter().chain(other.severity).min();
    Seen { evidence, severity, ..one }
}

fn subject(host: &Host) -> FindingSubject {
    FindingSubject::named(SubjectKind::Host, host.name.clone())
}
