//! Machines that give huge pages unasked.

use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `thp-always`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "thp-always",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Huge pages for everybody",
    scope: SubjectKind::Host,
    why: "The kernel stops a process now and then to put pages together: requests wait for milliseconds without a reason that the broker could see.",
    fix: "Write madvise to /sys/kernel/mm/transparent_hugepage/enabled, at every boot",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.huge_pages_always.clone(),
        |always| always.then(|| "transparent_hugepage is [always]".into()),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let file = "sys/kernel/mm/transparent_hugepage/enabled";
        let said = "low host kafka-1: transparent_hugepage is [always]";
        on_host(&RULE, &[(file, "[always] madvise never\n")], said, file);
    }
}
