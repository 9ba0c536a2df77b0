//! Consumers of the new group protocol with settings of the old one.

use crate::model::KafkaVersion;
use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `kip848-ignored-configs`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kip848-ignored-configs",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Settings that the consumer protocol ignores",
    scope: SubjectKind::Consumer,
    why: "With group.protocol=consumer (KIP-848) the brokers set sessions, heartbeats and assignment: the client refuses or ignores these settings.",
    fix: "Remove the settings; the broker's group.consumer.* keys decide",
    needs: &[Evidence::Consumers],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    const OLD: [&str; 3] = ["session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"];
    for consumer in consumers(facts.cluster) {
        let new = consumer
            .get("group.protocol", verdicts)
            .is_some_and(|name| name.eq_ignore_ascii_case("consumer"));
        let set: Vec<&str> = OLD.into_iter().filter(|key| consumer.sets(key)).collect();
        if new && !set.is_empty() {
            verdicts.finding(consumer.subject(), format!("group.protocol=consumer with {}", set.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("group.protocol=consumer\nsession.timeout.ms=10000");
        assert_eq!(
            found.says(&RULE),
            ["medium consumer app.properties: group.protocol=consumer with session.timeout.ms"]
        );
        assert!(given().consumer("session.timeout.ms=10000").says(&RULE).is_empty());
        assert_eq!(
            given().consumer("group.protocol=${env:P}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in group.protocol"]
        );
    }
}
