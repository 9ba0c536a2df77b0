//! Brokers that hold replicas and have been gone for an hour.

use crate::model::{BrokerStatus, human_duration_ms, plural};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `dead-broker-not-replaced`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dead-broker-not-replaced",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Dead broker not replaced",
    scope: SubjectKind::Broker,
    why: "Kafka copies nothing by itself: the partitions stay exposed until somebody replaces the broker or moves them.",
    fix: "Replace broker {name} under the same node id, or reassign its replicas",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    const HOUR_MS: i64 = 3_600_000;
    let gone = facts.cluster.brokers.iter().filter(|broker| broker.state == BrokerStatus::Down);
    for broker in gone {
        let Some(since) = broker.since else { continue };
        let held = facts
            .cluster
            .partitions
            .iter()
            .filter(|partition| partition.replicas().contains(&broker.id))
            .count();
        let gone_ms = facts.cluster.taken_at - since;
        if held > 0 && gone_ms > HOUR_MS {
            let subject = FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
            verdicts.finding(
                subject,
                format!("gone for {}, holds {}", human_duration_ms(gone_ms), plural(held, "replica")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &[&[1, 2, 3]]).down(3).down_for(3, 7_200_000);
        assert_eq!(found.says(&RULE), ["high broker 3: gone for 2h00m, holds 1 replica"]);
        assert!(given().topic("a", "", &[&[1, 2]]).down(3).down_for(3, 7_200_000).says(&RULE).is_empty());
        assert!(given().topic("a", "", &[&[1, 2, 3]]).down(3).down_for(3, 60_000).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
