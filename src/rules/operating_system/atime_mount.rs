//! Logs on mounts that write down every read.

use crate::rules::facts::each_log_folder;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `atime-mount`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "atime-mount",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Reads write the time of access",
    scope: SubjectKind::Host,
    why: "Every read of a segment writes its time of access: a disk write for what was served from memory.",
    fix: "Mount the folders of the logs with noatime",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    each_log_folder(facts, verdicts, |folder, mount| {
        let seen = || format!("{} is mounted without noatime ({})", folder.path, mount.point);
        mount.keeps_access_times.then(|| seen().into())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let mounts =
            "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n30 22 8:16 / /data rw - xfs /dev/sdb rw\n";
        let said = "low host kafka-1: /data/kafka is mounted without noatime (/data)";
        on_host(&RULE, &[("proc/7/mountinfo", mounts)], said, "proc/7/mountinfo");
    }
}
