//! Producers that have more requests in flight than idempotence allows, before 4.0 refused them.
//!
//! `acks` and `retries=0` switch it off as well: their own findings say so.

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
    fix: "Leave max.in.flight.requests.per.connection at 5 or below, or set enable.idempotence=true to get an error at start",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

const IN_FLIGHT: &str = "max.in.flight.requests.per.connection";

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if !producer.readable(&IDEMPOTENCE_KEYS, verdicts) {
            continue;
        }
        if idempotence_of(producer.profile) == Idempotence::SilentlyOff(IN_FLIGHT) {
            let value = producer.get(IN_FLIGHT, verdicts).unwrap_or("?");
            let risk = producer.retry_risk_ending();
            verdicts.finding_by(
                &[IN_FLIGHT],
                producer.subject(),
                format!("{IN_FLIGHT}={value} switches idempotence off{risk}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let many = || given().version("3.9").producer("max.in.flight.requests.per.connection=6");
        let seen = "max.in.flight.requests.per.connection=6 switches idempotence off";
        assert_eq!(
            many().says(&RULE),
            [format!("high producer app.properties: {seen}: retries may duplicate and reorder records")]
        );
        let carried = given().version("3.9").producer("acks=1\nmax.in.flight.requests.per.connection=6");
        assert!(carried.says(&RULE).is_empty(), "acks-one says it");
        assert!(given().version("3.9").producer("acks=all").says(&RULE).is_empty());
        assert!(given().version("2.8").producer("acks=1").says(&RULE).is_empty());
        assert_eq!(
            given().version("3.9").producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
