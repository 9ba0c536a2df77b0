//! Logs on the file system of the operating system.

use crate::rules::facts::each_log_folder;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `data-on-root-disk`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "data-on-root-disk",
    chapter: Chapter::new(8),
    severity: Severity::Medium,
    title: "Logs on the root file system",
    scope: SubjectKind::Host,
    why: "Logs that grow fill the file system of the operating system, and what the system writes fills that of the broker: it stops.",
    fix: "Put the logs of {name} on a disk of their own (log.dirs)",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    each_log_folder(facts, verdicts, |folder, mount| {
        mount.is_of_root.then(|| format!("{} is on the file system of /", folder.path).into())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let mounts = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n";
        let said = "medium host kafka-1: /data/kafka is on the file system of /";
        on_host(&RULE, &[("proc/7/mountinfo", mounts)], said, "proc/7/maps");
    }
}
