//! Consumers that do not verify checksums.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `check-crcs-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "check-crcs-off",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "Consumer does not check CRCs",
    scope: SubjectKind::Consumer,
    why: "Corruption on disk or in transit is delivered as data.",
    fix: "Remove check.crcs=false",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        if consumer.get("check.crcs", verdicts).is_some_and(|on| on.eq_ignore_ascii_case("false")) {
            verdicts.finding_by(&["check.crcs"], consumer.subject(), "check.crcs=false");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("check.crcs=false");
        assert_eq!(found.says(&RULE), ["low consumer app.properties: check.crcs=false"]);
        assert!(given().consumer("").says(&RULE).is_empty());
        assert_eq!(
            given().consumer("check.crcs=${env:C}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in check.crcs"]
        );
    }
}
