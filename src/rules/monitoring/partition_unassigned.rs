//! Stable groups that leave partitions of their topics unread.

use crate::model::{Group, GroupState, PartitionIx, plural};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeSet;

/// `partition-unassigned`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "partition-unassigned",
    chapter: Chapter::new(11),
    severity: Severity::High,
    title: "A partition that no member of its group reads",
    scope: SubjectKind::Group,
    why: "The group is stable and reads the other partitions of the topic: what is written to this one waits until it is deleted.",
    fix: "Restart the members of {name} one by one; if it stays, look at its assignor, and at the ACL of the topic",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    let ordinary = |group: &&Group| {
        group.state == GroupState::Stable && matches!(&*group.protocol, "classic" | "consumer")
    };
    for group in groups.iter().filter(ordinary) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.members, subject) else { continue };
        let owned: BTreeSet<PartitionIx> =
            members.iter().flat_map(|member| member.assigned.iter().copied()).collect();
        if let Some(evidence) = left_out(facts, &owned) {
            verdicts.finding(subject(), evidence);
        }
    }
}

/// Partitions of topics that are read in part; the first topic is told.
fn left_out(facts: &ClusterFacts<'_>, owned: &BTreeSet<PartitionIx>) -> Option<String> {
    let topics: BTreeSet<_> = owned.iter().map(|ix| facts.cluster.partitions.view(*ix).topic()).collect();
    topics.into_iter().find_map(|ix| {
        let topic = facts.cluster.topic(ix);
        let all = (topic.first..topic.first + topic.count).map(PartitionIx);
        let unread = all.filter(|ix| !owned.contains(ix)).count();
        (unread > 0).then(|| {
            format!(
                "{unread} of {} of {} have no member",
                plural(topic.count as usize, "partition"),
                topic.name
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(2, 0, Origin::Broker);
        let two = |owned: &[&[u32]]| {
            given().topic("a", "", &[&[1, 2], &[2, 1]]).group("g", members(), &[]).members(owned)
        };
        assert_eq!(two(&[&[0], &[]]).says(&RULE), ["high group g: 1 of 2 partitions of a have no member"]);
        assert!(two(&[&[0], &[1]]).says(&RULE).is_empty());
        assert!(two(&[&[0]]).protocol("connect").says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
