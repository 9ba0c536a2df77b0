//! Partitions without a leader.

use crate::rules::facts::{ids, partition_findings};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offline-partition`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offline-partition",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Partition without a leader",
    scope: SubjectKind::Partition,
    why: "Nothing is read or written until a replica that may lead is back.",
    fix: "Bring back a broker that holds an in-sync replica of {name}",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        partition_findings(facts, verdicts, topic, |partition| {
            let last: Vec<_> = partition.isr().collect();
            let waits =
                if last.is_empty() { "none in sync".to_string() } else { format!("in sync {}", ids(&last)) };
            partition
                .leader()
                .is_none()
                .then(|| format!("no leader; replicas {}, {waits}", ids(partition.replicas())))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[]);
        assert_eq!(found.says(&RULE), ["critical partition a-0: no leader; replicas 1, 2, 3, none in sync"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[2]).says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
