//! Clients that send a password without encryption.

use crate::rules::clients::{clients, clients_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `client-password-in-clear`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-password-in-clear",
    chapter: Chapter::new(6),
    severity: Severity::High,
    title: "Client sends its password in the clear",
    scope: SubjectKind::Producer,
    why: "SASL/PLAIN sends the password itself, and SASL_PLAINTEXT does not encrypt: whoever sees the network has it.",
    fix: "Use security.protocol=SASL_SSL, or a SCRAM mechanism at least",
    needs: &[Evidence::Clients],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        clients(facts.cluster),
        verdicts,
        ["security.protocol", "sasl.mechanism"],
        |[protocol, mechanism]| {
            (protocol.eq_ignore_ascii_case("SASL_PLAINTEXT") && mechanism == "PLAIN")
                .then(|| "security.protocol=SASL_PLAINTEXT, sasl.mechanism=PLAIN".to_string())
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
            "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN",
            "high producer app.properties: security.protocol=SASL_PLAINTEXT, sasl.mechanism=PLAIN",
            "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN",
        );
    }
}
