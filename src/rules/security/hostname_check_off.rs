//! Brokers that take any certificate for a broker.

use crate::rules::security::listeners::brokers_listening;
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
        listeners.iter().find(|one| !one.is_loopback && one.protocol.ends_with("SSL"))?;
        let algorithm = read("ssl.endpoint.identification.algorithm")?;
        algorithm
            .is_some_and(|text| text.trim().is_empty())
            .then(|| "ssl.endpoint.identification.algorithm is empty".to_string())
    });
}

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
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
