//! Partitions that miss replicas and have just as many in sync as the minimum.

use crate::model::plural;
use crate::rules::facts::partition_findings;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `at-min-isr`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "at-min-isr",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "At min.insync.replicas",
    scope: SubjectKind::Partition,
    why: "The next failure stops acks=all writes. Where one copy is left, losing that broker's disk loses acknowledged records.",
    fix: "Bring the missing replicas of {name} back before anything else is restarted",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        let Some(configured) = verdicts.known(&topic.min_isr, || topic.subject()) else { continue };
        partition_findings(facts, verdicts, topic, |partition| {
            let (isr, replicas) = (partition.isr_len(), partition.replicas().len());
            let min = facts.effective_min_isr(*configured, partition);
            (partition.leader().is_some() && isr == min && isr < replicas).then(|| seen(isr, replicas, min))
        });
    }
}

/// With one copy left it is the data that is at risk, not only the writes.
fn seen(isr: usize, replicas: usize, min: usize) -> Seen {
    let evidence = format!("{isr} of {} in sync, {min} needed", plural(replicas, "replica"));
    match isr {
        1 => Seen { severity: Some(Severity::High), ..Seen::from(format!("{evidence}: one copy is left")) },
        _ => Seen::from(evidence),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let one = given().topic("a", "min.insync.replicas=2", &[&[1, 2, 3]]).isr(0, &[1, 3]);
        assert_eq!(one.says(&RULE), ["medium partition a-0: 2 of 3 replicas in sync, 2 needed"]);
        let mixed = given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1], &[3, 1, 2]]).isr(0, &[1]).isr(2, &[3]);
        assert_eq!(
            mixed.says(&RULE),
            [
                "high topic a: 2 of 3 partitions (0, 2); 0: 1 of 3 replicas in sync, 1 needed: one copy is left"
            ]
        );
        let full = given().topic("a", "min.insync.replicas=3", &[&[1, 2, 3]]);
        assert!(full.says(&RULE).is_empty());
        assert_eq!(given().topic("a", "", &[&[1]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
