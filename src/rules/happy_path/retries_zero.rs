//! Producers with retries=0.

use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `retries-zero`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retries-zero",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Producer with retries=0",
    scope: SubjectKind::Producer,
    why: "Every leader change loses the records that are in flight.",
    fix: "Remove retries; delivery.timeout.ms bounds the time instead",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if producer.int("retries", verdicts) == Some(0) {
            let seen = format!("{}{}", producer.shown("retries", "0"), producer.lost_idempotence());
            verdicts.finding_by(&["retries"], producer.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(
            given().producer("retries=0").says(&RULE),
            ["high producer app.properties: retries=0; it switches idempotence off without an error"]
        );
        let old = given().version("2.0.1").producer("");
        assert_eq!(old.says(&RULE), ["high producer app.properties: retries=0 (default)"]);
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(given().says(&RULE), ["not examined: producer settings (give --producer FILE)"]);
        assert_eq!(
            given().producer("retries=${env:R}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in retries"]
        );
    }
}
