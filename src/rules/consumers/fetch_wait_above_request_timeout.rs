//! Consumers that time out on quiet partitions.

use crate::rules::clients::{clients_with, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fetch-wait-above-request-timeout`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fetch-wait-above-request-timeout",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Consumer gives up before the broker answers",
    scope: SubjectKind::Consumer,
    why: "A broker without new records holds a fetch for fetch.max.wait.ms: the consumer has closed the connection by then, and again the next time.",
    fix: "Keep fetch.max.wait.ms well below request.timeout.ms",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        consumers(facts.cluster),
        verdicts,
        ["fetch.max.wait.ms", "request.timeout.ms"],
        |[wait, timeout]| {
            let (wait_ms, timeout_ms): (i64, i64) = (wait.parse().ok()?, timeout.parse().ok()?);
            (wait_ms >= timeout_ms)
                .then(|| format!("fetch.max.wait.ms={wait_ms}, request.timeout.ms={timeout_ms}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_consumers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "fetch.max.wait.ms=40000",
            "medium consumer app.properties: fetch.max.wait.ms=40000, request.timeout.ms=30000",
            "fetch.max.wait.ms=5000",
        );
    }
}
