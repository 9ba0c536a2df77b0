//! Brokers of which parts are swapped out.

use crate::model::human_bytes;
use crate::rules::facts::hosts_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `swap-in-use`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "swap-in-use",
    chapter: Chapter::new(8),
    severity: Severity::High,
    title: "The broker is swapped out",
    scope: SubjectKind::Host,
    why: "What is swapped out comes back page by page when a garbage collection touches it: the broker stands still, is fenced, and its leaders move.",
    fix: "Give {name} more memory or fewer processes, then restart its broker; swapoff without enough free memory kills processes",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.swapped_bytes.clone(),
        |swapped| {
            let seen = || format!("{} of the broker are swapped out", human_bytes(*swapped));
            (*swapped > TOLERABLE).then(|| seen().into())
        },
    );
}

const TOLERABLE: u64 = 100 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_host;

    #[test]
    fn fires_is_silent_and_unknown() {
        let said = "high host kafka-1: 512 MiB of the broker are swapped out";
        on_host(&RULE, &[("proc/7/status", "VmSwap:\t524288 kB\n")], said, "proc/7/status");
    }
}
