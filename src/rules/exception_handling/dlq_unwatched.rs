//! Topics of dead letters that hold records and have no reader.

use crate::model::Unknown;
use crate::rules::facts::{is_dead_letter, read_by_groups, retained_records};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `dlq-unwatched`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "dlq-unwatched",
    chapter: Chapter::new(4),
    severity: Severity::Medium,
    title: "Nobody reads the dead letters",
    scope: SubjectKind::Topic,
    why: "Records that could not be processed lie there, and no group that can be seen has read any: the failures are lost without a sound.",
    fix: "Give {name} an owner: an alert when its end moves, and a consumer that repairs and replays",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let dead: Vec<_> = facts.user_topics().filter(|topic| is_dead_letter(&topic.topic.name)).collect();
    if dead.is_empty() {
        return;
    }
    let Some(read) = read_by_groups(facts, verdicts) else { return };
    for topic in dead {
        let is_read =
            facts.partitions(topic).next().is_some_and(|partition| read.contains(&partition.topic()));
        match retained_records(facts, topic) {
            _ if is_read => {}
            None => verdicts.unknown(topic.subject(), &Unknown::Unreachable("the ends of its logs".into())),
            Some(0) => {}
            Some(records) => verdicts
                .finding(topic.subject(), format!("{records} records, and no group has committed an offset")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(1, 0, Origin::Broker);
        let dead = |records| {
            given().topic("orders.dlq", "", &[&[1, 2]]).log(0, 0, records).group("g", members(), &[])
        };
        assert_eq!(
            dead(7).says(&RULE),
            ["medium topic orders.dlq: 7 records, and no group has committed an offset"]
        );
        assert!(dead(0).says(&RULE).is_empty());
        assert!(dead(7).group("repair", members(), &[(0, 3)]).says(&RULE).is_empty());
        assert_eq!(
            dead(7).unread_log(0).says(&RULE),
            ["unknown topic orders.dlq: unreachable: the ends of its logs"]
        );
    }
}
