//! Producers that switch batching off.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `batch-size-tiny`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "batch-size-tiny",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Batches of less than a kilobyte",
    scope: SubjectKind::Producer,
    why: "Hardly two records go into one batch: each costs a request of its own, compression finds nothing to save, and the brokers are busy with headers.",
    fix: "Remove batch.size, or set it to 16384 or more",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["batch.size"], |[text]| {
        (text.parse::<i64>().ok()? < 1_024).then(|| format!("batch.size={text}"))
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
            "batch.size=0",
            "medium producer app.properties: batch.size=0",
            "batch.size=65536",
        );
    }
}
