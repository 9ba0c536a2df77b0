//! Producers with acks=0.

use crate::rules::clients::producers;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `acks-zero`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "acks-zero",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Producer with acks=0",
    scope: SubjectKind::Producer,
    why: "Nothing is retried: every record in flight during a leader change or a broken connection is lost without an error.",
    fix: "Set acks=all",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster) {
        if producer.acks(verdicts) == Some("0") {
            let seen = format!("acks=0{}", producer.lost_idempotence());
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
        assert_eq!(
            given().producer("acks=0").says(&RULE),
            ["critical producer app.properties: acks=0; it switches idempotence off without an error"]
        );
        assert!(given().producer("acks=1").says(&RULE).is_empty());
        assert_eq!(given().says(&RULE), ["not examined: producer settings (give --producer FILE)"]);
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
