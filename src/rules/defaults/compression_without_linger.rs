//! Producers that compress and do not wait for company.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `compression-without-linger`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "compression-without-linger",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Compression of single records",
    scope: SubjectKind::Producer,
    why: "With linger.ms=0 a batch leaves as soon as it can: at a low rate it holds one record, and compressing one record saves little.",
    fix: "Set linger.ms to 5 or more",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        producers(facts.cluster).filter(|producer| producer.sets("linger.ms")),
        verdicts,
        ["linger.ms", "compression.type"],
        |[linger, codec]| {
            (linger == "0" && codec != "none").then(|| format!("linger.ms=0, compression.type={codec}"))
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
            "linger.ms=0\ncompression.type=lz4",
            "low producer app.properties: linger.ms=0, compression.type=lz4",
            "linger.ms=10\ncompression.type=lz4",
        );
    }
}
