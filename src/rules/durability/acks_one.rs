//! Producers with acks=1.

use crate::rules::clients::producers;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `acks-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "acks-one",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Producer with acks=1",
    scope: SubjectKind::Producer,
    why: "Every leader crash loses the acknowledged records that no follower had fetched yet.",
    fix: "Set acks=all",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if producer.acks(verdicts) == Some("1") {
            let seen = format!("{}{}", producer.shown_acks("1"), producer.lost_idempotence());
            verdicts.finding_by(
                &["acks"],
                producer.subject(),
                Seen { fix: facts.acks_fix(), ..Seen::from(seen) },
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
        let off = "it switches idempotence off without an error";
        assert_eq!(
            given().producer("acks=1").says(&RULE),
            [format!(
                "high producer app.properties: acks=1; {off}: retries may duplicate and reorder records"
            )]
        );
        let one_in_flight = given().producer("acks=1\nmax.in.flight.requests.per.connection=1");
        assert_eq!(
            one_in_flight.says(&RULE),
            [format!("high producer app.properties: acks=1; {off}: retries may duplicate records")]
        );
        let chosen = given().producer("acks=1\nenable.idempotence=false");
        assert_eq!(chosen.says(&RULE), ["high producer app.properties: acks=1"]);
        let old = given().version("2.8").producer("");
        assert_eq!(old.says(&RULE), ["high producer app.properties: acks=1 (default)"]);
        let idempotent = given().version("2.8").producer("enable.idempotence=true");
        assert!(idempotent.says(&RULE).is_empty(), "idempotence waits for all replicas");
        assert!(given().version("2.8").producer("transactional.id=t").says(&RULE).is_empty());
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
