//! Topics whose minimum ISR is the whole replica set.

use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `min-isr-equals-rf`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "min-isr-equals-rf",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "min.insync.replicas equals the replication factor",
    scope: SubjectKind::Topic,
    why: "Every replica is needed: any broker restart and any failure stops acks=all writes.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config min.insync.replicas=N, N one below the replication factor",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics().filter(|topic| topic.narrowest >= 2) {
        let Some(configured) = verdicts.known(&topic.min_isr, || topic.subject()) else { continue };
        let whole = |partition| facts.effective_min_isr(*configured, partition) == partition.replicas().len();
        if facts.partitions(topic).any(whole) {
            let seen = format!("replication factor {}, min.insync.replicas={configured}", topic.narrowest);
            verdicts.finding(topic.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "min.insync.replicas=3", &[&[1, 2, 3]]).says(&RULE);
        assert_eq!(found, ["high topic a: replication factor 3, min.insync.replicas=3"]);
        let quiet = given().topic("a", "min.insync.replicas=2", &[&[1, 2, 3]]).topic("b", "", &[&[1]]);
        assert!(quiet.says(&RULE).is_empty());
        assert_eq!(given().topic("a", "", &[&[1, 2, 3]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
