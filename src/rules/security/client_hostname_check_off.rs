//! Clients that do not check whom they talk to.

use crate::rules::clients::{clients, clients_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `client-hostname-check-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-hostname-check-off",
    chapter: Chapter::new(6),
    severity: Severity::High,
    title: "Client takes any certificate for a broker",
    scope: SubjectKind::Producer,
    why: "Whoever sits between client and broker with any certificate that the trust store accepts reads and changes everything.",
    fix: "Remove ssl.endpoint.identification.algorithm, or set it to https, once the certificates carry the brokers' names",
    needs: &[Evidence::Clients],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        clients(facts.cluster),
        verdicts,
        ["ssl.endpoint.identification.algorithm", "security.protocol"],
        |[algorithm, protocol]| {
            (algorithm.trim().is_empty() && protocol.to_ascii_uppercase().ends_with("SSL")).then(|| {
                format!("ssl.endpoint.identification.algorithm is empty, security.protocol={protocol}")
            })
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
            "ssl.endpoint.identification.algorithm=\nsecurity.protocol=SSL",
            "high producer app.properties: ssl.endpoint.identification.algorithm is empty, security.protocol=SSL",
            "security.protocol=SSL",
        );
    }
}
