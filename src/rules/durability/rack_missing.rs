//! Clusters of three brokers or more without broker.rack.

use crate::model::{Broker, BrokerId};
use crate::rules::clients::{Client, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `rack-missing`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rack-missing",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "No broker has broker.rack",
    scope: SubjectKind::Cluster,
    why: "Replicas are placed without regard to racks: all replicas of a partition may share one rack, zone or power feed, and nobody can tell.",
    fix: "Set broker.rack on every broker (its rack or zone), restart one by one, then reassign what shares a rack",
    needs: &[Evidence::Metadata, Evidence::Racks],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let brokers = &facts.cluster.brokers;
    match facts.racks() {
        Err(reason) => verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(racks) if racks.is_empty() && brokers.len() >= 3 => {
            let (severity, use_of_racks) = use_of_racks(facts);
            let seen = format!("none of {} brokers has broker.rack; {use_of_racks}", brokers.len());
            verdicts.finding_as(severity, FindingSubject::cluster(), seen);
        }
        Ok(_) => {}
    }
}

/// What racks would be used for, and how bad it is that there are none.
fn use_of_racks(facts: &ClusterFacts<'_>) -> (Severity, String) {
    let by_rack = |consumer: &Client<'_>| consumer.sets("client.rack");
    if let Some(consumer) = consumers(facts.cluster).find(by_rack) {
        let name = &consumer.profile.name;
        return (
            Severity::High,
            format!("consumer {name} sets client.rack, and reads from leaders all the same"),
        );
    }
    if let Some(id) = selects_by_rack(facts) {
        return (Severity::High, format!("replica.selector.class of broker {id} selects by rack"));
    }
    let brokers = facts.cluster.brokers.len();
    if facts.cluster.partitions.iter().any(|partition| partition.replicas().len() < brokers) {
        return (Severity::Medium, "whether they stand in one is not known".into());
    }
    (
        Severity::Low,
        "every partition has a replica on each of them, so racks would place none elsewhere".into(),
    )
}

fn selects_by_rack(facts: &ClusterFacts<'_>) -> Option<BrokerId> {
    let selector = |broker: &&Broker| {
        let entry = broker.config.get()?.get("replica.selector.class")?;
        entry.value.as_deref()?.ends_with("RackAwareReplicaSelector").then_some(())
    };
    facts.cluster.brokers.iter().find(|broker| selector(broker).is_some()).map(|broker| broker.id)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let bare = || given().racks(&["", "", ""]);
        let none = "none of 3 brokers has broker.rack";
        assert_eq!(
            bare().topic("a", "", &[&[1, 2]]).says(&RULE),
            [format!("medium cluster: {none}; whether they stand in one is not known")]
        );
        let everywhere = bare().topic("a", "", &[&[1, 2, 3]]).says(&RULE);
        assert!(everywhere[0].starts_with("low cluster: none of 3 brokers"), "{everywhere:?}");
        let follower_fetch = bare().consumer("client.rack=a").says(&RULE);
        assert!(follower_fetch[0].starts_with("high cluster: none of 3 brokers"), "{follower_fetch:?}");
        let selector = "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector";
        let selected = bare().broker_config_of(2, selector).says(&RULE);
        let by_rack = "replica.selector.class of broker 2 selects by rack";
        assert_eq!(selected, [format!("high cluster: {none}; {by_rack}")]);
        assert!(given().says(&RULE).is_empty());
        assert!(given().racks(&["", ""]).says(&RULE).is_empty());
        assert_eq!(given().unknown_racks().says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
