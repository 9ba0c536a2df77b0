//! Quorums whose voters stand in the configuration (before KIP-853).

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `kraft-static-quorum`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kraft-static-quorum",
    chapter: Chapter::new(9),
    severity: Severity::Info,
    title: "Controllers that cannot be exchanged",
    scope: SubjectKind::Broker,
    why: "The voters stand in a file of every node: a controller whose disk is lost, or one that moves, takes a change of all files and a restart of all nodes.",
    fix: "From 4.1 a static quorum can be turned into a dynamic one: kafka-features.sh upgrade --feature kraft.version=1, then controller.quorum.bootstrap.servers",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(4, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["controller.quorum.voters", "controller.quorum.bootstrap.servers"];
    brokers_told(facts, verdicts, keys, |[voters, bootstrap]| {
        let has = |list: Option<&str>| list.is_some_and(|list| parts_of(list).next().is_some());
        (has(voters) && !has(bootstrap)).then(|| "controller.quorum.voters is set".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| given().broker_config(text);
        assert_eq!(
            with("controller.quorum.voters=1@a:9093").says(&RULE),
            ["info cluster: controller.quorum.voters is set on brokers 1, 2, 3"]
        );
        assert!(with("controller.quorum.bootstrap.servers=a:9093").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
