//! Producers that wait for all replicas in sync of topics that do with one.

use crate::rules::clients::producers;
use crate::rules::facts::{MinIsrChange, TopicFacts};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `acks-all-min-isr-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "acks-all-min-isr-one",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "acks=all with min.insync.replicas=1",
    scope: SubjectKind::Producer,
    why: "acks=all waits for the in-sync replicas, however few: with min.insync.replicas=1 that may be the leader alone.",
    fix: "Set min.insync.replicas=2 on the topics that this producer writes to",
    needs: &[Evidence::Producers, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let weak: Vec<&TopicFacts<'_>> = facts
        .user_topics()
        .filter(|topic| topic.widest >= 2)
        .filter(|topic| verdicts.known(&topic.min_isr, || topic.subject()) == Some(&1))
        .collect();
    let Some(first) = weak.first() else { return };
    for producer in producers(facts.cluster) {
        if producer.acks(verdicts) == Some("all") {
            let others = match weak.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let acks = producer.shown_acks("all");
            let name = &first.topic.name;
            let evidence = format!("{acks}, min.insync.replicas=1 on {name}{others}");
            let fix = fix(facts, &weak).map(Into::into);
            verdicts.finding_by(&["acks"], producer.subject(), Seen { fix, ..Seen::from(evidence) });
        }
    }
}

/// What has to come before the minimum is raised on all of these.
fn fix(facts: &ClusterFacts<'_>, weak: &[&TopicFacts<'_>]) -> Option<&'static str> {
    if weak.iter().any(|topic| facts.min_isr_change(topic, 2) != MinIsrChange::Harmless) {
        return Some(
            "First bring the missing replicas of these topics back into the ISR, then set min.insync.replicas=2 on them: with fewer than 2 in sync it refuses acks=all writes at once",
        );
    }
    weak.iter().any(|topic| topic.narrowest == 2).then_some(
        "First reassign topics of 2 replicas to 3, where a minimum of 2 would stop writes at the first failure; then set min.insync.replicas=2 on the topics that this producer writes to",
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "", &[&[1, 2, 3]]).topic("b", "", &[&[1, 2, 3]]).producer("acks=all");
        assert_eq!(
            found.says(&RULE),
            ["high producer app.properties: acks=all, min.insync.replicas=1 on a and 1 more"]
        );
        let old = given().version("2.8").topic("a", "", &[&[1, 2, 3]]).producer("enable.idempotence=true");
        let by = "acks=all (by enable.idempotence)";
        assert_eq!(
            old.says(&RULE),
            [format!("high producer app.properties: {by}, min.insync.replicas=1 on a")]
        );
        let quiet = given().topic("a", "min.insync.replicas=2", &[&[1, 2, 3]]).producer("acks=all");
        assert!(quiet.says(&RULE).is_empty());
        assert!(given().topic("a", "", &[&[1, 2, 3]]).producer("acks=1").says(&RULE).is_empty());
        let two = given().topic("a", "", &[&[1, 2]]).producer("acks=all").fixes(&RULE);
        assert!(two[0].starts_with("First reassign topics of 2 replicas to 3"), "{two:?}");
        let short = given().topic("a", "", &[&[1, 2, 3]]).isr(0, &[1]).producer("acks=all").fixes(&RULE);
        assert!(short[0].starts_with("First bring the missing replicas"), "{short:?}");
        let refused = given().topic("a", "", &[&[1, 2, 3]]).producer("").denied_topic_config();
        assert_eq!(refused.says(&RULE), [NO_CONFIG]);
    }
}
