//! Clusters with very many topics.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `topic-count-high`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-count-high",
    chapter: Chapter::new(15),
    severity: Severity::Medium,
    title: "More than ten thousand topics",
    scope: SubjectKind::Cluster,
    why: "Every client that asks for all topics gets them all, and every tool and every election has to go through them.",
    fix: "Join topics that differ in an id, and delete what nobody reads",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let count = facts.user_topics().count();
    if count > MANY {
        verdicts.finding(FindingSubject::cluster(), format!("{count} topics"));
    }
}

const MANY: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, large};
    use crate::rules::{Finding, examine};

    #[test]
    fn fires_is_silent_and_unknown() {
        let count = |topics| {
            let findings = examine(&large(topics, 1, "min.insync.replicas=2")).findings;
            findings.iter().filter(|found: &&Finding| found.rule.id == RULE.id).count()
        };
        assert_eq!((count(10_001), count(10)), (1, 0));
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
