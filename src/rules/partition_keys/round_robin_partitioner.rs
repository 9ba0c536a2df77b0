//! Producers with the partitioner that skips.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `round-robin-partitioner`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "round-robin-partitioner",
    chapter: Chapter::new(14),
    severity: Severity::Medium,
    title: "RoundRobinPartitioner skips partitions",
    scope: SubjectKind::Producer,
    why: "A new batch makes the client ask it twice, so that it writes to half of the partitions only (KAFKA-9965); its batches are tiny as well.",
    fix: "Remove partitioner.class: records without a key are spread evenly by themselves",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(2, 4, 0)),
    until: Some(KafkaVersion::new(4, 2, 0)),
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
