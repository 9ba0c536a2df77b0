//! Clusters in which a broker leads much more than its share.

use crate::model::{BrokerId, BrokerStatus};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `leader-imbalance`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "leader-imbalance",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Leaders are not on their preferred brokers",
    scope: SubjectKind::Cluster,
    why: "Producers and consumers talk to leaders: one broker carries the load of several.",
    fix: "kafka-leader-election.sh --election-type preferred --all-topic-partitions",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let up: Vec<_> = facts.cluster.brokers.iter().filter(|broker| broker.state == BrokerStatus::Up).collect();
    let mut leads: BTreeMap<BrokerId, usize> = up.iter().map(|broker| (broker.id, 0)).collect();
    for leader in facts.cluster.partitions.iter().filter_map(|partition| partition.leader()) {
        *leads.entry(leader).or_default() += 1;
    }
    let total: usize = leads.values().sum();
    let Some((id, most)) = leads.iter().map(|(id, count)| (*id, *count)).max_by_key(|(_, count)| *count)
    else {
        return;
    };
    // With a few partitions a difference of one is no imbalance.
    if up.len() > 1 && total >= 10 * up.len() && most * up.len() * 10 > total * 13 {
        let mean = total / up.len();
        verdicts.finding(
            FindingSubject::cluster(),
            format!("broker {id} leads {most} partitions, the mean is {mean}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let skewed: Vec<&[i32]> =
            (0..30).map(|at| if at < 20 { &[1, 2, 3][..] } else { &[2, 3, 1][..] }).collect();
        let found = given().topic("a", "", &skewed).says(&RULE);
        assert_eq!(found, ["medium cluster: broker 1 leads 20 partitions, the mean is 10"]);
        let even: Vec<&[i32]> = (0..30).map(|at| [&[1, 2, 3][..], &[2, 3, 1], &[3, 1, 2]][at % 3]).collect();
        assert!(given().topic("a", "", &even).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
