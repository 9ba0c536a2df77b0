//! Clients that seldom look at the cluster.

use crate::rules::clients::{clients, clients_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `metadata-max-age-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "metadata-max-age-long",
    chapter: Chapter::new(2),
    severity: Severity::Low,
    title: "metadata.max.age.ms of more than an hour",
    scope: SubjectKind::Producer,
    why: "A client sees new partitions, and a consumer new topics of its pattern, no sooner: until then records of them wait.",
    fix: "Leave metadata.max.age.ms at 300000",
    needs: &[Evidence::Clients],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(clients(facts.cluster), verdicts, ["metadata.max.age.ms"], |[text]| {
        (text.parse::<i64>().ok()? > 3_600_000).then(|| format!("metadata.max.age.ms={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_producers};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "metadata.max.age.ms=86400000",
            "low producer app.properties: metadata.max.age.ms=86400000",
            "metadata.max.age.ms=60000",
        );
        assert_eq!(given().consumer("metadata.max.age.ms=86400000").says(&RULE).len(), 1);
    }
}
