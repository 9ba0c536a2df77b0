//! Topics without a record and without a reader.

use crate::model::Unknown;
use crate::rules::facts::{is_dead_letter, names, read_by_groups};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `unused-topics`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "unused-topics",
    chapter: Chapter::new(15),
    severity: Severity::Info,
    title: "Topics that never had a record",
    scope: SubjectKind::Cluster,
    why: "They were made by a typo or for something that never came, and each costs its files and its place at every election.",
    fix: "Delete them once their owners agree: kafka-topics.sh --delete",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(read) = read_by_groups(facts, verdicts) else { return };
    let mut unused: Vec<&str> = Vec::new();
    // A topic of dead letters that is empty is as it should be.
    for topic in facts.user_topics().filter(|topic| !is_dead_letter(&topic.topic.name)) {
        let is_read =
            facts.partitions(topic).next().is_some_and(|partition| read.contains(&partition.topic()));
        let ever: Option<i64> = facts.partitions(topic).map(|partition| partition.high_watermark()).sum();
        match ever {
            _ if is_read => {}
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into())),
            Some(0) => unused.push(&topic.topic.name),
            Some(_) => {}
        }
    }
    if !unused.is_empty() {
        verdicts
            .finding(FindingSubject::cluster(), format!("never a record and no reader: {}", names(&unused)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let topic = |records| {
            given().topic("a", "", &[&[1, 2]]).log(0, 0, records).group(
                "g",
                Datum::known(1, 0, Origin::Broker),
                &[],
            )
        };
        assert_eq!(topic(0).says(&RULE), ["info cluster: never a record and no reader: a"]);
        assert!(topic(5).says(&RULE).is_empty());
        assert_eq!(
            topic(5).unread_log(0).says(&RULE),
            ["unknown topic a: unreachable: the ends of its logs"]
        );
    }
}
