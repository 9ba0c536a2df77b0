//! Topics of one partition with many records.

use crate::model::Unknown;
use crate::rules::facts::retained_records;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `single-partition-topic`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "single-partition-topic",
    chapter: Chapter::new(13),
    severity: Severity::Info,
    title: "A large topic with one partition",
    scope: SubjectKind::Topic,
    why: "One broker and one member of each group do all the work, and nothing can be added.",
    fix: "Write to a new topic with more partitions and move the readers over; order is then kept for each key",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.user_topics().filter(|topic| topic.topic.count == 1) {
        match retained_records(facts, topic) {
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its log".into())),
            Some(records) if records >= BUSY => {
                verdicts.finding(topic.subject(), format!("1 partition, {records} records"))
            }
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
            given().topic("a", "", &[&[1, 2]]).log(0, 0, records).group(
                "g",
                Datum::known(1, 0, Origin::Broker),
                &[],
            )
        };
        assert_eq!(topic(20_000_000).says(&RULE), ["info topic a: 1 partition, 20000000 records"]);
        assert!(topic(1_000).says(&RULE).is_empty());
        assert_eq!(topic(0).unread_log(0).says(&RULE), ["unknown topic a: unreachable: the ends of its log"]);
    }
}
