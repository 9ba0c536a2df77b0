//! Several folders of logs on one file system.

use crate::model::{Datum, Host};
use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `shared-data-disk`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "shared-data-disk",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Several log folders on one file system",
    scope: SubjectKind::Host,
    why: "Several log.dirs stand for several disks: on one file system they bring no speed, and all of them fail and fill up together.",
    fix: "Give each folder of log.dirs a disk of its own, or have one folder",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(facts, verdicts, folders_by_device, |devices| {
        let shared = devices.values().filter(|folders| folders.len() > 1);
        let shared: Vec<String> = shared.map(|folders| folders.join(", ")).collect();
        (!shared.is_empty()).then(|| format!("on one file system: {}", shared.join("; ")).into())
    });
}

/// Known only where every folder's device is.
fn folders_by_device(host: &Host) -> Datum<BTreeMap<String, Vec<String>>> {
    let mut devices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in host.log_folders.get().into_iter().flatten() {
        match &folder.mount {
            Datum::Known { value, .. } => {
                devices.entry(value.device.clone()).or_default().push(folder.path.clone());
            }
            Datum::Unknown { reason } => return Datum::unknown(reason.clone()),
        }
    }
    host.log_folders.map(|_| devices)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let maps = "7f00-7f01 rw-s 00000000 08:10 11 /data/kafka/a-0/00000000000000000000.index\n\
                    7f01-7f02 rw-s 00000000 08:10 12 /data/more/b-0/00000000000000000000.index\n";
        let said = "low host kafka-1: on one file system: /data/kafka, /data/more";
        on_host(&RULE, &[("proc/7/maps", maps)], said, "proc/7/mountinfo");
    }
}
