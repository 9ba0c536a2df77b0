//! Brokers that forget the offsets of a group that stands still over a holiday.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offsets-retention-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offsets-retention-short",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Offsets are forgotten after a few days",
    scope: SubjectKind::Broker,
    why: "A group without members that long loses its offsets: it starts where auto.offset.reset says, and skips or repeats everything.",
    fix: "Leave offsets.retention.minutes at 10080 or raise it",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["offsets.retention.minutes"], |[text]| {
        (text.parse::<i64>().ok()? < 10_080).then(|| format!("offsets.retention.minutes={text}"))
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
            "offsets.retention.minutes=1440",
            "medium cluster: offsets.retention.minutes=1440",
            "offsets.retention.minutes=43200",
        );
    }
}
