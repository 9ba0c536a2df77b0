//! Brokers whose inter-broker protocol is older than their Kafka.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `protocol-version-behind`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "protocol-version-behind",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "An upgrade that was not finished (ZooKeeper)",
    scope: SubjectKind::Broker,
    why: "The brokers speak an older protocol to each other than they know: what the new version brings stays off.",
    fix: "When the new version has proved itself raise inter.broker.protocol.version and restart the brokers one by one; it cannot be taken back",
    needs: &[Evidence::Metadata, Evidence::Version, Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(version) = facts.cluster.version.get() else { return };
    let keys = ["zookeeper.connect", "inter.broker.protocol.version"];
    brokers_told(facts, verdicts, keys, |[zookeeper, spoken]| {
        let spoken = spoken.filter(|_| zookeeper.is_some_and(|text| !text.is_empty()))?;
        let mut parts = spoken.split(['.', '-']).map_while(|part| part.parse::<u16>().ok());
        let minor = (parts.next()?, parts.next()?);
        let is_older = u64::from(minor.0) * 100 + u64::from(minor.1)
            < u64::from(version.major) * 100 + u64::from(version.minor);
        is_older.then(|| format!("inter.broker.protocol.version={spoken}, Kafka {version}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| {
            given()
                .version("3.6.0")
                .broker_config(&format!("zookeeper.connect=zk:2181\ninter.broker.protocol.version={text}"))
        };
        assert_eq!(
            with("2.8").says(&RULE),
            ["low cluster: inter.broker.protocol.version=2.8, Kafka 3.6.0 on brokers 1, 2, 3"]
        );
        assert!(with("3.6-IV2").says(&RULE).is_empty());
        assert_eq!(given().version("3.6").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
