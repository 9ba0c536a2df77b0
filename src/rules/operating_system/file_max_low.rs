//! Machines that allow fewer files than one process.

use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `file-max-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "file-max-low",
    chapter: Chapter::new(8),
    severity: Severity::Medium,
    title: "The machine has fewer files than the broker may open",
    scope: SubjectKind::Host,
    why: "fs.file-max counts for all processes together: the machine runs out before the broker reaches its own limit, and nothing can be opened any more.",
    fix: "Raise fs.file-max above the limits of all processes together with sysctl -w, and in /etc/sysctl.d for the next boot",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.machine_file_limit.zip(&host.file_limit),
        |(machine, process)| {
            let is_low = machine < process && *process != u64::MAX;
            is_low.then(|| format!("fs.file-max={machine}, the broker alone may open {process}").into())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let said = "medium host kafka-1: fs.file-max=50000, the broker alone may open 1000000";
        on_host(&RULE, &[("proc/sys/fs/file-max", "50000\n")], said, "proc/sys/fs/file-max");
    }
}
