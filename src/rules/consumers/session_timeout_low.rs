//! Consumers that are given up after a few seconds.

use crate::rules::clients::consumers;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `session-timeout-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "session-timeout-low",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "session.timeout.ms is too short",
    scope: SubjectKind::Consumer,
    why: "A garbage collection or a slow network makes the group rebalance.",
    fix: "Set session.timeout.ms to 30000 or 45000",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster).filter(|consumer| consumer.sets("session.timeout.ms")) {
        // The brokers decide on the sessions of the others, and clients since 4.0 refuse the key.
        if consumer.is_kip_848(verdicts) != Some(false) {
            continue;
        }
        let Some(session_ms) = consumer.int("session.timeout.ms", verdicts) else { continue };
        let severity = if session_ms < 6_000 { Severity::High } else { Severity::Medium };
        if session_ms < 10_000 {
            let seen = Seen { severity: Some(severity), ..format!("session.timeout.ms={session_ms}").into() };
            verdicts.finding_by(&["session.timeout.ms"], consumer.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let medium = given().consumer("session.timeout.ms=6000");
        assert_eq!(medium.says(&RULE), ["medium consumer app.properties: session.timeout.ms=6000"]);
        let high = given().consumer("session.timeout.ms=3000");
        assert_eq!(high.says(&RULE), ["high consumer app.properties: session.timeout.ms=3000"]);
        assert!(given().consumer("").says(&RULE).is_empty());
        let kip_848 = given().version("3.9").consumer("group.protocol=consumer\nsession.timeout.ms=3000");
        assert!(kip_848.says(&RULE).is_empty());
        let old = given().version("2.8").consumer("session.timeout.ms=3000");
        assert_eq!(old.says(&RULE), ["high consumer app.properties: session.timeout.ms=3000"]);
        assert_eq!(
            given().consumer("session.timeout.ms=3000\ngroup.protocol=${env:P}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in group.protocol"]
        );
        assert_eq!(
            given().consumer("session.timeout.ms=${env:S}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in session.timeout.ms"]
        );
    }
}
