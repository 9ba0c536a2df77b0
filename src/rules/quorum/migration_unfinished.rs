//! Brokers between ZooKeeper and KRaft.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `migration-unfinished`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "migration-unfinished",
    chapter: Chapter::new(9),
    severity: Severity::Low,
    title: "Migration to KRaft is under way",
    scope: SubjectKind::Broker,
    why: "Metadata are written to the controllers and to ZooKeeper, and 4.x does not start: a state to pass through, not to stay in.",
    fix: "When the cluster has proved itself, finish in the order of the documentation (ZooKeeper to KRaft migration): restart the brokers one by one as process.roles=broker without zookeeper.connect, then the controllers without zookeeper.metadata.migration.enable; after that there is no way back",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 4, 0)),
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["zookeeper.metadata.migration.enable"], |[on]| {
        on?.eq_ignore_ascii_case("true").then(|| "zookeeper.metadata.migration.enable=true".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| {
            given().version("3.9").broker_config(&format!("zookeeper.metadata.migration.enable={text}"))
        };
        assert_eq!(
            with("true").says(&RULE),
            ["low cluster: zookeeper.metadata.migration.enable=true on brokers 1, 2, 3"]
        );
        assert!(with("false").says(&RULE).is_empty());
        assert_eq!(given().version("3.9").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
