//! Consumers that commit automatically.

use crate::knobs::auto_commit_of;
use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `auto-commit-on`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "auto-commit-on",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Offsets are committed automatically",
    scope: SubjectKind::Consumer,
    why: "Offsets are committed by time, not by success: after a crash up to one interval is processed again, and asynchronous work in hand is lost.",
    fix: "Set enable.auto.commit=false and commit after processing",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for consumer in consumers(facts.cluster) {
        if consumer.get("enable.auto.commit", verdicts).is_some_and(|on| on.eq_ignore_ascii_case("true")) {
            let shown = consumer.shown("enable.auto.commit", "true");
            // Without a group nothing is committed; programs often name theirs in code.
            let grouped = auto_commit_of(consumer.profile) != Some(false);
            let ending = if grouped { "" } else { ", once the program names a group.id" };
            verdicts.finding_by(&["enable.auto.commit"], consumer.subject(), format!("{shown}{ending}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().consumer("group.id=g");
        let seen = "medium consumer app.properties: enable.auto.commit=true (default)";
        assert_eq!(found.says(&RULE), [seen]);
        let elsewhere = given().consumer("").says(&RULE);
        assert_eq!(elsewhere, [format!("{seen}, once the program names a group.id")]);
        assert!(given().consumer("enable.auto.commit=false").says(&RULE).is_empty());
        assert_eq!(given().says(&RULE), ["not examined: consumer settings (give --consumer FILE)"]);
        assert_eq!(
            given().consumer("enable.auto.commit=${env:C}").says(&RULE),
            ["unknown consumer app.properties: not visible: a config provider fills in enable.auto.commit"]
        );
    }
}
