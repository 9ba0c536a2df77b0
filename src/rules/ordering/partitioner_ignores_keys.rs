//! Producers that spread the records of a key.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `partitioner-ignores-keys`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "partitioner-ignores-keys",
    chapter: Chapter::new(10),
    severity: Severity::Medium,
    title: "Keys do not decide the partition",
    scope: SubjectKind::Producer,
    why: "Records of one key go to any partition: they are read in no order, and a table or a join of them is wrong.",
    fix: "Remove partitioner.ignore.keys, unless keys mean nothing to any reader",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(producers(facts.cluster), verdicts, ["partitioner.ignore.keys"], |[on]| {
        on.eq_ignore_ascii_case("true").then(|| "partitioner.ignore.keys=true".to_string())
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
            "partitioner.ignore.keys=true",
            "medium producer app.properties: partitioner.ignore.keys=true",
            "partitioner.ignore.keys=false",
        );
    }
}
