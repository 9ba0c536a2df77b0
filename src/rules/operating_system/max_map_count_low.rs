//! Machines that let a process have few memory maps.

use crate::model::{Datum, Host};
use crate::rules::facts::hosts_with;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `max-map-count-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "max-map-count-low",
    chapter: Chapter::new(8),
    severity: Severity::Critical,
    title: "Few memory maps allowed",
    scope: SubjectKind::Host,
    why: "A segment in use has two memory maps: at the limit the broker stops with \"Map failed\". Linux allows 65530 unless told.",
    fix: "Set vm.max_map_count=262144 or more with sysctl -w, and in /etc/sysctl.d for the next boot",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(facts, verdicts, limit_and_use, |(limit, maps)| {
        let is_near = maps.is_some_and(|maps| maps as f64 > 0.8 * *limit as f64);
        let used = maps.map_or(String::new(), |maps| format!(", {maps} in use"));
        let seen = Seen::from(format!("vm.max_map_count={limit}{used}"));
        let severity = (!is_near).then_some(Severity::Medium);
        (is_near || *limit < ENOUGH).then_some(Seen { severity, ..seen })
    });
}

/// A low limit is told whatever is in use; a high one says nothing without the use.
fn limit_and_use(host: &Host) -> Datum<(u64, Option<u64>)> {
    match host.map_limit.get() {
        Some(limit) if *limit < ENOUGH => host.map_limit.map(|limit| (*limit, host.maps.get().copied())),
        _ => host.map_limit.zip(&host.maps).map(|(limit, maps)| (*limit, Some(*maps))),
    }
}

const ENOUGH: u64 = 262_144;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NONE, given, host, on_host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let said = "medium host kafka-1: vm.max_map_count=65530, 4 in use";
        on_host(&RULE, &[("proc/sys/vm/max_map_count", "65530\n")], said, "proc/sys/vm/max_map_count");
        let full = given().host(host(&[("proc/sys/vm/max_map_count", "4\n")])).says(&RULE);
        assert_eq!(full, ["critical host kafka-1: vm.max_map_count=4, 4 in use"]);
        let blind = given().host(host(&[("proc/7/maps", NONE)])).says(&RULE);
        assert_eq!(blind, ["unknown host kafka-1: not visible: /proc/7/maps: it is not there"]);
    }
}
