//! Compacted topics that forget their tombstones soon.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `tombstones-short-lived`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "tombstones-short-lived",
    chapter: Chapter::new(5),
    severity: Severity::Low,
    title: "Deletions are gone within an hour",
    scope: SubjectKind::Topic,
    why: "A reader that is behind by more than that never sees the tombstone, and keeps the value that was deleted.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config delete.retention.ms=86400000",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics(),
        ["cleanup.policy", "delete.retention.ms"],
        |[policy, text]| {
            (policy.contains("compact") && text.parse::<i64>().ok()? < 3_600_000)
                .then(|| format!("delete.retention.ms={text}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "a",
            "cleanup.policy=compact\ndelete.retention.ms=1000",
            "low topic a: delete.retention.ms=1000",
            "cleanup.policy=compact",
        );
    }
}
