//! Topics whose names differ in an id only.

use crate::rules::facts::{families, names};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `topic-per-entity`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-per-entity",
    chapter: Chapter::new(15),
    severity: Severity::Medium,
    title: "A topic for each user, device or tenant",
    scope: SubjectKind::Cluster,
    why: "Thousands of topics with little in each cost files, memory and time at every election; ACLs and consumers must follow each new one.",
    fix: "Use one topic with the id as the key",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for family in families(facts.user_topics().map(|topic| &*topic.topic.name), MANY) {
        let seen =
            format!("{} topics like {}: {}", family.members.len(), family.stem, names(&family.members));
        verdicts.finding(FindingSubject::cluster(), seen);
    }
}

const MANY: usize = 100;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let many = |count: usize| {
            (0..count).fold(given(), |given, at| given.topic(&format!("user-{at}"), "", &[&[1, 2]]))
        };
        assert_eq!(
            many(100).says(&RULE),
            ["medium cluster: 100 topics like user-#: user-0, user-1, user-2, ... (100)"]
        );
        assert!(many(99).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
