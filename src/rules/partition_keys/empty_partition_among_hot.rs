//! Topics of which some partitions are empty and the others are not.

use crate::model::Unknown;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `empty-partition-among-hot`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "empty-partition-among-hot",
    chapter: Chapter::new(14),
    severity: Severity::Low,
    title: "Partitions that never got a record",
    scope: SubjectKind::Topic,
    why: "The others hold many: the key has too few values, a partitioner of one's own leaves them out, or they have just been added.",
    fix: "Look at what the producers of {name} use as a key and as partitioner.class",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.user_topics().filter(|topic| topic.topic.count >= 3) {
        let Some(ends) =
            facts.partitions(topic).map(|partition| partition.high_watermark()).collect::<Option<Vec<i64>>>()
        else {
            verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into()));
            continue;
        };
        let (empty, total) = (ends.iter().filter(|end| **end == 0).count(), ends.iter().sum::<i64>());
        if empty > 0 && total >= MANY * ends.len() as i64 {
            verdicts.finding(
                topic.subject(),
                format!("{empty} of {} partitions never had a record, the others had {total}", ends.len()),
            );
        }
    }
}

/// Records a partition, on average, of which something follows.
const MANY: i64 = 10_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let topic = |last| {
            given()
                .topic("a", "", &[&[1, 2][..]; 3])
                .log(0, 0, 50_000)
                .log(1, 0, 50_000)
                .log(2, 0, last)
                .group("g", Datum::known(1, 0, Origin::Broker), &[])
        };
        assert_eq!(
            topic(0).says(&RULE),
            ["low topic a: 1 of 3 partitions never had a record, the others had 100000"]
        );
        assert!(topic(5).says(&RULE).is_empty());
        assert_eq!(
            topic(0).unread_log(0).says(&RULE),
            ["unknown topic a: unreachable: the ends of its logs"]
        );
    }
}
