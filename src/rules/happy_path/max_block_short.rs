//! Producers that do not wait for metadata.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `max-block-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "max-block-short",
    chapter: Chapter::new(2),
    severity: Severity::Low,
    title: "max.block.ms shorter than a look at the cluster",
    scope: SubjectKind::Producer,
    why: "The first record of a topic waits for metadata within this time, and so does every record while the buffer is full: sends fail that a moment later would have gone.",
    fix: "Raise max.block.ms to 5000 or more, or handle the timeout in the application",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["max.block.ms"], |[text]| {
        (text.parse::<i64>().ok()? < 1_000).then(|| format!("max.block.ms={text}"))
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
            "max.block.ms=100",
            "low producer app.properties: max.block.ms=100",
            "max.block.ms=60000",
        );
    }
}
