//! Partitions that have eligible leader replicas right now.

use crate::model::KafkaVersion;
use crate::rules::facts::{ids, partition_findings};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `elr-nonempty`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "elr-nonempty",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Below min.insync.replicas, with eligible leaders",
    scope: SubjectKind::Partition,
    why: "The ISR is below its minimum: acks=all writes are refused and the high watermark does not advance until replicas are back.",
    fix: "Bring the missing replicas of {name} back into the ISR, and leave min.insync.replicas as it is until then: any change of it, of the topic's or of the cluster's, clears the eligible leader replicas",
    needs: &[Evidence::Metadata, Evidence::ElrLists],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        partition_findings(facts, verdicts, topic, |partition| {
            let eligible: Vec<_> = partition.elr().collect();
            (!eligible.is_empty()).then(|| format!("eligible leader replicas {}", ids(&eligible)))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::Unknown;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let one = given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1]]).isr(0, &[1]).elr(0, &[2]);
        assert_eq!(one.says(&RULE), ["high partition a-0: eligible leader replicas 2"]);
        assert!(given().topic("a", "", &[&[1, 2, 3]]).says(&RULE).is_empty());
        let refused =
            given().topic("a", "", &[&[1, 2, 3]]).elr_lists(Unknown::Denied("Describe on Topic a".into()));
        assert_eq!(refused.says(&RULE), ["unknown cluster: denied, needs Describe on Topic a"]);
        let unsupported = given().topic("a", "", &[&[1]]).elr_lists(Unknown::Unsupported("Kafka 3.9".into()));
        assert!(unsupported.says(&RULE).is_empty());
    }
}
