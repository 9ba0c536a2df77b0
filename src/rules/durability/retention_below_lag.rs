//! Groups whose committed offset is no longer in the log.

use crate::model::plural;
use crate::rules::facts::group_findings;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

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
    group_findings(
        facts,
        verdicts,
        |partition| partition.log_start(),
        |cluster, _, offset| {
            let records = cluster.deleted_unread(offset)?;
            let name = cluster.partition_name(offset.partition);
            let were = if records == 1 { "was" } else { "were" };
            let count = plural(records as usize, "record");
            Some((records, format!("{count} of {name} {were} deleted unread")))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Lag, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(1, 0, Origin::Broker);
        let log = || given().topic("a", "", &[&[1, 2], &[2, 1]]).log(0, 500, 900);
        let found = log().group("g", members(), &[(0, 100), (1, 0)]);
        assert_eq!(found.says(&RULE), ["critical group g: 400 records of a-0 were deleted unread"]);
        let cluster = log().group("g", members(), &[(0, 100)]).cluster();
        let lag = cluster.lag_of_group(&cluster.groups.get().unwrap()[0]);
        assert_eq!(lag, Lag::Records(400), "what is in the log, without what was deleted");
        let both = log().log(1, 30, 90).group("g", members(), &[(0, 100), (1, 0)]);
        assert_eq!(
            both.says(&RULE),
            ["critical group g: 400 records of a-0 were deleted unread; so on 2 partitions"]
        );
        assert!(log().group("g", members(), &[(0, 500)]).says(&RULE).is_empty());
        let unread = log().unread_log(1).group("g", members(), &[(0, 500), (1, 7)]);
        assert_eq!(unread.says(&RULE), ["unknown group g: unreachable: offsets of a-1"]);
        assert_eq!(log().denied_groups().says(&RULE), ["unknown cluster: denied, needs Describe on Group *"]);
        assert_eq!(log().says(&RULE), ["not examined: committed offsets"]);
    }
}
