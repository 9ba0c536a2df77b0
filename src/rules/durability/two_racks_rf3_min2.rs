//! Topics with three replicas and a minimum ISR of 2 in a cluster of two racks.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `two-racks-rf3-min2`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "two-racks-rf3-min2",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Three replicas in two racks",
    scope: SubjectKind::Topic,
    why: "One rack holds two of three replicas: when it is lost, acks=all writes stop.",
    fix: "Add a third rack, or use 4 replicas with two in each rack",
    needs: &[Evidence::Metadata, Evidence::Racks, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    match facts.racks() {
        Err(reason) => return verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(racks) if racks.len() != 2 => return,
        Ok(_) => {}
    }
    for topic in facts.topics().filter(|topic| topic.widest == 3) {
        if verdicts.known(&topic.min_isr, || topic.subject()) == Some(&2) {
            verdicts.finding(topic.subject(), "2 racks, replication factor 3, min.insync.replicas=2");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().racks(&["a", "b", "a"]).topic("t", "min.insync.replicas=2", &[&[1, 2, 3]]);
        assert_eq!(
            found.says(&RULE),
            ["medium topic t: 2 racks, replication factor 3, min.insync.replicas=2"]
        );
        assert!(given().topic("t", "min.insync.replicas=2", &[&[1, 2, 3]]).says(&RULE).is_empty());
        let unknown = given().racks(&["a", "b", "a"]).topic("t", "", &[&[1, 2, 3]]).denied_topic_config();
        assert_eq!(unknown.says(&RULE), [NO_CONFIG]);
    }
}
