//! Partitions that are led with fewer replicas in sync than the minimum.

use crate::model::{PartitionView, plural};
use crate::rules::facts::partition_findings;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `under-min-isr`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "under-min-isr",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Below min.insync.replicas: writes are refused",
    scope: SubjectKind::Partition,
    why: "acks=all writes fail with NOT_ENOUGH_REPLICAS, and since 3.7 nothing new becomes visible to consumers.",
    fix: "Bring replicas of {name} back into the ISR. Lowering min.insync.replicas weakens durability and clears the eligible leader replicas",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        let Some(configured) = verdicts.known(&topic.min_isr, || topic.subject()) else { continue };
        partition_findings(facts, verdicts, topic, |partition| {
            let (isr, min) = (partition.isr_len(), facts.effective_min_isr(*configured, partition));
            (partition.leader().is_some() && isr < min).then(|| seen(partition, min))
        });
    }
}

/// Where no replica is missing, waiting does not help.
fn seen(partition: PartitionView<'_>, min: usize) -> Seen {
    let (isr, replicas) = (partition.isr_len(), partition.replicas().len());
    let evidence = format!("{isr} of {} in sync, {min} needed", plural(replicas, "replica"));
    if replicas >= min {
        return Seen::from(evidence);
    }
    Seen::with_fix(
        evidence,
        "No replica can make up for it: reassign {name} to more replicas than min.insync.replicas, or lower min.insync.replicas",
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let one = given().topic("a", "min.insync.replicas=2", &[&[1, 2, 3]]).isr(0, &[1]);
        assert_eq!(one.says(&RULE), ["critical partition a-0: 1 of 3 replicas in sync, 2 needed"]);
        let clamped = given().topic("a", "min.insync.replicas=2", &[&[1]]);
        assert!(clamped.says(&RULE).is_empty());
        let old = || given().version("3.6").topic("a", "min.insync.replicas=2", &[&[1]]);
        assert_eq!(old().says(&RULE), ["critical partition a-0: 1 of 1 replica in sync, 2 needed"]);
        assert!(old().fixes(&RULE)[0].starts_with("No replica can make up for it"));
        assert_eq!(given().topic("a", "", &[&[1]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
