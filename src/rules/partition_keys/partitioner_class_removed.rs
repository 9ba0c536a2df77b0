//! Producers that name a partitioner which is gone.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `partitioner-class-removed`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "partitioner-class-removed",
    chapter: Chapter::new(14),
    severity: Severity::High,
    title: "Partitioner that 4.0 has not got",
    scope: SubjectKind::Producer,
    why: "DefaultPartitioner and UniformStickyPartitioner were removed in 4.0: the client does not start.",
    fix: "Remove partitioner.class: what the client does by itself took their place in 3.3 (KIP-794)",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["partitioner.class"], |[class]| {
        let gone =
            class.ends_with(".internals.DefaultPartitioner") || class.ends_with(".UniformStickyPartitioner");
        gone.then(|| format!("partitioner.class={class}"))
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
            "partitioner.class=org.apache.kafka.clients.producer.UniformStickyPartitioner",
            "high producer app.properties: partitioner.class=org.apache.kafka.clients.producer.UniformStickyPartitioner",
            "partitioner.class=com.example.Mine",
        );
    }
}
