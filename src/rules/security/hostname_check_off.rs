//! Brokers that take any certificate for a broker.

use crate::rules::security::listeners::{Listener, ListenerRole, brokers_listening};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `hostname-check-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "hostname-check-off",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "Brokers do not check each other's names",
    scope: SubjectKind::Broker,
    why: "Any certificate that the trust store accepts passes for a broker: who sits between them can read and change replication.",
    fix: "Set ssl.endpoint.identification.algorithm=https once the certificates carry the brokers' names, restarted one by one",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, read| {
        // Only the side that connects checks: that is a broker where brokers and controllers listen.
        let apart = listeners.iter().any(|one| one.role == ListenerRole::Brokers);
        let between = |one: &&Listener<'_>| one.role != ListenerRole::Clients || !apart;
        let encrypted = |one: &&Listener<'_>| !one.is_loopback && one.protocol.ends_with("SSL");
        for one in listeners.iter().filter(between).filter(encrypted) {
            let algorithm = match read(&one.key(KEY))? {
                Some(own) => own,
                None => read(KEY)?.unwrap_or_default(),
            };
            if algorithm.trim().is_empty() {
                return Some(format!("{KEY} is empty"));
            }
        }
        None
    });
}

const KEY: &str = "ssl.endpoint.identification.algorithm";

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| {
            given()
                .broker_config(&format!("listeners=SSL://:9093\nsecurity.inter.broker.protocol=SSL\n{text}"))
        };
        assert_eq!(
            with("ssl.endpoint.identification.algorithm=").says(&RULE),
            ["medium cluster: ssl.endpoint.identification.algorithm is empty on brokers 1, 2, 3"]
        );
        assert!(with("").says(&RULE).is_empty());
        let own = "ssl.endpoint.identification.algorithm=";
        let apart = given().broker_config(&format!("listeners=IN://:9092,OUT://:9093\nlistener.security.protocol.map=IN:PLAINTEXT,OUT:SSL\ninter.broker.listener.name=IN\n{own}"));
        assert!(apart.says(&RULE).is_empty(), "brokers do not connect to the clients' listener");
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
