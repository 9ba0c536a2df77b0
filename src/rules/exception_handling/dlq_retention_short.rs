//! Topics of dead letters with a short retention.

use crate::rules::facts::{is_dead_letter, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `dlq-retention-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dlq-retention-short",
    chapter: Chapter::new(4),
    severity: Severity::Medium,
    title: "Dead letters are deleted within a week",
    scope: SubjectKind::Topic,
    why: "What could not be processed on a Friday is gone before anybody has looked at it.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config retention.ms=2592000000",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics().filter(|topic| is_dead_letter(&topic.topic.name)),
        ["cleanup.policy", "retention.ms"],
        |[policy, text]| {
            let retention_ms = text.parse::<i64>().ok()?;
            (policy.contains("delete") && (0..604_800_000).contains(&retention_ms))
                .then(|| format!("retention.ms={retention_ms}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_topics};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "orders.dlq",
            "retention.ms=86400000",
            "medium topic orders.dlq: retention.ms=86400000",
            "retention.ms=2592000000",
        );
        assert!(given().topic("orders", "retention.ms=86400000", &[&[1]]).says(&RULE).is_empty());
    }
}
