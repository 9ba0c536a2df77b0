//! Producers whose other settings switch idempotence off.

use crate::knobs::{Idempotence, idempotence_of};
use crate::model::KafkaVersion;
use crate::rules::clients::{IDEMPOTENCE_KEYS, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `idempotence-silently-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "idempotence-silently-off",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Idempotence silently off",
    scope: SubjectKind::Producer,
    why: "The client drops idempotence without an error: retries may duplicate and reorder again.",
    fix: "Remove the setting, or set enable.idempotence=true to get an error at start",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if !producer.readable(&IDEMPOTENCE_KEYS, verdicts) {
            continue;
        }
        if let Idempotence::SilentlyOff(by) = idempotence_of(producer.profile) {
            let key = by.split('=').next().unwrap_or(by);
            let value = producer.get(key, verdicts).unwrap_or("?");
            verdicts.finding(producer.subject(), format!("{key}={value} switches idempotence off"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("acks=1");
        assert_eq!(found.says(&RULE), ["high producer app.properties: acks=1 switches idempotence off"]);
        let retries = given().producer("retries=0");
        assert_eq!(retries.says(&RULE), ["high producer app.properties: retries=0 switches idempotence off"]);
        assert!(given().producer("acks=all").says(&RULE).is_empty());
        assert!(given().version("2.8").producer("acks=1").says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
