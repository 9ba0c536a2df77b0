//! Consumers that start at the end when they have no valid offset.

use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offset-reset-latest`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offset-reset-latest",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "auto.offset.reset=latest skips records",
    scope: SubjectKind::Consumer,
    why: "After its offsets expire, and on every new partition, the group skips records without an error.",
    fix: "Set auto.offset.reset=earliest, or by_duration since 4.0",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        if consumer.get("auto.offset.reset", verdicts) == Some("latest") {
            verdicts.finding_by(
                &["auto.offset.reset"],
                consumer.subject(),
                consumer.shown("auto.offset.reset", "latest"),
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
        let found = given().consumer("");
        assert_eq!(found.says(&RULE), ["medium consumer app.properties: auto.offset.reset=latest (default)"]);
        assert!(given().consumer("auto.offset.reset=by_duration:PT1H").says(&RULE).is_empty());
        assert_eq!(
            given().consumer("auto.offset.reset=${env:O}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in auto.offset.reset"]
        );
    }
}
