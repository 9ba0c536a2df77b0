//! Partitions that exist twice where three brokers could hold them.

use crate::rules::facts::of_partitions;
use crate::rules::verdicts::Seen;
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
    needs: &[Evidence::Topics],
    since: None,
    until: None,
    check,
};

/// On two brokers it cannot be otherwise; where both are needed for a write anyway, `min-isr-equals-rf` says so.
fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let two_brokers = facts.broker_count().is_some_and(|count| count < 3);
    for topic in facts.user_topics() {
        let double = facts.partitions(topic).filter(|partition| partition.replicas().len() == 2).count();
        let both_needed = two_brokers && topic.min_isr.get().is_some_and(|minimum| *minimum >= 2);
        if double > 0 && !both_needed {
            let seen = of_partitions(double, topic.topic.count, "2 replicas");
            let fix = facts.brokers_first("reassign {name} to 3 replicas and set min.insync.replicas=2");
            verdicts.finding_by(&["replication.factor"], topic.subject(), Seen { fix, ..Seen::from(seen) });
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
        assert_eq!(found, ["high topic a: 1 of 2 partitions has 2 replicas"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        let two = |config: &str| given().racks(&["a", "b"]).topic("a", config, &[&[1, 2]]);
        assert_eq!(two("").says(&RULE), ["high topic a: the only partition has 2 replicas"]);
        assert!(two("").fixes(&RULE)[0].starts_with("First run three brokers or more, then reassign a"));
        assert!(two("min.insync.replicas=2").says(&RULE).is_empty());
        let unread = two("").denied_topic_config().says(&RULE);
        assert_eq!(unread, ["high topic a: the only partition has 2 replicas"], "whatever the minimum is");
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
