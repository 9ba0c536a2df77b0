//! Topics with many records and fewer partitions than brokers.

use crate::model::Unknown;
use crate::rules::facts::{TopicFacts, retained_records};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `partitions-fewer-than-brokers`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "partitions-fewer-than-brokers",
    chapter: Chapter::new(13),
    severity: Severity::Info,
    title: "A large topic leaves brokers idle",
    scope: SubjectKind::Topic,
    why: "It has fewer partitions than there are brokers: some of them lead none of its partitions, whatever is balanced.",
    fix: "Give a topic of this size a multiple of the brokers; more partitions move keys, so a new topic is the safe way",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let brokers = facts.cluster.brokers_up();
    let few = |topic: &&TopicFacts<'_>| topic.topic.count > 1 && (topic.topic.count as usize) < brokers;
    for topic in facts.user_topics().filter(few) {
        match retained_records(facts, topic) {
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into())),
            Some(records) if records >= BUSY => verdicts.finding(
                topic.subject(),
                format!("{} partitions, {brokers} brokers, {records} records", topic.topic.count),
            ),
            Some(_) => {}
        }
    }
}

const BUSY: i64 = 10_000_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let topic = |records| {
            given().topic("a", "", &[&[1, 2], &[2, 3]]).log(0, 0, records).group(
                "g",
                Datum::known(1, 0, Origin::Broker),
                &[],
            )
        };
        assert_eq!(
            topic(20_000_000).says(&RULE),
            ["info topic a: 2 partitions, 3 brokers, 20000000 records"]
        );
        assert!(topic(1_000).says(&RULE).is_empty());
        assert_eq!(
            topic(0).unread_log(0).says(&RULE),
            ["unknown topic a: unreachable: the ends of its logs"]
        );
    }
}
