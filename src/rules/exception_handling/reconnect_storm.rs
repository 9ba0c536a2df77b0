//! Clients that reconnect without a pause.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `reconnect-storm`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "reconnect-storm",
    chapter: Chapter::new(4),
    severity: Severity::Low,
    title: "Reconnects without a pause",
    scope: SubjectKind::Producer,
    why: "When a broker is down every client tries to connect again and again: it comes back to a storm of connections and handshakes.",
    fix: "Leave reconnect.backoff.ms at 50 and reconnect.backoff.max.ms at 1000",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        producers(facts.cluster),
        verdicts,
        ["reconnect.backoff.ms", "reconnect.backoff.max.ms"],
        |[first, most]| {
            let most_ms = most.parse::<i64>().ok()?.max(first.parse().ok()?);
            (most_ms < 100).then(|| format!("reconnect.backoff.ms={first}, reconnect.backoff.max.ms={most}"))
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
            "reconnect.backoff.max.ms=0\nreconnect.backoff.ms=0",
            "low producer app.properties: reconnect.backoff.ms=0, reconnect.backoff.max.ms=0",
            "reconnect.backoff.max.ms=10000",
        );
    }
}
