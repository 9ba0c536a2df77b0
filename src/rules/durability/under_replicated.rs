//! Partitions that are led and miss replicas in sync.

use crate::model::PartitionView;
use crate::rules::facts::{ids, partition_findings};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `under-replicated`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "under-replicated",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Under-replicated partitions",
    scope: SubjectKind::Partition,
    why: "Fewer further failures are survived than the replication factor suggests.",
    fix: "Find out why the missing replicas of {name} do not follow: a dead broker, a slow disk, the network. Where klever may not list reassignments, the replicas that one moves in (kafka-reassign-partitions.sh --list) count as missing until they have caught up",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        partition_findings(facts, verdicts, topic, |partition| {
            let is_short = partition.leader().is_some() && partition.is_under_replicated();
            is_short.then(|| evidence(partition))
        });
    }
}

fn evidence(partition: PartitionView<'_>) -> String {
    let (missing, coming): (Vec<_>, Vec<_>) =
        (partition.missing().collect(), partition.catching_up().collect());
    let replicas = partition.replicas().len() - coming.len();
    let moved = if coming.is_empty() { String::new() } else { format!("; {} being moved in", ids(&coming)) };
    format!("{} of {replicas} replicas in sync, missing {}{moved}", partition.isr_len(), ids(&missing))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let one = given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1]]).isr(0, &[1, 3]);
        assert_eq!(one.says(&RULE), ["high partition a-0: 2 of 3 replicas in sync, missing 2"]);
        let two =
            given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1], &[3, 1, 2]]).isr(0, &[1, 3]).isr(1, &[3, 1]);
        assert_eq!(
            two.says(&RULE),
            ["high topic a: 2 of 3 partitions (0-1); 0: 2 of 3 replicas in sync, missing 2"]
        );
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        let moved = || given().racks(&["a", "b", "c", "d"]).topic("a", "", &[&[1, 2, 3, 4]]);
        assert!(moved().isr(0, &[1, 2, 3]).moving(0, &[4], &[3]).says(&RULE).is_empty());
        assert_eq!(
            moved().isr(0, &[1, 3]).moving(0, &[4], &[3]).says(&RULE),
            ["high partition a-0: 2 of 3 replicas in sync, missing 2; 4 being moved in"]
        );
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
