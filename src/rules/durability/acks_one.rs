//! Producers with acks=1.

use crate::rules::clients::producers;
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
        if producer.get("acks", verdicts) == Some("1") {
            verdicts.finding(producer.subject(), producer.shown("acks", "1"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().producer("acks=1").says(&RULE), ["high producer app.properties: acks=1"]);
        let old = given().version("2.8").producer("");
        assert_eq!(old.says(&RULE), ["high producer app.properties: acks=1 (default)"]);
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(
            given().producer("acks=${env:A}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in acks"]
        );
    }
}
