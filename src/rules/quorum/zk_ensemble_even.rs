//! Ensembles of two, four or six.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-ensemble-even`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-ensemble-even",
    chapter: Chapter::new(9),
    severity: Severity::Low,
    title: "ZooKeeper of an even number",
    scope: SubjectKind::Broker,
    why: "If these are all of its servers: an even ensemble survives no more failures than the odd one below it, and has one more server to fail. If not, list the others as well.",
    fix: "Run 3 or 5 servers of ZooKeeper and list all of them in zookeeper.connect",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["zookeeper.connect"], |[connect]| {
        let servers =
            connect?.split('/').next()?.split(',').filter(|server| !server.trim().is_empty()).count();
        (servers > 0 && servers.is_multiple_of(2))
            .then(|| format!("zookeeper.connect names {servers} servers"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| given().version("3.6").broker_config(&format!("zookeeper.connect={text}"));
        assert_eq!(
            with("zk1:2181,zk2:2181/kafka").says(&RULE),
            ["low cluster: zookeeper.connect names 2 servers on brokers 1, 2, 3"]
        );
        assert!(with("zk1:2181,zk2:2181,zk3:2181").says(&RULE).is_empty());
        assert_eq!(given().version("3.6").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
