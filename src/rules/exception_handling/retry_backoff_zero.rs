//! Clients that retry without a pause.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `retry-backoff-zero`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retry-backoff-zero",
    chapter: Chapter::new(4),
    severity: Severity::Low,
    title: "Retries without a pause",
    scope: SubjectKind::Producer,
    why: "While a partition has no leader every client asks again at once: brokers that have just lost one of them get the most requests.",
    fix: "Leave retry.backoff.ms at 100",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["retry.backoff.ms"], |[text]| {
        (text.parse::<i64>().ok()? < 10).then(|| format!("retry.backoff.ms={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_producers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "retry.backoff.ms=0",
            "low producer app.properties: retry.backoff.ms=0",
            "retry.backoff.ms=100",
        );
    }
}
