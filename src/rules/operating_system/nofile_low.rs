//! Brokers that may have few files open.

use crate::model::human_count;
use crate::rules::facts::hosts_with;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `nofile-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "nofile-low",
    chapter: Chapter::new(8),
    severity: Severity::High,
    title: "Few open files allowed",
    scope: SubjectKind::Host,
    why: "Every segment keeps its log and its indexes open and every connection a socket: at the limit a broker stops with \"Too many open files\".",
    fix: "Allow the broker 100000 open files or more: LimitNOFILE=1000000 in its unit, or ulimit -n before its start",
    needs: &[Evidence::Hosts],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    hosts_with(
        facts,
        verdicts,
        |host| host.file_limit.map(|limit| (*limit, host.open_files.get().copied())),
        |(limit, open)| {
            let seen = Seen::from(format!("at most {} open files", human_count(limit.cast_signed())));
            let is_far = open.is_some_and(|open| open.saturating_mul(4) <= *limit);
            let severity = is_far.then_some(Severity::Medium);
            (*limit < ENOUGH).then_some(Seen { severity, ..seen })
        },
    );
}

/// What Kafka's own documentation begins with (Operations, OS).
const ENOUGH: u64 = 100_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, host, on_host};

    #[test]
    fn fires_is_silent_and_unknown() {
        let limits = |soft: &str| format!("Max open files  {soft}  524288  files\n");
        let (few, many) = (limits("2048"), limits("65536"));
        on_host(
            &RULE,
            &[("proc/7/limits", &few)],
            "high host kafka-1: at most 2,048 open files",
            "proc/7/limits",
        );
        let medium = given().host(host(&[("proc/7/limits", &many)])).says(&RULE);
        assert_eq!(medium, ["medium host kafka-1: at most 65,536 open files"]);
    }
}
