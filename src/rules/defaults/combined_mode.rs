//! Larger clusters whose brokers are controllers as well.

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `combined-mode`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "combined-mode",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Brokers are controllers, too",
    scope: SubjectKind::Broker,
    why: "A broker that is busy or restarts takes a voter with it: load of clients delays elections, and both roles are upgraded at once.",
    fix: "Run three controllers of their own (process.roles=controller) and move the quorum to them with kafka-metadata-quorum.sh add-controller and remove-controller. A static quorum (controller.quorum.voters) cannot be moved so: from 4.1 make it dynamic first",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if facts.cluster.brokers.len() <= 3 {
        return;
    }
    brokers_told(facts, verdicts, ["process.roles"], |[roles]| {
        let roles = roles?;
        let has = |role| parts_of(roles).any(|one| one == role);
        (has("broker") && has("controller")).then(|| format!("process.roles={roles}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let four = |roles: &str| {
            given().racks(&["a", "b", "c", "a"]).broker_config(&format!("process.roles={roles}"))
        };
        assert_eq!(
            four("broker,controller").says(&RULE),
            ["medium cluster: process.roles=broker,controller on brokers 1, 2, 3, 4"]
        );
        assert!(four("broker").says(&RULE).is_empty());
        assert!(given().broker_config("process.roles=broker,controller").says(&RULE).is_empty());
        assert_eq!(given().racks(&["a", "b", "c", "a"]).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
