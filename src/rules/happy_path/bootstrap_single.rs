//! Clients that know one broker only when they start.

use crate::rules::clients::{consumers, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `bootstrap-single`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "bootstrap-single",
    chapter: Chapter::new(2),
    severity: Severity::Medium,
    title: "One bootstrap server",
    scope: SubjectKind::Producer,
    why: "The client cannot start while that broker is down.",
    fix: "List three brokers or more in bootstrap.servers, one in each rack",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for client in producers(facts.cluster)
        .chain(consumers(facts.cluster))
        .filter(|client| client.sets("bootstrap.servers"))
    {
        let Some(servers) = client.get("bootstrap.servers", verdicts) else { continue };
        if servers.split(',').filter(|server| !server.trim().is_empty()).count() == 1 {
            verdicts.finding(client.subject(), format!("bootstrap.servers={}", servers.trim()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("bootstrap.servers=a:9092");
        assert_eq!(found.says(&RULE), ["medium producer app.properties: bootstrap.servers=a:9092"]);
        assert!(given().producer("bootstrap.servers=a:9092,b:9092").says(&RULE).is_empty());
        assert_eq!(
            given().producer("bootstrap.servers=${env:B}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in bootstrap.servers"]
        );
    }
}
