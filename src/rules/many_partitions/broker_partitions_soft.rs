//! Brokers that hold thousands of replicas.

use crate::model::{BrokerId, human_count};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `broker-partitions-soft`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "broker-partitions-soft",
    chapter: Chapter::new(12),
    severity: Severity::Medium,
    title: "Broker with very many replicas",
    scope: SubjectKind::Broker,
    why: "Failover, replication fetches and memory grow with the replicas of a broker.",
    fix: "Add brokers, or use fewer partitions",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let mut held: BTreeMap<BrokerId, usize> = BTreeMap::new();
    for partition in facts.cluster.partitions.iter() {
        partition.replicas().iter().for_each(|id| *held.entry(*id).or_default() += 1);
    }
    for (id, replicas) in held.into_iter().filter(|(_, replicas)| *replicas > 2_000) {
        let severity = if replicas > 4_000 { Severity::High } else { Severity::Medium };
        let subject = FindingSubject::named(SubjectKind::Broker, id.to_string());
        verdicts.finding_as(severity, subject, format!("{} replicas", human_count(replicas as i64)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let many: Vec<&[i32]> =
            (0..4_100).map(|at| if at < 2_500 { &[1, 2][..] } else { &[2][..] }).collect();
        let found = given().topic("a", "", &many).says(&RULE);
        assert_eq!(found, ["medium broker 1: 2,500 replicas", "high broker 2: 4,100 replicas"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
