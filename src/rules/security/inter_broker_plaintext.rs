//! Brokers that encrypt for clients and not for each other.

use crate::rules::security::listeners::{Listener, ListenerRole, brokers_listening};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `inter-broker-plaintext`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "inter-broker-plaintext",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "Replication in the clear beside encrypted clients",
    scope: SubjectKind::Broker,
    why: "Everything that clients send encrypted travels between the brokers in the clear, and whoever reaches that port is taken for a broker.",
    fix: "Give the brokers a listener with SASL_SSL or SSL and name it in inter.broker.listener.name, one rolling restart for each step",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, _| {
        let is_safe =
            listeners.iter().any(|one| one.role == ListenerRole::Clients && one.protocol.ends_with("SSL"));
        listeners
            .iter()
            .find(|one| {
                is_safe
                    && one.role == ListenerRole::Brokers
                    && !one.is_loopback
                    && one.protocol == "PLAINTEXT"
            })
            .map(Listener::shown)
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |inside: &str| {
            given().broker_config(&format!("listeners=IN://:9092,OUT://:9093\nlistener.security.protocol.map=IN:{inside},OUT:SASL_SSL\ninter.broker.listener.name=IN"))
        };
        assert_eq!(
            with("PLAINTEXT").says(&RULE),
            ["medium cluster: listener IN speaks PLAINTEXT on brokers 1, 2, 3"]
        );
        assert!(with("SSL").says(&RULE).is_empty());
        assert!(given().says(&RULE).is_empty(), "clients in the clear are another rule");
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
