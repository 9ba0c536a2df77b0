//! Brokers with a listener for clients that neither encrypts nor asks who they are.

use crate::rules::security::listeners::{Listener, brokers_listening};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `plaintext-client-listener`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "plaintext-client-listener",
    chapter: Chapter::new(6),
    severity: Severity::High,
    title: "Clients connect in the clear, without a name",
    scope: SubjectKind::Broker,
    why: "Whoever reaches the port reads and writes every topic, and whoever sees the network reads along.",
    fix: "Add a SASL_SSL (or SSL with client certificates) listener beside it, move the clients over, then close this one",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, _| {
        listeners
            .iter()
            .find(|one| one.is_open_to_clients() && one.protocol == "PLAINTEXT")
            .map(Listener::shown)
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().says(&RULE), ["high cluster: listener PLAINTEXT on brokers 1, 2, 3"]);
        assert!(given().broker_config("listeners=PLAINTEXT://127.0.0.1:9092").says(&RULE).is_empty());
        let safe = "listeners=OUT://:9092\nlistener.security.protocol.map=OUT:SASL_SSL\ninter.broker.listener.name=OUT";
        assert!(given().broker_config(safe).says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
