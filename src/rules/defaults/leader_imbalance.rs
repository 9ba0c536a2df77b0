//! Brokers that do not lead the partitions that they are to lead, or are to lead more than their share.

use crate::model::BrokerId;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `leader-imbalance`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "leader-imbalance",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Leaders are not spread over the brokers",
    scope: SubjectKind::Broker,
    why: "Producers and consumers talk to leaders: one broker carries the load of several.",
    fix: "kafka-leader-election.sh --election-type preferred --all-topic-partitions; with auto.leader.rebalance.enable the controller does it every leader.imbalance.check.interval.seconds",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

/// An election moves leaders to preferred replicas in sync only.
const NOT_IN_SYNC: &str = "Bring the replicas of broker {name} back into the ISR first: an election gives it no partition of which it is not in sync. Then kafka-leader-election.sh --election-type preferred --all-topic-partitions";

/// An election would change nothing.
const PREFERRED_BY_TOO_MANY: &str = "Reassign so that each broker stands first in as many replica lists: every leader is where it is to be, and an election changes nothing";

/// The partitions that have a broker first in their replica list, and who leads them.
#[derive(Default)]
struct Preferred {
    /// How many have it first.
    all: usize,
    /// Those led by another broker.
    elsewhere: usize,
    /// Those of these of which it is in sync.
    electable: usize,
    /// What it leads, wherever it stands in the list.
    leads: usize,
}

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let shares = shares(facts);
    let total: usize = shares.values().map(|share| share.all).sum();
    let mean = total / shares.len().max(1);
    for (id, share) in &shares {
        let subject = FindingSubject::named(SubjectKind::Broker, id.to_string());
        if let Some(seen) = seen_elsewhere(share).or_else(|| seen_first(share, total, shares.len(), mean)) {
            verdicts.seen(subject, seen);
        }
    }
}

/// Brokers that are up; those that are not have other findings.
fn shares(facts: &ClusterFacts<'_>) -> BTreeMap<BrokerId, Preferred> {
    let up = facts.cluster.brokers.iter().filter(|broker| broker.state.is_up());
    let mut shares: BTreeMap<BrokerId, Preferred> =
        up.map(|broker| (broker.id, Preferred::default())).collect();
    for partition in facts.cluster.partitions.iter() {
        let (Some(leader), Some(first)) = (partition.leader(), partition.replicas().first()) else {
            continue;
        };
        if let Some(share) = shares.get_mut(&leader) {
            share.leads += 1;
        }
        if let Some(share) = shares.get_mut(first) {
            let elsewhere = leader != *first;
            share.all += 1;
            share.elsewhere += usize::from(elsewhere);
            share.electable += usize::from(elsewhere && partition.in_isr(*first));
        }
    }
    shares
}

/// As Kafka counts: more than a tenth of what prefers the broker is led by others
/// (`leader.imbalance.per.broker.percentage`).
fn seen_elsewhere(share: &Preferred) -> Option<Seen> {
    let Preferred { all, elsewhere, electable, leads } = *share;
    if elsewhere * 10 <= all {
        return None;
    }
    let evidence = match all {
        1 => format!("another leads the only partition that prefers it; it leads {leads}"),
        _ => format!("others lead {elsewhere} of the {all} partitions that prefer it; it leads {leads}"),
    };
    Some(match electable {
        0 => Seen::with_fix(evidence, NOT_IN_SYNC),
        _ => Seen::from(evidence),
    })
}

/// With a few partitions a difference of one is no imbalance.
fn seen_first(share: &Preferred, total: usize, brokers: usize, mean: usize) -> Option<Seen> {
    let many = brokers > 1 && total >= 10 * brokers && share.all * brokers * 10 > total * 13;
    let evidence = || format!("{} partitions prefer it, the mean is {mean}", share.all);
    many.then(|| Seen::with_fix(evidence(), PREFERRED_BY_TOO_MANY))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    fn skewed() -> Vec<&'static [i32]> {
        (0..30).map(|at| if at < 20 { &[1, 2, 3][..] } else { &[2, 3, 1][..] }).collect()
    }

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &skewed());
        assert_eq!(found.says(&RULE), ["medium broker 1: 20 partitions prefer it, the mean is 10"]);
        let fixes = given().topic("a", "", &skewed()).fixes(&RULE);
        assert!(
            fixes[0].starts_with("Reassign") && fixes[0].contains("election changes nothing"),
            "{fixes:?}"
        );
        let even: Vec<&[i32]> = (0..30).map(|at| [&[1, 2, 3][..], &[2, 3, 1], &[3, 1, 2]][at % 3]).collect();
        assert!(given().topic("a", "", &even).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }

    #[test]
    fn a_broker_that_others_lead_for_is_named() {
        let two = || given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1], &[3, 1, 2], &[3, 2, 1]]);
        let moved = || two().led_by(2, 1).led_by(3, 2);
        let seen = "medium broker 3: others lead 2 of the 2 partitions that prefer it; it leads 0";
        assert_eq!(moved().says(&RULE), [seen]);
        assert!(moved().fixes(&RULE)[0].starts_with("kafka-leader-election.sh --election-type preferred"));
        let behind = two().isr(2, &[1, 2]).isr(3, &[2, 1]);
        assert!(behind.fixes(&RULE)[0].starts_with("Bring the replicas of broker 3 back"));
        assert!(
            moved().down(3).says(&RULE).is_empty(),
            "a broker that is down leads nothing, and is told of"
        );
    }
}
