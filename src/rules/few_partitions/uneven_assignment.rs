//! Groups whose partitions are spread unevenly.

use crate::model::{GroupState, plural};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `uneven-assignment`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "uneven-assignment",
    chapter: Chapter::new(13),
    severity: Severity::Low,
    title: "Some members read twice as much as others",
    scope: SubjectKind::Group,
    why: "They do more of the work and have the lag. The range assignor does that, since it gives the first members a partition more of every topic; members that read different topics, or tasks of Kafka Streams, look the same.",
    fix: "Use CooperativeStickyAssignor (two rolling restarts) or group.protocol=consumer, or let members have partitions in equal number",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    for group in groups.iter().filter(|group| {
        group.state == GroupState::Stable && matches!(&*group.protocol, "classic" | "consumer")
    }) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.members, subject) else { continue };
        let counts = || members.iter().map(|member| member.assigned.len());
        let (Some(least), Some(most)) = (counts().min(), counts().max()) else { continue };
        // Members without any have a rule of their own.
        if least > 0 && most - least >= 2 && most >= 2 * least {
            verdicts.finding(
                subject(),
                format!("one member owns {}, another one {most}", plural(least, "partition")),
            );
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
        let group = |owned: &[&[u32]]| {
            given().topic("a", "", &[&[1, 2][..]; 5]).group("g", members(), &[]).members(owned)
        };
        assert_eq!(
            group(&[&[0, 1, 2, 3], &[4]]).says(&RULE),
            ["low group g: one member owns 1 partition, another one 4"]
        );
        assert!(group(&[&[0, 1, 2], &[3, 4]]).says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
