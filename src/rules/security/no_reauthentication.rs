//! Brokers that never ask for a fresh token.

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `no-reauthentication`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "no-reauthentication",
    chapter: Chapter::new(6),
    severity: Severity::Low,
    title: "Tokens that have expired stay good",
    scope: SubjectKind::Broker,
    why: "A connection that was opened with a token lasts until it breaks: a client that was locked out goes on.",
    fix: "Set connections.max.reauth.ms to the life of a token, such as 3600000; clients before 2.2 cannot authenticate again and are closed",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(2, 2, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(
        facts,
        verdicts,
        ["sasl.enabled.mechanisms", "connections.max.reauth.ms"],
        |[mechanisms, reauth]| {
            let tokens = parts_of(mechanisms?).any(|name| name == "OAUTHBEARER");
            (tokens && reauth == Some("0"))
                .then(|| "sasl.enabled.mechanisms has OAUTHBEARER, connections.max.reauth.ms=0".to_string())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "sasl.enabled.mechanisms=OAUTHBEARER",
            "low cluster: sasl.enabled.mechanisms has OAUTHBEARER, connections.max.reauth.ms=0",
            "sasl.enabled.mechanisms=OAUTHBEARER\nconnections.max.reauth.ms=3600000",
        );
    }
}
