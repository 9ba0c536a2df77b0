//! Consumers with an assignor that stops the world.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, consumers};
use crate::rules::facts::parts_of;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `eager-assignor`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "eager-assignor",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "Every rebalance stops the whole group",
    scope: SubjectKind::Consumer,
    why: "Eager assignors take all partitions from all members at each rebalance: nothing is read until everyone has joined again.",
    fix: "Two rolling restarts: first list CooperativeStickyAssignor behind the present one, then alone; or group.protocol=consumer with brokers of 4.0 or later",
    needs: &[Evidence::Consumers],
    since: Some(KafkaVersion::new(3, 7, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        consumers(facts.cluster),
        verdicts,
        ["partition.assignment.strategy", "group.protocol"],
        |[list, protocol]| {
            let eager = parts_of(list).all(|class| EAGER.iter().any(|name| class.ends_with(name)));
            (eager && !protocol.eq_ignore_ascii_case("consumer"))
                .then(|| format!("partition.assignment.strategy={list}"))
        },
    );
}

/// Kafka's own assignors that know no cooperative rebalance. `CooperativeStickyAssignor` ends otherwise.
const EAGER: [&str; 3] = [".RangeAssignor", ".RoundRobinAssignor", ".StickyAssignor"];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_consumers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor",
            "low consumer app.properties: partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor",
            "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
        );
    }
}
