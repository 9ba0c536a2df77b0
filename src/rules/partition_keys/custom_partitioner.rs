//! Producers with a partitioner that is not Kafka's.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `custom-partitioner`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "custom-partitioner",
    chapter: Chapter::new(14),
    severity: Severity::Info,
    title: "A partitioner of one's own",
    scope: SubjectKind::Producer,
    why: "Producers in another language or team put the same key elsewhere, and joins with their topics miss.",
    fix: "Use the same class in all producers of the topic, and say so where the topic is described",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["partitioner.class"], |[class]| {
        let own = !class.is_empty() && !class.contains("org.apache.kafka.");
        own.then(|| format!("partitioner.class={class}"))
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
            "partitioner.class=com.example.Mine",
            "info producer app.properties: partitioner.class=com.example.Mine",
            "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner",
        );
    }
}
