//! Clients that measure everything.

use crate::rules::clients::{clients, clients_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `metrics-recording-debug`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "metrics-recording-debug",
    chapter: Chapter::new(11),
    severity: Severity::Low,
    title: "Client records metrics at DEBUG",
    scope: SubjectKind::Producer,
    why: "Every record and call is measured in detail: processor time that nobody has asked for once the search is over.",
    fix: "Remove metrics.recording.level",
    needs: &[Evidence::Clients],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(clients(facts.cluster), verdicts, ["metrics.recording.level"], |[level]| {
        (!level.eq_ignore_ascii_case("INFO")).then(|| format!("metrics.recording.level={level}"))
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
            "metrics.recording.level=DEBUG",
            "low producer app.properties: metrics.recording.level=DEBUG",
            "metrics.recording.level=INFO",
        );
    }
}
