//! Brokers that close the connection on records that they allow.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `request-limit-below-message-limit`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "request-limit-below-message-limit",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Requests may be smaller than records",
    scope: SubjectKind::Broker,
    why: "A producer that sends what message.max.bytes allows is cut off without an answer, and tries again until delivery.timeout.ms is over.",
    fix: "Raise socket.request.max.bytes well above message.max.bytes",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["socket.request.max.bytes", "message.max.bytes"], |[request, message]| {
        let (request_bytes, message_bytes): (i64, i64) = (request.parse().ok()?, message.parse().ok()?);
        (request_bytes < message_bytes)
            .then(|| format!("socket.request.max.bytes={request_bytes}, message.max.bytes={message_bytes}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "message.max.bytes=209715200",
            "medium cluster: socket.request.max.bytes=104857600, message.max.bytes=209715200",
            "message.max.bytes=5242880",
        );
    }
}
