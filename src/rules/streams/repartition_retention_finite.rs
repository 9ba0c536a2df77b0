//! Repartition topics whose records expire.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `repartition-retention-finite`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "repartition-retention-finite",
    chapter: Chapter::new(16),
    severity: Severity::Medium,
    title: "Repartition topic forgets records by time",
    scope: SubjectKind::Topic,
    why: "Kafka Streams deletes from it what it has processed. Time deletes what it has not: after a stop longer than that, records are missing.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config retention.ms=-1",
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
        ["cleanup.policy", "retention.ms"],
        |[policy, text]| (policy.contains("delete") && text != "-1").then(|| format!("retention.ms={text}")),
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
            "retention.ms=604800000",
            "medium topic app-x-repartition: retention.ms=604800000",
            "retention.ms=-1",
        );
    }
}
