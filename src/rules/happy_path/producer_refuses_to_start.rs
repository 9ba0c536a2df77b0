//! Producers that the Java client refuses to start with.

use crate::knobs::producer_errors;
use crate::rules::clients::{IDEMPOTENCE_KEYS, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `producer-refuses-to-start`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "producer-refuses-to-start",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Producer does not start: conflicting settings",
    scope: SubjectKind::Producer,
    why: "The client throws a ConfigException at start.",
    fix: "Remove one of the settings that exclude each other",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if !producer.readable(&IDEMPOTENCE_KEYS, verdicts) {
            continue;
        }
        // The delivery timeout has a rule of its own.
        let errors = producer_errors(producer.profile).into_iter();
        for error in errors.filter(|error| !error.starts_with("delivery.timeout.ms")) {
            verdicts.finding(producer.subject(), error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("acks=1\nenable.idempotence=true");
        assert_eq!(
            found.says(&RULE),
            ["high producer app.properties: enable.idempotence=true needs acks=all"]
        );
        assert!(given().producer("acks=1").says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
