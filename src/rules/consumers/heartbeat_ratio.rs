//! Consumers that send fewer than three heartbeats in a session.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `heartbeat-ratio`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "heartbeat-ratio",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "Too few heartbeats in a session",
    scope: SubjectKind::Consumer,
    why: "One or two lost heartbeats make the group rebalance.",
    fix: "Set heartbeat.interval.ms to a third of session.timeout.ms or less",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        if consumer.is_kip_848(verdicts) != Some(false) {
            continue;
        }
        let mut int = |key| consumer.int(key, verdicts);
        let (Some(heartbeat), Some(session)) = (int("heartbeat.interval.ms"), int("session.timeout.ms"))
        else {
            continue;
        };
        if heartbeat > session / 3 {
            let seen = format!("heartbeat.interval.ms={heartbeat}, session.timeout.ms={session}");
            verdicts.finding_by(&["heartbeat.interval.ms", "session.timeout.ms"], consumer.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("session.timeout.ms=10000\nheartbeat.interval.ms=5000");
        assert_eq!(
            found.says(&RULE),
            ["low consumer app.properties: heartbeat.interval.ms=5000, session.timeout.ms=10000"]
        );
        assert!(given().consumer("").says(&RULE).is_empty());
        let provided = given().consumer("heartbeat.interval.ms=${env:H}");
        assert_eq!(
            provided.says(&RULE),
            [
                "unknown consumer app.properties: not visible: a config provider fills in heartbeat.interval.ms"
            ]
        );
    }
}
