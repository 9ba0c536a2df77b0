//! Brokers without a log cleaner.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `log-cleaner-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "log-cleaner-off",
    chapter: Chapter::new(5),
    severity: Severity::High,
    title: "Compaction is switched off",
    scope: SubjectKind::Broker,
    why: "Compacted topics grow for ever, __consumer_offsets among them: the disks fill up, and a coordinator that moves reads for minutes.",
    fix: "Remove log.cleaner.enable=false and restart the brokers one by one",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["log.cleaner.enable"], |[on]| {
        on.eq_ignore_ascii_case("false").then(|| "log.cleaner.enable=false".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "log.cleaner.enable=false",
            "high cluster: log.cleaner.enable=false",
            "log.cleaner.enable=true",
        );
    }
}
