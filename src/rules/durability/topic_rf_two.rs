//! Partitions that exist twice where three brokers could hold them.

use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `topic-rf-two`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-rf-two",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Topic with two replicas",
    scope: SubjectKind::Topic,
    why: "After one failure either every write has a single copy (min ISR 1) or writes stop (min ISR 2).",
    fix: "Reassign {name} to 3 replicas and set min.insync.replicas=2",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.user_topics().filter(|_| facts.cluster.brokers.len() >= 3) {
        let double = facts.partitions(topic).filter(|partition| partition.replicas().len() == 2).count();
        if double > 0 {
            verdicts.finding(
                topic.subject(),
                format!("{double} of {} partitions have 2 replicas", topic.topic.count),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &[&[1, 2], &[2, 3, 1]]).says(&RULE);
        assert_eq!(found, ["high topic a: 1 of 2 partitions have 2 replicas"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        assert!(given().racks(&["a", "b"]).topic("a", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
