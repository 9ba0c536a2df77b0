//! Producers that do not give way to a slow broker.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `adaptive-partitioning-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "adaptive-partitioning-off",
    chapter: Chapter::new(14),
    severity: Severity::Low,
    title: "Slow brokers get as many records as fast ones",
    scope: SubjectKind::Producer,
    why: "Records without a key pile up for the slow broker and fill the buffer that all partitions share.",
    fix: "Remove partitioner.adaptive.partitioning.enable=false",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["partitioner.adaptive.partitioning.enable"], |[on]| {
        on.eq_ignore_ascii_case("false").then(|| "partitioner.adaptive.partitioning.enable=false".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_producers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "partitioner.adaptive.partitioning.enable=false",
            "low producer app.properties: partitioner.adaptive.partitioning.enable=false",
            "partitioner.adaptive.partitioning.enable=true",
        );
    }
}
