//! Groups whose committed offset is no longer in the log.

use crate::model::human_count;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `retention-below-lag`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retention-below-lag",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Data was deleted before it was read",
    scope: SubjectKind::Group,
    why: "The records between the committed offset and the start of the log are gone; auto.offset.reset decides where the group continues, without an error.",
    fix: "Raise the retention of the topic, or make {name} faster",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    for group in groups.iter() {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(offsets) = verdicts.known(&group.offsets, subject) else { continue };
        let lost = offsets.iter().filter_map(|offset| {
            let start = facts.cluster.partitions.view(offset.partition).log_start()?;
            let behind = start - offset.committed?;
            (behind > 0).then_some((behind, offset.partition))
        });
        let (count, worst) = lost.fold((0, None), |(count, worst), lost| (count + 1, worst.max(Some(lost))));
        if let Some((records, partition)) = worst {
            let name = facts.cluster.partition_name(partition);
            let seen = format!("{} records of {name} were deleted unread", human_count(records));
            verdicts.finding(subject(), if count > 1 { format!("{seen}; {count} partitions") } else { seen });
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
        let log = || given().topic("a", "", &[&[1, 2], &[2, 1]]).log(0, 500, 900);
        let found = log().group("g", members(), &[(0, 100), (1, 0)]);
        assert_eq!(found.says(&RULE), ["critical group g: 400 records of a-0 were deleted unread"]);
        assert!(log().group("g", members(), &[(0, 500)]).says(&RULE).is_empty());
        assert_eq!(log().denied_groups().says(&RULE), ["unknown cluster: denied, needs Describe on Group *"]);
        assert_eq!(log().says(&RULE), ["not examined: committed offsets"]);
    }
}
