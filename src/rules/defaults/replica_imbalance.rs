//! Brokers with far more replicas than the others.

use crate::rules::facts::replicas_by_broker;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `replica-imbalance`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replica-imbalance",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Replicas are not spread over the brokers",
    scope: SubjectKind::Broker,
    why: "One broker stores and copies the load of several; a new one stays idle, since Kafka moves nothing by itself.",
    fix: "Move some partitions from broker {name} to the others, throttled, by a plan that leaves the rest alone (Cruise Control or your own): kafka-reassign-partitions.sh --generate would move nearly all of them",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let replicas = replicas_by_broker(facts);
    let total: usize = replicas.values().sum();
    if replicas.len() < 2 || total < 10 * replicas.len() {
        return;
    }
    for (id, count) in &replicas {
        if count * replicas.len() * 10 > total * 13 {
            let subject = FindingSubject::named(SubjectKind::Broker, id.to_string());
            verdicts.finding(subject, format!("{count} replicas, the mean is {}", total / replicas.len()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let skewed = |count: usize| given().topic("a", "", &vec![&[1, 2][..]; count]);
        assert_eq!(
            skewed(30).says(&RULE),
            ["medium broker 1: 30 replicas, the mean is 20", "medium broker 2: 30 replicas, the mean is 20"]
        );
        assert!(skewed(3).says(&RULE).is_empty(), "of a few nothing follows");
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
