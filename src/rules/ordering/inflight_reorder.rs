//! Producers of releases without idempotence by default that retry with several batches in flight.
//!
//! Where a setting has switched idempotence off, the finding about that setting says what retries may do.

use crate::knobs::{Idempotence, idempotence_of};
use crate::rules::clients::{IDEMPOTENCE_KEYS, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `inflight-reorder`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "inflight-reorder",
    chapter: Chapter::new(10),
    severity: Severity::High,
    title: "Retries may reorder records",
    scope: SubjectKind::Producer,
    why: "A batch that is sent again lands after the one that was sent behind it: order within the partition is lost.",
    fix: "Set enable.idempotence=true with acks=all, or max.in.flight.requests.per.connection=1",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if !producer.readable(&IDEMPOTENCE_KEYS, verdicts)
            || idempotence_of(producer.profile) != Idempotence::Off
            || producer.sets("enable.idempotence")
        {
            continue;
        }
        let mut int = |key| producer.int(key, verdicts);
        let (Some(flight), Some(retries)) = (int("max.in.flight.requests.per.connection"), int("retries"))
        else {
            continue;
        };
        if flight > 1 && retries > 0 && producer.acks(verdicts) != Some("0") {
            verdicts.finding_by(
                &["max.in.flight.requests.per.connection", "acks", "retries"],
                producer.subject(),
                format!("no idempotence, {flight} requests in flight, retries on"),
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
        let found = given().version("2.8").producer("");
        assert_eq!(
            found.says(&RULE),
            ["high producer app.properties: no idempotence, 5 requests in flight, retries on"]
        );
        let one = given().version("2.8").producer("max.in.flight.requests.per.connection=1");
        assert!(one.says(&RULE).is_empty());
        assert!(given().producer("acks=1").says(&RULE).is_empty(), "acks-one says it");
        assert!(
            given().producer("enable.idempotence=false").says(&RULE).is_empty(),
            "idempotence-off says it"
        );
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
