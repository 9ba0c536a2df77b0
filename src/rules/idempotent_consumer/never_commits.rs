//! Groups whose members own partitions with records and have committed none.

use crate::model::{GroupState, PartitionIx, plural};
use crate::rules::facts::refused_commit;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `never-commits`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "never-commits",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Group that has never committed",
    scope: SubjectKind::Group,
    why: "After a restart it starts where auto.offset.reset says: it reads everything again, or skips what came meanwhile.",
    fix: "Let {name} commit after processing: enable.auto.commit=true, or commitSync() after each poll; nothing is to be done if it keeps its offsets elsewhere",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    for group in groups.iter().filter(|group| group.state == GroupState::Stable && !group.is_share()) {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.members, subject) else { continue };
        let Some(offsets) = verdicts.known(&group.offsets, subject) else { continue };
        let owned = members
            .iter()
            .flat_map(|member| &member.assigned)
            .filter(|ix| holds_records(facts, **ix))
            .count();
        if owned == 0 || offsets.iter().any(|offset| offset.committed.is_some()) {
            continue;
        }
        if let Some(refused) = offsets.iter().find(|offset| offset.is_refused) {
            verdicts.unknown(subject(), &refused_commit(facts.cluster, refused.partition));
        } else {
            verdicts.finding(
                subject(),
                format!(
                    "its members own {} with records, and no offset is committed",
                    plural(owned, "partition")
                ),
            );
        }
    }
}

fn holds_records(facts: &ClusterFacts<'_>, ix: PartitionIx) -> bool {
    let partition = facts.cluster.partitions.view(ix);
    partition.high_watermark().zip(partition.log_start()).is_some_and(|(end, start)| end > start)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(1, 0, Origin::Broker);
        let topic = || given().topic("a", "", &[&[1, 2]]).log(0, 0, 10);
        let found = topic().group("g", members(), &[]).members(&[&[0]]).says(&RULE);
        assert_eq!(
            found,
            ["medium group g: its members own 1 partition with records, and no offset is committed"]
        );
        assert!(topic().group("g", members(), &[(0, 5)]).members(&[&[0]]).says(&RULE).is_empty());
        assert_eq!(
            topic().denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
