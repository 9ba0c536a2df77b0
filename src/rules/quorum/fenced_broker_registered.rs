//! Brokers that are fenced and hold no replica.

use crate::model::{BrokerId, BrokerStatus, KafkaVersion};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeSet;

/// `fenced-broker-registered`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fenced-broker-registered",
    chapter: Chapter::new(9),
    severity: Severity::Low,
    title: "Registration of a broker that is gone",
    scope: SubjectKind::Broker,
    why: "The cluster still knows a broker that holds nothing and does not answer: tools count it, and a reassignment may name it.",
    fix: "If it is not to come back: kafka-cluster.sh unregister --id {name}",
    needs: &[Evidence::Metadata],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let mut holds: BTreeSet<BrokerId> = BTreeSet::new();
    for partition in facts.cluster.partitions.iter() {
        holds.extend(partition.replicas());
    }
    for broker in facts.cluster.brokers.iter().filter(|broker| broker.state == BrokerStatus::Fenced) {
        if !holds.contains(&broker.id) {
            let subject = FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
            verdicts.finding(subject, "fenced, and it holds no replica");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let fenced = || given().topic("a", "", &[&[1, 2]]).fenced(3);
        assert_eq!(fenced().says(&RULE), ["low broker 3: fenced, and it holds no replica"]);
        assert!(fenced().topic("b", "", &[&[3]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
