//! Brokers that have almost as many files open as they may.

use crate::model::human_count;
use crate::rules::facts::hosts_with;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fds-near-limit`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fds-near-limit",
    chapter: Chapter::new(8),
    severity: Severity::Critical,
    title: "Open files near their limit",
    scope: SubjectKind::Host,
    why: "The next segments and connections reach the limit, and the broker stops with \"Too many open files\".",
    fix: "Raise the limit and restart the broker of {name} in order, or let it have fewer segments: fewer partitions, larger segments",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.open_files.zip(&host.file_limit),
        |(open, limit)| {
            let count = |number: u64| human_count(number.cast_signed());
            let seen = Seen::from(format!("{} files open, at most {}", count(*open), count(*limit)));
            let severity = (!is_above(*open, *limit, 90)).then_some(Severity::High);
            is_above(*open, *limit, 70).then_some(Seen { severity, ..seen })
        },
    );
}

fn is_above(open: u64, limit: u64, percent: u128) -> bool {
    u128::from(open) * 100 > u128::from(limit) * percent
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, host, on_host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let limits = |soft: &str| format!("Max open files  {soft}  524288  files\n");
        let (near, at) = (limits("1300"), limits("1100"));
        let said = "high host kafka-1: 1,000 files open, at most 1,300";
        on_host(&RULE, &[("proc/7/limits", &near)], said, "proc/7/fd");
        let critical = given().host(host(&[("proc/7/limits", &at)])).says(&RULE);
        assert_eq!(critical, ["critical host kafka-1: 1,000 files open, at most 1,100"]);
    }
}
