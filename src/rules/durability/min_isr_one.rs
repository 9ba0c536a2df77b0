//! Topics with three replicas or more and a minimum ISR of 1.

use crate::rules::facts::{MinIsrChange, TopicFacts};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `min-isr-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "min-isr-one",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "min.insync.replicas is 1",
    scope: SubjectKind::Topic,
    why: "When the ISR shrinks to the leader, acks=all is one copy: acknowledged records are then on one broker only.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config min.insync.replicas=2",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics().filter(|topic| topic.widest >= 3) {
        if verdicts.known(&topic.min_isr, || topic.subject()) == Some(&1) {
            verdicts.finding_by(&["min.insync.replicas"], topic.subject(), seen(facts, topic));
        }
    }
}

/// The minimum is not to be raised above what is in sync.
fn seen(facts: &ClusterFacts<'_>, topic: &TopicFacts<'_>) -> Seen {
    let evidence = format!("replication factor {}, min.insync.replicas=1", topic.widest);
    match facts.min_isr_change(topic, 2) {
        MinIsrChange::Harmless => Seen::from(evidence),
        change => Seen::with_fix(evidence, change.fix(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn the_minimum_is_not_raised_above_the_isr() {
        let fixes = |isr: &[i32], elr: &[i32]| {
            given().topic("a", "", &[&[1, 2, 3], &[2, 3, 1]]).isr(1, isr).elr(1, elr).fixes(&RULE)
        };
        let command = "kafka-configs.sh --alter --topic a --add-config min.insync.replicas=2";
        assert_eq!(fixes(&[2, 3], &[]), [command]);
        let short = fixes(&[2], &[]);
        assert!(short[0].starts_with("First bring the missing replicas of a back"), "{short:?}");
        assert!(short[0].contains("refuses acks=all"), "{short:?}");
        let leaderless = fixes(&[], &[2]);
        assert!(leaderless[0].contains("clears its eligible leader replicas"), "{leaderless:?}");
    }

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given()
            .topic("a", "", &[&[1, 2, 3]])
            .topic("b", "min.insync.replicas=2", &[&[1, 2, 3]])
            .says(&RULE);
        assert_eq!(found, ["high topic a: replication factor 3, min.insync.replicas=1"]);
        assert!(
            given()
                .broker_config("min.insync.replicas=2")
                .topic("a", "", &[&[1, 2, 3]])
                .says(&RULE)
                .is_empty()
        );
        assert!(given().topic("a", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(given().topic("a", "", &[&[1, 2, 3]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
