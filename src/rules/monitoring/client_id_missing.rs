//! Clients that do not say who they are.

use crate::rules::clients::clients;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `client-id-missing`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-id-missing",
    chapter: Chapter::new(11),
    severity: Severity::Info,
    title: "Client without a name",
    scope: SubjectKind::Producer,
    why: "Logs, quotas and metrics of the brokers call it producer-1 or consumer-1, like all the others.",
    fix: "Set client.id to the name of the application",
    needs: &[Evidence::Clients],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for client in clients(facts.cluster) {
        let Some(id) = client.get("client.id", verdicts) else { continue };
        if id.trim().is_empty() {
            verdicts.finding_by(&["client.id"], client.subject(), "client.id is not set");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().producer("").says(&RULE), ["info producer app.properties: client.id is not set"]);
        assert!(given().producer("client.id=orders").says(&RULE).is_empty());
        assert_eq!(
            given().producer("client.id=${env:C}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in client.id"]
        );
    }
}
