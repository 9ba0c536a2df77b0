//! Stable groups with members that own no partition.

use crate::model::GroupState;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `idle-consumers`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "idle-consumers",
    chapter: Chapter::new(13),
    severity: Severity::Medium,
    title: "Group with idle members",
    scope: SubjectKind::Group,
    why: "There are more members than partitions: the others get none, and more instances do not help.",
    fix: "Give the topic more partitions (keys move), or run fewer members of {name}",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    for group in groups.iter().filter(|group| group.state == GroupState::Stable && !group.is_share()) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.members, subject) else { continue };
        let idle = members.iter().filter(|member| member.assigned.is_empty()).count();
        if idle > 0 && idle < members.len() {
            verdicts.finding(subject(), format!("{idle} of {} members own no partition", members.len()));
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
        let members = || Datum::known(2, 0, Origin::Broker);
        let topic = || given().topic("a", "", &[&[1, 2]]);
        let found = topic().group("g", members(), &[]).members(&[&[0], &[]]);
        assert_eq!(found.says(&RULE), ["medium group g: 1 of 2 members own no partition"]);
        assert!(topic().group("g", members(), &[]).members(&[&[0]]).says(&RULE).is_empty());
        assert_eq!(
            topic().denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
