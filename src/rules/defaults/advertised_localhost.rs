//! Brokers that send clients to the client's own machine.

use crate::rules::security::listeners::is_loopback_host;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `advertised-localhost`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "advertised-localhost",
    chapter: Chapter::new(7),
    severity: Severity::High,
    title: "Broker advertises its own machine",
    scope: SubjectKind::Broker,
    why: "Clients on other machines are sent to localhost, which is their own: they reach the brokers that advertise a real name, and never this one.",
    fix: "Set advertised.listeners of broker {name} to a name that clients can reach",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let brokers = || facts.cluster.brokers.iter().filter(|broker| !broker.host.is_empty());
    if brokers().all(|broker| is_loopback_host(&broker.host)) {
        return;
    }
    for broker in brokers().filter(|broker| is_loopback_host(&broker.host)) {
        let subject = FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        verdicts.finding_by(&["advertised.listeners"], subject, format!("advertises {}", broker.host));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().advertises(2, "localhost").says(&RULE);
        assert_eq!(found, ["high broker 2: advertises localhost"]);
        assert!(given().says(&RULE).is_empty());
        assert!(
            given().racks(&["a"]).advertises(1, "127.0.0.1").says(&RULE).is_empty(),
            "a machine of one's own"
        );
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
