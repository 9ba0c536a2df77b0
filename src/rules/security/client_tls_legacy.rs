//! Clients that speak old TLS.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients, clients_with};
use crate::rules::facts::parts_of;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `client-tls-legacy`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-tls-legacy",
    chapter: Chapter::new(6),
    severity: Severity::Medium,
    title: "Client speaks TLS before 1.2",
    scope: SubjectKind::Producer,
    why: "TLS 1.0 and 1.1 are broken and forbidden by most rules (RFC 8996).",
    fix: "Leave ssl.enabled.protocols and ssl.protocol at their defaults",
    needs: &[Evidence::Clients],
    since: Some(KafkaVersion::new(2, 5, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        clients(facts.cluster),
        verdicts,
        ["ssl.enabled.protocols", "ssl.protocol"],
        |[enabled, protocol]| {
            let old = |list| parts_of(list).any(|name| ["TLSv1", "TLSv1.1", "SSLv3"].contains(&name));
            (old(enabled) || old(protocol))
                .then(|| format!("ssl.enabled.protocols={enabled}, ssl.protocol={protocol}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_producers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "ssl.enabled.protocols=TLSv1.1\nssl.protocol=TLSv1.1",
            "medium producer app.properties: ssl.enabled.protocols=TLSv1.1, ssl.protocol=TLSv1.1",
            "ssl.enabled.protocols=TLSv1.3\nssl.protocol=TLSv1.3",
        );
    }
}
