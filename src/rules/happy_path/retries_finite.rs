//! Producers with a handful of retries.

use crate::model::KafkaVersion;
use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `retries-finite`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retries-finite",
    chapter: Chapter::new(2),
    severity: Severity::Low,
    title: "Producer with few retries",
    scope: SubjectKind::Producer,
    why: "A failover takes longer than a few retries: they run out within a second, and the records are lost.",
    fix: "Remove retries; delivery.timeout.ms bounds the time instead",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(2, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if let Some(retries) = producer.int("retries", verdicts).filter(|retries| (1..10).contains(retries)) {
            verdicts.finding_by(&["retries"], producer.subject(), format!("retries={retries}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().producer("retries=3").says(&RULE), ["low producer app.properties: retries=3"]);
        assert!(given().producer("retries=10").says(&RULE).is_empty());
        assert_eq!(
            given().producer("retries=${env:R}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in retries"]
        );
    }
}
