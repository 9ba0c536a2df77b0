//! Clients that do not go back to their bootstrap servers.

use crate::model::KafkaVersion;
use crate::rules::clients::{consumers, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `no-rebootstrap`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-rebootstrap",
    chapter: Chapter::new(2),
    severity: Severity::Low,
    title: "Client never bootstraps again",
    scope: SubjectKind::Producer,
    why: "When every broker that the client knows has moved, it cannot reconnect until it is restarted.",
    fix: "Set metadata.recovery.strategy=rebootstrap",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 8, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for client in producers(facts.cluster).chain(consumers(facts.cluster)) {
        let none = client
            .get("metadata.recovery.strategy", verdicts)
            .is_some_and(|text| text.eq_ignore_ascii_case("none"));
        if none {
            verdicts.finding_by(
                &["metadata.recovery.strategy"],
                client.subject(),
                client.shown("metadata.recovery.strategy", "none"),
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
        let found = given().producer("metadata.recovery.strategy=none");
        assert_eq!(found.says(&RULE), ["low producer app.properties: metadata.recovery.strategy=none"]);
        assert!(given().producer("").says(&RULE).is_empty());
        assert!(given().version("3.7").producer("").says(&RULE).is_empty());
        let provided = given().producer("metadata.recovery.strategy=${env:M}");
        assert_eq!(
            provided.says(&RULE),
            [
                "unknown producer app.properties: not visible: a config provider fills in metadata.recovery.strategy"
            ]
        );
    }
}
