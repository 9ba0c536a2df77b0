//! Producers with the partitioner that knows no keys and skips partitions.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `round-robin-partitioner`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "round-robin-partitioner",
    chapter: Chapter::new(14),
    severity: Severity::Medium,
    title: "RoundRobinPartitioner pays no heed to keys",
    scope: SubjectKind::Producer,
    why: "Records of one key go to all partitions in turn, so that they are read in no order. Clients before 4.0 ask it twice for each new batch and write to half of the partitions only (KAFKA-9965).",
    fix: "Remove partitioner.class: records without a key are spread evenly by themselves, and those of a key stay together",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(2, 4, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["partitioner.class"], |[class]| {
        class.ends_with(".RoundRobinPartitioner").then(|| format!("partitioner.class={class}"))
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
            "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "medium producer app.properties: partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner",
            "partitioner.class=com.example.Mine",
        );
    }
}
