//! Producers with enable.idempotence=false.

use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `idempotence-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "idempotence-off",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Idempotence switched off",
    scope: SubjectKind::Producer,
    why: "A retry after a lost response writes the batch twice and may change its order.",
    fix: "Remove enable.idempotence=false",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster).filter(|producer| producer.sets("enable.idempotence")) {
        if producer.get("enable.idempotence", verdicts).is_some_and(|on| on.eq_ignore_ascii_case("false")) {
            let risk = producer.retry_risk_ending();
            verdicts.finding_by(
                &["enable.idempotence"],
                producer.subject(),
                format!("enable.idempotence=false{risk}"),
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
        let found = given().producer("enable.idempotence=false");
        assert_eq!(
            found.says(&RULE),
            [
                "high producer app.properties: enable.idempotence=false: retries may duplicate and reorder records"
            ]
        );
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(
            given().producer("enable.idempotence=${env:I}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in enable.idempotence"]
        );
    }
}
