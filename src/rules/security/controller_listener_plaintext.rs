//! Controllers that encrypt less than the brokers.

use crate::model::KafkaVersion;
use crate::rules::facts::parts_of;
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
    brokers_listening(facts, verdicts, |listeners, read| {
        let is_safe =
            listeners.iter().any(|one| one.role == ListenerRole::Clients && one.protocol != "PLAINTEXT");
        if !is_safe {
            return None;
        }
        let mut own = listeners.iter().filter(|one| one.role == ListenerRole::Controllers).peekable();
        if own.peek().is_some() {
            return own.find(|one| !one.is_loopback && one.protocol == "PLAINTEXT").map(Listener::shown);
        }
        // A broker that is no controller says how it speaks to them.
        let names = read("controller.listener.names")?.unwrap_or_default();
        let map = read("listener.security.protocol.map")?.unwrap_or_default();
        let name = parts_of(&names).next()?;
        let speaks = parts_of(&map).filter_map(|pair| pair.split_once(':'));
        let mut plain = speaks.filter(|(_, protocol)| protocol.trim().eq_ignore_ascii_case("PLAINTEXT"));
        plain
            .any(|(known, _)| known.trim().eq_ignore_ascii_case(name))
            .then(|| format!("listener {name} of the controllers speaks PLAINTEXT"))
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
        let broker_only = |inside: &str| {
            given().broker_config(&format!("listeners=OUT://:9093\nlistener.security.protocol.map=CONTROLLER:{inside},OUT:SASL_SSL\ninter.broker.listener.name=OUT\ncontroller.listener.names=CONTROLLER"))
        };
        assert_eq!(
            broker_only("PLAINTEXT").says(&RULE),
            ["medium cluster: listener CONTROLLER of the controllers speaks PLAINTEXT on brokers 1, 2, 3"]
        );
        assert!(broker_only("SSL").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
