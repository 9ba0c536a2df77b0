//! Brokers that speak old TLS.

use crate::rules::facts::parts_of;
use crate::rules::security::listeners::brokers_listening;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `tls-legacy`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "tls-legacy",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "TLS before 1.2",
    scope: SubjectKind::Broker,
    why: "TLS 1.0 and 1.1 are broken and forbidden by most rules (RFC 8996).",
    fix: "Set ssl.enabled.protocols to TLSv1.2 and TLSv1.3 on all brokers, restarted one by one",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, read| {
        listeners.iter().find(|one| !one.is_loopback && one.protocol.ends_with("SSL"))?;
        let enabled = read("ssl.enabled.protocols")?.unwrap_or_default();
        parts_of(&enabled)
            .any(|name| ["TLSv1", "TLSv1.1", "SSLv3"].contains(&name))
            .then(|| format!("ssl.enabled.protocols={enabled}"))
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
            with("ssl.enabled.protocols=TLSv1.1,TLSv1.2").says(&RULE),
            ["medium cluster: ssl.enabled.protocols=TLSv1.1,TLSv1.2 on brokers 1, 2, 3"]
        );
        assert!(with("").says(&RULE).is_empty());
        assert!(given().broker_config("ssl.enabled.protocols=TLSv1").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
