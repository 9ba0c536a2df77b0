//! Topics with many partitions that have hardly seen a record.

use crate::model::Unknown;
use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `tiny-topic-many-partitions`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "tiny-topic-many-partitions",
    chapter: Chapter::new(12),
    severity: Severity::Info,
    title: "Many partitions for few records",
    scope: SubjectKind::Cluster,
    why: "Each of them costs files, memory and time at every election, and small batches at the producers.",
    fix: "Give the next topic of this kind fewer partitions; a topic cannot be made narrower",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let mut tiny: Vec<&str> = Vec::new();
    for topic in facts.user_topics().filter(|topic| topic.topic.count >= MANY) {
        let ever: Option<i64> = facts.partitions(topic).map(|partition| partition.high_watermark()).sum();
        match ever {
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into())),
            Some(records) if records < 10 * i64::from(topic.topic.count) => tiny.push(&topic.topic.name),
            Some(_) => {}
        }
    }
    if !tiny.is_empty() {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("{MANY} partitions or more and hardly a record: {}", names(&tiny)),
        );
    }
}

const MANY: u32 = 50;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let wide = || {
            given().topic("a", "", &[&[1, 2][..]; 60]).log(0, 0, 100).group(
                "g",
                Datum::known(1, 0, Origin::Broker),
                &[],
            )
        };
        assert_eq!(wide().says(&RULE), ["info cluster: 50 partitions or more and hardly a record: a"]);
        assert!(wide().log(0, 0, 100_000).says(&RULE).is_empty());
        assert_eq!(wide().unread_log(1).says(&RULE), ["unknown topic a: unreachable: the ends of its logs"]);
    }
}
