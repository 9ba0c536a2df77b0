//! Brokers that are fenced after a short silence.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `broker-session-timeout-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "broker-session-timeout-low",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "broker.session.timeout.ms is too short",
    scope: SubjectKind::Broker,
    why: "A garbage collection or a slow disk fences the broker, and its leaders move.",
    fix: "Set broker.session.timeout.ms=9000 and broker.heartbeat.interval.ms=2000",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["broker.session.timeout.ms", "broker.heartbeat.interval.ms"];
    brokers_with(facts, verdicts, keys, |[session, heartbeat]| {
        let (session_ms, heartbeat_ms): (i64, i64) = (session.parse().ok()?, heartbeat.parse().ok()?);
        (session_ms < 6_000 || heartbeat_ms * 3 > session_ms)
            .then(|| format!("{}={session_ms}, {}={heartbeat_ms}", keys[0], keys[1]))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(1, "broker.session.timeout.ms=5000");
        let seen = "broker.session.timeout.ms=5000, broker.heartbeat.interval.ms=2000";
        assert_eq!(found.says(&RULE), [format!("medium broker 1: {seen}")]);
        assert!(given().says(&RULE).is_empty());
        assert!(given().version("2.8").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
