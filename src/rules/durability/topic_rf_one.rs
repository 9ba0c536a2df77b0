//! Partitions that exist once.

use crate::rules::facts::of_partitions;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `topic-rf-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-rf-one",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Topic with a single replica",
    scope: SubjectKind::Topic,
    why: "When its broker is down the partition is down; when its disk is lost the data is lost.",
    fix: "Reassign {name} to 3 replicas: kafka-reassign-partitions.sh",
    needs: &[Evidence::Topics],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let severity = if facts.broker_count() == Some(1) { Severity::Medium } else { Severity::Critical };
    for topic in facts.user_topics() {
        let single = facts.partitions(topic).filter(|partition| partition.replicas().len() == 1).count();
        if single > 0 {
            let seen = of_partitions(single, topic.topic.count, "1 replica");
            let fix = facts.brokers_first("reassign {name} to 3 replicas: kafka-reassign-partitions.sh");
            verdicts.finding_by(
                &["replication.factor"],
                topic.subject(),
                Seen { severity: Some(severity), fix, ..Seen::from(seen) },
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
        let found = given().topic("a", "", &[&[1], &[2]]).topic("b", "", &[&[1, 2, 3]]).says(&RULE);
        assert_eq!(found, ["critical topic a: 2 of 2 partitions have 1 replica"]);
        let alone = given().racks(&["a"]).topic("a", "", &[&[1]]).says(&RULE);
        assert_eq!(alone, ["medium topic a: the only partition has 1 replica"]);
        let fixes = given().racks(&["a"]).topic("a", "", &[&[1]]).fixes(&RULE);
        assert!(fixes[0].starts_with("First run three brokers or more, then reassign a to 3"), "{fixes:?}");
        assert!(given().topic("a", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
