//! Repartition topics that keep one record a key.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `repartition-compacted`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "repartition-compacted",
    chapter: Chapter::new(16),
    severity: Severity::High,
    title: "Repartition topic is compacted",
    scope: SubjectKind::Topic,
    why: "It is a queue: of several records of one key that were not processed yet only the last one is left.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config cleanup.policy=delete,retention.ms=-1",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.topics().filter(|topic| topic.topic.name.ends_with("-repartition")),
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
            "app-x-repartition",
            "cleanup.policy=compact",
            "high topic app-x-repartition: cleanup.policy=compact",
            "cleanup.policy=delete",
        );
    }
}
