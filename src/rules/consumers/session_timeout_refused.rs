//! Consumers whose session timeout the brokers do not take.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `session-timeout-refused`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "session-timeout-refused",
    chapter: Chapter::new(3),
    severity: Severity::High,
    title: "session.timeout.ms that the brokers refuse",
    scope: SubjectKind::Consumer,
    why: "The coordinator answers INVALID_SESSION_TIMEOUT: the consumer never joins its group.",
    fix: "Keep session.timeout.ms between group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig, Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let bounds = facts
        .smallest_of_brokers("group.min.session.timeout.ms")
        .zip(facts.smallest_of_brokers("group.max.session.timeout.ms"));
    let Some((least_ms, most_ms)) = bounds else { return };
    for consumer in consumers(facts.cluster) {
        if consumer.is_kip_848(verdicts) != Some(false) {
            continue;
        }
        let Some(session_ms) = consumer.int("session.timeout.ms", verdicts) else { continue };
        if !(least_ms..=most_ms).contains(&session_ms) {
            verdicts.finding_by(
                &["session.timeout.ms"],
                consumer.subject(),
                format!("session.timeout.ms={session_ms}, the brokers take {least_ms} to {most_ms}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let seen = "high consumer app.properties: session.timeout.ms=3000, the brokers take 6000 to 1800000";
        assert_eq!(given().consumer("session.timeout.ms=3000").says(&RULE), [seen]);
        assert!(given().consumer("").says(&RULE).is_empty());
        let strict = given().broker_config("group.max.session.timeout.ms=30000").consumer("");
        assert_eq!(strict.says(&RULE).len(), 1, "the default is refused, too");
        assert_eq!(given().consumer("").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
