//! Brokers that follow many partitions of one leader by a single thread.

use crate::knobs::KeyScope;
use crate::model::BrokerId;
use crate::rules::facts::each_broker;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `replica-fetchers-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replica-fetchers-low",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "One fetcher for many partitions",
    scope: SubjectKind::Broker,
    why: "A follower copies all partitions of one leader through num.replica.fetchers threads, each with one request at a time: with a single one a large batch of any partition holds up all others, and acks=all waits with them.",
    fix: "Set num.replica.fetchers=2, without a restart if need be (a change on the fly may double it at most)",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let most = most_followed_of_one(facts);
    each_broker(facts, verdicts, |broker, verdicts| {
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let datum = facts.setting(KeyScope::Broker, &broker.config, "num.replica.fetchers");
        let fetchers = verdicts.known(&datum, subject)?;
        let followed = most.get(&broker.id).copied().filter(|count| *count > MANY)?;
        (*fetchers == "1")
            .then(|| format!("num.replica.fetchers=1, it follows {followed} partitions of one leader"))
            .map(|evidence| Seen::from(evidence).by(&["num.replica.fetchers"]))
    });
}

/// Partitions that one thread copies without holding anybody up for long.
const MANY: usize = 500;

/// For each broker, how many partitions it follows of the leader that it follows most.
fn most_followed_of_one(facts: &ClusterFacts<'_>) -> BTreeMap<BrokerId, usize> {
    let mut pairs: BTreeMap<(BrokerId, BrokerId), usize> = BTreeMap::new();
    for partition in facts.cluster.partitions.iter() {
        let Some(leader) = partition.leader() else { continue };
        for follower in partition.replicas().iter().filter(|id| **id != leader) {
            *pairs.entry((*follower, leader)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((follower, _), count) in pairs {
        let kept = most.entry(follower).or_insert(0);
        *kept = count.max(*kept);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let partitions = vec![&[1, 2, 3][..]; 1_200];
        let many = || given().topic("a", "", &partitions);
        assert_eq!(
            many().says(&RULE),
            ["low cluster: num.replica.fetchers=1, it follows 1200 partitions of one leader on brokers 2, 3"]
        );
        assert!(many().broker_config("num.replica.fetchers=4").says(&RULE).is_empty());
        assert!(given().topic("a", "", &partitions[..400]).says(&RULE).is_empty());
        assert_eq!(many().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
