//! Logs on file systems that Kafka is not made for.

use crate::rules::facts::each_log_folder;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fs-type`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fs-type",
    chapter: Chapter::new(8),
    severity: Severity::Critical,
    title: "Unusual file system below the logs",
    scope: SubjectKind::Host,
    why: "A broker renames, deletes and maps files that are open. On NFS that fails and the broker stops, in memory or in a container nothing outlives a restart, and others than XFS and ext4 are hardly tried.",
    fix: "Put the logs of {name} on XFS, or ext4, of a local or block device",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    each_log_folder(facts, verdicts, |folder, mount| {
        let kind = mount.file_system.as_str();
        let severity = match kind {
            "xfs" | "ext4" => return None,
            _ if NOT_FOR_LOGS.iter().any(|start| kind.starts_with(start)) => Severity::Critical,
            _ => Severity::Medium,
        };
        let seen = Seen::from(format!("{} is on {kind} ({})", folder.path, mount.point));
        Some(Seen { severity: Some(severity), ..seen })
    });
}

/// Of other machines, or gone with the memory or the container.
const NOT_FOR_LOGS: [&str; 6] = ["nfs", "cifs", "smb", "tmpfs", "ramfs", "overlay"];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, host, on_host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let root = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n";
        let on = |kind: &str| format!("{root}30 22 8:16 / /data rw,noatime - {kind} /dev/sdb rw\n");
        let (btrfs, nfs) = (on("btrfs"), on("nfs4"));
        let said = "medium host kafka-1: /data/kafka is on btrfs (/data)";
        on_host(&RULE, &[("proc/7/mountinfo", &btrfs)], said, "proc/7/mountinfo");
        let critical = given().host(host(&[("proc/7/mountinfo", &nfs)])).says(&RULE);
        assert_eq!(critical, ["critical host kafka-1: /data/kafka is on nfs4 (/data)"]);
    }
}
