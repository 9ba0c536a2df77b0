//! Brokers that take passwords without encryption.

use crate::rules::facts::parts_of;
use crate::rules::security::listeners::brokers_listening;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `sasl-plain-no-tls`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "sasl-plain-no-tls",
    chapter: Chapter::new(6),
    severity: Severity::High,
    title: "Passwords in the clear",
    scope: SubjectKind::Broker,
    why: "SASL/PLAIN sends the password itself, and this listener does not encrypt: whoever sees the network has it.",
    fix: "Move the clients to a SASL_SSL listener, or to SCRAM at least",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, read| {
        let exposed = listeners.iter().filter(|one| !one.is_loopback && one.protocol == "SASL_PLAINTEXT");
        for one in exposed {
            let own = read(&one.key("sasl.enabled.mechanisms"))?;
            let mechanisms = match own {
                Some(own) => own,
                None => read("sasl.enabled.mechanisms")?.unwrap_or_default(),
            };
            if parts_of(&mechanisms).any(|name| name == "PLAIN") {
                return Some(format!("{}, sasl.enabled.mechanisms={mechanisms}", one.shown()));
            }
        }
        None
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |mechanisms: &str| {
            given().broker_config(&format!("listeners=SASL_PLAINTEXT://:9092\nsecurity.inter.broker.protocol=SASL_PLAINTEXT\nsasl.enabled.mechanisms={mechanisms}"))
        };
        assert_eq!(
            with("PLAIN").says(&RULE),
            ["high cluster: listener SASL_PLAINTEXT, sasl.enabled.mechanisms=PLAIN on brokers 1, 2, 3"]
        );
        assert!(with("SCRAM-SHA-512").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
