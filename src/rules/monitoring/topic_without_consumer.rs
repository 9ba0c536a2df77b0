//! Topics with records of which no group has committed offsets.

use crate::model::Unknown;
use crate::rules::facts::{is_dead_letter, names, read_by_groups, retained_records};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `topic-without-consumer`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "topic-without-consumer",
    chapter: Chapter::new(11),
    severity: Severity::Info,
    title: "Topics that no group reads",
    scope: SubjectKind::Cluster,
    why: "They cost disk and network, and may belong to an application that nobody misses.",
    fix: "Find their owners; readers that keep no offsets in Kafka do not show here",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(read) = read_by_groups(facts, verdicts) else { return };
    let mut unread: Vec<&str> = Vec::new();
    for topic in facts.user_topics().filter(|topic| !is_dead_letter(&topic.topic.name)) {
        let is_read =
            facts.partitions(topic).next().is_some_and(|partition| read.contains(&partition.topic()));
        match retained_records(facts, topic) {
            _ if is_read => {}
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into())),
            Some(0) => {}
            Some(_) => unread.push(&topic.topic.name),
        }
    }
    if !unread.is_empty() {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("no group that can be seen has offsets of {}", names(&unread)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(2, 0, Origin::Broker);
        let topic =
            |records| given().topic("a", "", &[&[1, 2]]).log(0, 0, records).group("g", members(), &[]);
        assert_eq!(topic(7).says(&RULE), ["info cluster: no group that can be seen has offsets of a"]);
        assert!(topic(0).says(&RULE).is_empty());
        assert!(topic(7).group("h", members(), &[(0, 3)]).says(&RULE).is_empty());
        assert_eq!(
            topic(7).unread_log(0).says(&RULE),
            ["unknown topic a: unreachable: the ends of its logs"]
        );
    }
}
