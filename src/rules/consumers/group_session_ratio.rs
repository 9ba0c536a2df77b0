//! Brokers that give members too few heartbeats (KIP-848).

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `group-session-ratio`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "group-session-ratio",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Members of groups are given up after one lost heartbeat",
    scope: SubjectKind::Broker,
    why: "With less than three heartbeats in a session one that is late ends the membership, and the group rebalances.",
    fix: "Keep group.consumer.session.timeout.ms at three times group.consumer.heartbeat.interval.ms or more",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(
        facts,
        verdicts,
        ["group.consumer.session.timeout.ms", "group.consumer.heartbeat.interval.ms"],
        |[session, heartbeat]| {
            let (session_ms, heartbeat_ms): (i64, i64) = (session.parse().ok()?, heartbeat.parse().ok()?);
            (heartbeat_ms * 3 > session_ms).then(|| format!("group.consumer.session.timeout.ms={session_ms}, group.consumer.heartbeat.interval.ms={heartbeat_ms}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "group.consumer.heartbeat.interval.ms=30000",
            "medium cluster: group.consumer.session.timeout.ms=45000, group.consumer.heartbeat.interval.ms=30000",
            "group.consumer.heartbeat.interval.ms=5000",
        );
    }
}
