//! Clusters on ZooKeeper with very many partitions.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `cluster-partitions-zk`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "cluster-partitions-zk",
    chapter: Chapter::new(12),
    severity: Severity::High,
    title: "More partitions than ZooKeeper bears",
    scope: SubjectKind::Cluster,
    why: "A new controller reads all of them before it elects one leader: a failure of it lasts minutes.",
    fix: "Migrate to KRaft on 3.9, or delete topics that nobody needs",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let partitions = facts.cluster.partitions.len();
    if partitions <= CLUSTER {
        return;
    }
    brokers_told(facts, verdicts, ["zookeeper.connect"], |[connect]| {
        connect.filter(|text| !text.is_empty())?;
        Some(format!("{partitions} partitions"))
    });
}

/// What the project has said that a cluster bears. Brokers with many replicas have a rule of their own.
const CLUSTER: usize = 200_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let many = || given().version("3.6").topic("a", "", &vec![&[1][..]; 200_001]);
        let seen = "high cluster: 200001 partitions on brokers 1, 2, 3";
        assert_eq!(many().broker_config("zookeeper.connect=zk:2181").says(&RULE), [seen]);
        assert!(many().says(&RULE).is_empty());
        assert!(given().version("3.6").broker_config("zookeeper.connect=zk:2181").says(&RULE).is_empty());
        assert_eq!(many().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
