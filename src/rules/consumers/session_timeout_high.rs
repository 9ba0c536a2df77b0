//! Consumers whose crash is noticed late.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `session-timeout-high`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "session-timeout-high",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "session.timeout.ms of more than two minutes",
    scope: SubjectKind::Consumer,
    why: "For that long nobody reads the partitions of a member that crashed.",
    fix: "Set session.timeout.ms to 45000, or give the members a group.instance.id if they are to come back",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let dynamic = consumers(facts.cluster)
        .filter(|consumer| consumer.sets("session.timeout.ms") && !consumer.sets("group.instance.id"));
    for consumer in dynamic {
        if consumer.is_kip_848(verdicts) != Some(false) {
            continue;
        }
        let Some(session_ms) = consumer.int("session.timeout.ms", verdicts) else { continue };
        if session_ms > 120_000 {
            verdicts.finding_by(
                &["session.timeout.ms"],
                consumer.subject(),
                format!("session.timeout.ms={session_ms}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_consumers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "session.timeout.ms=600000",
            "low consumer app.properties: session.timeout.ms=600000",
            "session.timeout.ms=600000\ngroup.instance.id=a",
        );
    }
}
