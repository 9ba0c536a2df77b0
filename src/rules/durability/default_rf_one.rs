//! Brokers that give a topic one replica when nobody says how many.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `default-rf-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "default-rf-one",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "New topics get a single replica",
    scope: SubjectKind::Broker,
    why: "Every topic that is created automatically, by Connect or by Streams, has a single copy.",
    fix: "Set default.replication.factor=3 on all brokers",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if facts.broker_count().is_none_or(|count| count >= 3) {
        brokers_with(facts, verdicts, ["default.replication.factor"], |[factor]| {
            (factor == "1").then(|| "default.replication.factor=1".to_string())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().says(&RULE), ["high cluster: default.replication.factor=1 on brokers 1, 2, 3"]);
        let two = given().broker_config("default.replication.factor=3").broker_config_of(2, "").says(&RULE);
        assert_eq!(two, ["high broker 2: default.replication.factor=1"]);
        assert!(given().broker_config("default.replication.factor=3").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
