//! Topics of dead letters that keep one record a key.

use crate::rules::facts::{is_dead_letter, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `dlq-compacted`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dlq-compacted",
    chapter: Chapter::new(4),
    severity: Severity::Medium,
    title: "Dead letters are compacted",
    scope: SubjectKind::Topic,
    why: "Compaction keeps the last record of each key: earlier failures of the same key are deleted, and records without a key are refused.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config cleanup.policy=delete,retention.ms=<longer than its oldest record that somebody still needs>",
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
        ["cleanup.policy"],
        |[policy]| policy.contains("compact").then(|| format!("cleanup.policy={policy}")),
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
            "orders-dlt",
            "cleanup.policy=compact",
            "medium topic orders-dlt: cleanup.policy=compact",
            "cleanup.policy=delete",
        );
    }
}
