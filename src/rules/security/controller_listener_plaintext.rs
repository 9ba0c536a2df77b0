//! Controllers that encrypt less than the brokers.

use crate::model::KafkaVersion;
use crate::rules::security::listeners::{Listener, ListenerRole, brokers_listening};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `controller-listener-plaintext`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "controller-listener-plaintext",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "Controllers listen in the clear",
    scope: SubjectKind::Broker,
    why: "Whoever reaches the controllers' port can write cluster metadata: topics, configurations, credentials.",
    fix: "Give the controllers SASL_SSL or SSL in listener.security.protocol.map; nodes restart one by one through a second controller listener",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, _| {
        let is_safe =
            listeners.iter().any(|one| one.role == ListenerRole::Clients && one.protocol != "PLAINTEXT");
        listeners
            .iter()
            .find(|one| {
                is_safe
                    && one.role == ListenerRole::Controllers
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
            given().broker_config(&format!("listeners=OUT://:9093,CONTROLLER://:9094\nlistener.security.protocol.map=CONTROLLER:{inside},OUT:SASL_SSL\ninter.broker.listener.name=OUT\ncontroller.listener.names=CONTROLLER"))
        };
        assert_eq!(
            with("PLAINTEXT").says(&RULE),
            ["medium cluster: listener CONTROLLER speaks PLAINTEXT on brokers 1, 2, 3"]
        );
        assert!(with("SSL").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
