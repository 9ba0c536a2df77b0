//! Producers with the slowest codec.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `producer-gzip`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "producer-gzip",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Producer compresses with gzip",
    scope: SubjectKind::Producer,
    why: "gzip takes several times the processor time of zstd for much the same size, in producers and consumers alike.",
    fix: "Set compression.type=zstd, or lz4 where processor time counts most (consumers from 2.1 read both)",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["compression.type"], |[codec]| {
        (codec == "gzip").then(|| "compression.type=gzip".to_string())
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
            "compression.type=gzip",
            "low producer app.properties: compression.type=gzip",
            "compression.type=lz4",
        );
    }
}
