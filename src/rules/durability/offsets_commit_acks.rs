//! Brokers that acknowledge commits of offsets before followers have them.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offsets-commit-acks`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offsets-commit-acks",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Commits of offsets do not wait for followers",
    scope: SubjectKind::Broker,
    why: "A commit that only the leader of __consumer_offsets has is lost with it: the group reads again what it had done.",
    fix: "Remove offsets.commit.required.acks",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["offsets.commit.required.acks"], |[acks]| {
        (acks != "-1").then(|| format!("offsets.commit.required.acks={acks}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let old = || given().version("3.6");
        let found = old().broker_config("offsets.commit.required.acks=1");
        assert_eq!(found.says(&RULE), ["high cluster: offsets.commit.required.acks=1 on brokers 1, 2, 3"]);
        assert!(old().says(&RULE).is_empty());
        assert_eq!(old().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
