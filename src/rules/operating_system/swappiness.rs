//! Machines that swap out processes to cache more pages.

use crate::model::human_bytes;
use crate::rules::facts::hosts_with;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `swappiness`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "swappiness",
    chapter: Chapter::new(8),
    severity: Severity::Medium,
    title: "The machine likes to swap",
    scope: SubjectKind::Host,
    why: "A broker reads and writes through the page cache, so Linux swaps its heap out to cache more: a garbage collection that touches it then lasts for seconds.",
    fix: "Set vm.swappiness=1 with sysctl -w, and in /etc/sysctl.d for the next boot",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.swappiness.zip(&host.swap_bytes),
        |(swappiness, swap_bytes)| {
            let severity = (*swappiness <= 10).then_some(Severity::Low);
            let seen =
                Seen::from(format!("vm.swappiness={swappiness}, {} of swap", human_bytes(*swap_bytes)));
            (*swappiness > 1 && *swap_bytes > 0).then_some(Seen { severity, ..seen })
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, host, on_host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let swap = ("proc/meminfo", "MemTotal: 67108864 kB\nSwapTotal: 2097152 kB\n");
        let bad = [("proc/sys/vm/swappiness", "60\n"), swap];
        on_host(
            &RULE,
            &bad,
            "medium host kafka-1: vm.swappiness=60, 2.00 GiB of swap",
            "proc/sys/vm/swappiness",
        );
        let low = given().host(host(&[("proc/sys/vm/swappiness", "10\n"), swap])).says(&RULE);
        assert_eq!(low, ["low host kafka-1: vm.swappiness=10, 2.00 GiB of swap"]);
        assert!(given().host(host(&[("proc/sys/vm/swappiness", "60\n")])).says(&RULE).is_empty(), "no swap");
    }
}
