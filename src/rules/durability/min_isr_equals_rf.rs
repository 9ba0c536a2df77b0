//! Topics whose minimum ISR is the whole replica set.

use crate::rules::facts::TopicFacts;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `min-isr-equals-rf`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "min-isr-equals-rf",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "min.insync.replicas equals the replication factor",
    scope: SubjectKind::Topic,
    why: "Every replica is needed: any broker restart and any failure stops acks=all writes.",
    fix: "Reassign {name} to 3 replicas and keep min.insync.replicas=2",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics().filter(|topic| topic.narrowest >= 2) {
        let Some(configured) = verdicts.known(&topic.min_isr, || topic.subject()) else { continue };
        let whole = |partition| facts.effective_min_isr(*configured, partition) == partition.replicas().len();
        if facts.partitions(topic).any(whole) {
            verdicts.finding_by(
                &["min.insync.replicas", "replication.factor"],
                topic.subject(),
                seen(facts, topic, *configured),
            );
        }
    }
}

/// Of two replicas a minimum of one would be one copy only: these need a third replica. Others do with one less.
fn seen(facts: &ClusterFacts<'_>, topic: &TopicFacts<'_>, configured: i64) -> Seen {
    let evidence = format!("replication factor {}, min.insync.replicas={configured}", topic.narrowest);
    if topic.narrowest == 2 {
        let fix = facts.brokers_first("reassign {name} to 3 replicas and keep min.insync.replicas=2");
        return Seen { fix, ..Seen::from(evidence) };
    }
    let to = topic.narrowest as i64 - 1;
    Seen::with_fix(evidence, facts.min_isr_change(topic, to).fix(to))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "min.insync.replicas=3", &[&[1, 2, 3]]).says(&RULE);
        assert_eq!(found, ["high topic a: replication factor 3, min.insync.replicas=3"]);
        let three = || given().topic("a", "min.insync.replicas=3", &[&[1, 2, 3]]);
        let lower = "kafka-configs.sh --alter --topic a --add-config min.insync.replicas=2";
        assert_eq!(three().fixes(&RULE), [lower]);
        let degraded = three().isr(0, &[1, 2]).elr(0, &[3]).fixes(&RULE);
        assert!(degraded[0].contains("clears its eligible leader replicas"), "{degraded:?}");
        let two = given().topic("a", "min.insync.replicas=2", &[&[1, 2]]).fixes(&RULE);
        assert_eq!(two, ["Reassign a to 3 replicas and keep min.insync.replicas=2"]);
        let quiet = given().topic("a", "min.insync.replicas=2", &[&[1, 2, 3]]).topic("b", "", &[&[1]]);
        assert!(quiet.says(&RULE).is_empty());
        assert_eq!(given().topic("a", "", &[&[1, 2, 3]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
