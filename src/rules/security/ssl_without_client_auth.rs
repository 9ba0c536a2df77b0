//! Brokers whose TLS listener does not ask who connects.

use crate::rules::security::listeners::brokers_listening;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `ssl-without-client-auth`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "ssl-without-client-auth",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "Encrypted, but for everyone",
    scope: SubjectKind::Broker,
    why: "An SSL listener that demands no certificate encrypts only: every client is User:ANONYMOUS, and no ACL or quota of users can tell one from another.",
    fix: "Let clients use SASL_SSL, or set ssl.client.auth=required once all of them have certificates",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_listening(facts, verdicts, |listeners, read| {
        for one in listeners.iter().filter(|one| one.is_open_to_clients() && one.protocol == "SSL") {
            let own = read(&one.key("ssl.client.auth"))?;
            let asks = match own {
                Some(own) => own,
                None => read("ssl.client.auth")?.unwrap_or_default(),
            };
            if !asks.eq_ignore_ascii_case("required") {
                return Some(format!("{}, ssl.client.auth={asks}", one.shown()));
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
        let with = |text: &str| {
            given()
                .broker_config(&format!("listeners=SSL://:9093\nsecurity.inter.broker.protocol=SSL\n{text}"))
        };
        assert_eq!(
            with("").says(&RULE),
            ["medium cluster: listener SSL, ssl.client.auth=none on brokers 1, 2, 3"]
        );
        assert!(with("ssl.client.auth=required").says(&RULE).is_empty());
        assert!(with("listener.name.ssl.ssl.client.auth=required").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
