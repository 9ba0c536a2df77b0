//! Consumers with an assignor that stops the world.

use crate::model::KafkaVersion;
use crate::rules::clients::consumers;
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
    since: Some(KafkaVersion::new(2, 4, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster).filter(|consumer| consumer.sets(KEY)) {
        if consumer.is_kip_848(verdicts) != Some(false) {
            continue;
        }
        let Some(list) = consumer.get(KEY, verdicts) else { continue };
        let is_eager = |class: &str| EAGER.iter().any(|name| class.ends_with(name));
        if parts_of(list).next().is_some() && parts_of(list).all(is_eager) {
            verdicts.finding_by(&[KEY], consumer.subject(), format!("{KEY}={list}"));
        }
    }
}

const KEY: &str = "partition.assignment.strategy";

/// Kafka's own assignors that know no cooperative rebalance. `CooperativeStickyAssignor` ends otherwise.
const EAGER: [&str; 3] = [".RangeAssignor", ".RoundRobinAssignor", ".StickyAssignor"];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_consumers};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor",
            "low consumer app.properties: partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor",
            "partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
        );
        let range = "partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor";
        assert_eq!(given().version("2.8").consumer(range).says(&RULE).len(), 1);
    }
}
