//! Consumers that the Java client refuses to start with.

use crate::knobs::{consumer_conflicts, consumer_thread_errors};
use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `consumer-refuses-to-start`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "consumer-refuses-to-start",
    chapter: Chapter::new(3),
    severity: Severity::High,
    title: "Consumer does not start: conflicting settings",
    scope: SubjectKind::Consumer,
    why: "The client throws an exception at start.",
    fix: "Remove or correct the setting that the client refuses",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

/// The settings that the refusals hang on together.
const KEYS: [&str; 5] =
    ["group.id", "group.protocol", "enable.auto.commit", "heartbeat.interval.ms", "session.timeout.ms"];

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        consumer.readable(&KEYS, verdicts);
        consumer.may_lack_login(verdicts);
        // Keys that the group protocol does not take have a rule of their own.
        for error in consumer_conflicts(consumer.profile) {
            verdicts.finding(consumer.subject(), error);
        }
        for error in consumer_thread_errors(consumer.profile) {
            verdicts.finding(consumer.subject(), format!("its network thread ends: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let says = |text: &str| given().consumer(text).says(&RULE);
        assert_eq!(
            says("group.id=g\nsession.timeout.ms=3000\nheartbeat.interval.ms=3000"),
            [
                "high consumer app.properties: heartbeat.interval.ms (3000) must be below session.timeout.ms (3000)"
            ]
        );
        assert_eq!(
            says("enable.auto.commit=true"),
            ["high consumer app.properties: enable.auto.commit=true needs a group.id"]
        );
        assert!(says("group.id=g\ngroup.protocol=consumer\nsession.timeout.ms=45000").is_empty());
        assert!(says("group.id=g\nenable.auto.commit=true").is_empty());
        assert_eq!(
            says("group.id=${env:G}\nenable.auto.commit=true"),
            ["unknown consumer app.properties: not visible: a config provider fills in group.id"]
        );
    }
}
