//! Brokers that keep their metadata in ZooKeeper.

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zookeeper-mode`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zookeeper-mode",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "The cluster hangs on ZooKeeper",
    scope: SubjectKind::Broker,
    why: "3.9 was the last release with it: there is no way to 4.x without a migration, and an election of a controller reads everything anew.",
    fix: "Upgrade to 3.9, then migrate to KRaft (kafka.apache.org/39: KRaft, ZooKeeper to KRaft migration)",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["zookeeper.connect", "process.roles"], |[connect, roles]| {
        let is_kraft = roles.is_some_and(|roles| parts_of(roles).next().is_some());
        (!is_kraft && connect.is_some_and(|text| !text.is_empty()))
            .then(|| "zookeeper.connect is set".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| given().version("3.6").broker_config(text);
        assert_eq!(
            with("zookeeper.connect=zk1:2181").says(&RULE),
            ["medium cluster: zookeeper.connect is set on brokers 1, 2, 3"]
        );
        assert!(with("process.roles=broker").says(&RULE).is_empty());
        assert_eq!(given().version("3.6").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
