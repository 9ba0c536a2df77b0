//! Topics whose records crowd in one partition.

use crate::knobs::KeyScope;
use crate::model::Unknown;
use crate::rules::facts::retained_records;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `hot-partition`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "hot-partition",
    chapter: Chapter::new(14),
    severity: Severity::Medium,
    title: "One partition holds far more records than the others",
    scope: SubjectKind::Topic,
    why: "One broker and one member carry the topic, and more partitions do not help: the records of a key stay together.",
    fix: "Choose a key with more values, or add a part to the key of the few that are so frequent",
    needs: &[Evidence::Metadata, Evidence::TopicConfig, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.user_topics().filter(|topic| topic.topic.count >= 3) {
        let datum = facts.setting(KeyScope::Topic, &topic.topic.config, "cleanup.policy");
        // After compaction offsets do not count records.
        if verdicts.known(&datum, || topic.subject()).is_none_or(|policy| policy.contains("compact")) {
            continue;
        }
        let Some(total) = retained_records(facts, topic) else {
            verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into()));
            continue;
        };
        let spans = facts.partitions(topic).filter_map(|partition| {
            Some((partition.high_watermark()? - partition.log_start()?, partition.number()))
        });
        let Some((most, number)) = spans.max() else { continue };
        // More than four times the mean of the others.
        if total >= MANY && most * (i64::from(topic.topic.count) - 1) > 4 * (total - most) {
            verdicts.finding(
                topic.subject(),
                format!(
                    "partition {number} has {most} of {total} records, {} of them are shared by {}",
                    total - most,
                    topic.topic.count - 1
                ),
            );
        }
    }
}

/// Of fewer records nothing follows.
const MANY: i64 = 100_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let topic = |records| {
            (0..4)
                .fold(given().topic("a", "", &[&[1, 2][..]; 5]), |given, at| given.log(at, 0, 10_000))
                .log(4, 0, records)
                .group("g", Datum::known(1, 0, Origin::Broker), &[])
        };
        assert_eq!(
            topic(200_000).says(&RULE),
            ["medium topic a: partition 4 has 200000 of 240000 records, 40000 of them are shared by 4"]
        );
        assert!(topic(70_000).log(0, 0, 40_000).says(&RULE).is_empty());
        assert_eq!(
            topic(1).unread_log(0).says(&RULE),
            ["unknown topic a: unreachable: the ends of its logs"]
        );
    }
}
