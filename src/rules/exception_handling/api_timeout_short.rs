//! Consumers whose calls end before their requests.

use crate::rules::clients::{clients_with, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `api-timeout-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "api-timeout-short",
    chapter: Chapter::new(4),
    severity: Severity::Low,
    title: "Calls give up before their request does",
    scope: SubjectKind::Consumer,
    why: "commitSync(), position() and the like end with a TimeoutException while the request may still succeed: a commit that failed for the application was made all the same.",
    fix: "Keep default.api.timeout.ms at request.timeout.ms or above",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        consumers(facts.cluster),
        verdicts,
        ["default.api.timeout.ms", "request.timeout.ms"],
        |[call, request]| {
            let (call_ms, request_ms): (i64, i64) = (call.parse().ok()?, request.parse().ok()?);
            (call_ms < request_ms)
                .then(|| format!("default.api.timeout.ms={call_ms}, request.timeout.ms={request_ms}"))
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
            "default.api.timeout.ms=5000",
            "low consumer app.properties: default.api.timeout.ms=5000, request.timeout.ms=30000",
            "default.api.timeout.ms=60000",
        );
    }
}
