//! Groups without members that are behind.

use crate::model::{Group, GroupState, Lag, Unknown};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `group-empty-with-lag`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "group-empty-with-lag",
    chapter: Chapter::new(11),
    severity: Severity::Medium,
    title: "Records wait, and the group has no member",
    scope: SubjectKind::Group,
    why: "The application is down or was given up: its own metrics are silent, and retention deletes what it has not read. What assigns partitions itself (Flink, Spark) or runs now and then looks the same.",
    fix: "Start the application of {name}, or delete the group, and its offsets with it, if nobody needs it: kafka-consumer-groups.sh --delete",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    let left = |group: &&Group| {
        // Each look with the console consumer leaves such a group behind.
        group.state == GroupState::Empty && !group.id.starts_with("console-consumer-")
    };
    for group in groups.iter().filter(left) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        if verdicts.known(&group.offsets, subject).is_none() {
            continue;
        }
        match facts.cluster.lag_of_group(group) {
            Lag::Records(records) if records > 0 => {
                verdicts.finding(subject(), format!("no member, {records} records behind"))
            }
            Lag::AtLeast(records) if records > 0 => {
                verdicts.finding(subject(), format!("no member, at least {records} records behind"))
            }
            Lag::Records(_) | Lag::NoCommit => {}
            Lag::AtLeast(_) | Lag::Unknown => verdicts.unknown(subject(), &unknown_lag(group)),
        }
    }
}

fn unknown_lag(group: &Group) -> Unknown {
    let offsets = group.offsets.get().map_or(&[][..], |offsets| offsets);
    if offsets.iter().any(|offset| group.has_not_begun(offset)) {
        return Unknown::NotExposed("where share.auto.offset.reset lets it begin".into());
    }
    if offsets.iter().any(|offset| offset.is_refused) {
        return Unknown::Unreachable("committed offsets that the coordinator did not tell".into());
    }
    Unknown::Unreachable("the ends of the logs".into())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, GroupState, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(2, 0, Origin::Broker);
        let empty = |committed| {
            given()
                .topic("a", "", &[&[1, 2]])
                .log(0, 0, 10)
                .group("g", members(), &[(0, committed)])
                .group_state(GroupState::Empty)
        };
        assert_eq!(empty(4).says(&RULE), ["medium group g: no member, 6 records behind"]);
        assert!(empty(10).says(&RULE).is_empty());
        assert!(empty(4).group_state(GroupState::Stable).says(&RULE).is_empty());
        let unread = given()
            .topic("a", "", &[&[1, 2]])
            .unread_log(0)
            .group("g", members(), &[(0, 4)])
            .group_state(GroupState::Empty);
        assert_eq!(unread.says(&RULE), ["unknown group g: unreachable: the ends of the logs"]);
        let shared = empty(4).group("s", members(), &[]).not_begun(0).group_state(GroupState::Empty);
        let unknown = "unknown group s: not visible: where share.auto.offset.reset lets it begin";
        let says = shared.says(&RULE);
        assert!(says.iter().any(|line| line == unknown), "{says:?}");
    }
}
