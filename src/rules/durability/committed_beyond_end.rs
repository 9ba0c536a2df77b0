//! Groups whose committed offset lies beyond the end of the log.

use crate::model::human_count;
use crate::rules::facts::group_findings;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `committed-beyond-end`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "committed-beyond-end",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Committed offset beyond the end of the log",
    scope: SubjectKind::Group,
    why: "The topic was created anew, its log was cut or offsets were copied: the consumer is out of range, auto.offset.reset decides where it continues, and with latest it skips what is in the log.",
    fix: "Find out why the log is shorter, then set the offsets of {name}: kafka-consumer-groups.sh --reset-offsets",
    needs: &[Evidence::Metadata, Evidence::Offsets],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    group_findings(
        facts,
        verdicts,
        |partition| partition.high_watermark(),
        |cluster, group, offset| {
            let ahead = cluster.beyond_end(group, offset)?;
            let (name, committed) = (cluster.partition_name(offset.partition), offset.committed?);
            let (committed, end) = (human_count(committed), human_count(committed - ahead));
            Some((ahead, format!("committed {committed} on {name}, which ends at {end}")))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(1, 0, Origin::Broker);
        let log = || given().topic("a", "", &[&[1, 2], &[2, 1]]).log(0, 0, 80).log(1, 0, 1_000_000);
        let found = log().group("g", members(), &[(0, 5_136), (1, 10)]);
        assert_eq!(found.says(&RULE), ["high group g: committed 5,136 on a-0, which ends at 80"]);
        let both = log().group("g", members(), &[(0, 5_136), (1, 1_010_001)]);
        assert_eq!(
            both.says(&RULE),
            ["high group g: committed 1,010,001 on a-1, which ends at 1,000,000; so on 2 partitions"]
        );
        let race = log().group("g", members(), &[(0, 180), (1, 1_010_000)]);
        assert!(race.says(&RULE).is_empty());
        // Nobody is there who could have committed in between.
        let nobody = || Datum::known(0, 0, Origin::Broker);
        let empty = log().group("g", nobody(), &[(0, 81), (1, 1_000_000)]);
        assert_eq!(empty.says(&RULE), ["high group g: committed 81 on a-0, which ends at 80"]);
        let asked = log().group("g", nobody(), &[(0, 80)]);
        assert!(asked.says(&RULE).is_empty());
        let unread = log().unread_log(1).group("g", members(), &[(1, 7)]);
        assert_eq!(unread.says(&RULE), ["unknown group g: unreachable: offsets of a-1"]);
        let none = log().unread_log(0).unread_log(1).group("g", members(), &[(0, 7), (1, 7)]);
        assert_eq!(
            none.says(&RULE),
            ["unknown group g: unreachable: the ends of the logs, a-0 and others"],
            "asked for and not obtained"
        );
        let partly = log().unread_log(1).group("g", nobody(), &[(0, 81), (1, 7)]);
        assert_eq!(
            partly.says(&RULE),
            [
                "high group g: committed 81 on a-0, which ends at 80; more may be on partitions that were not read",
                "unknown group g: unreachable: offsets of a-1"
            ]
        );
        assert_eq!(log().denied_groups().says(&RULE), ["unknown cluster: denied, needs Describe on Group *"]);
        assert_eq!(log().says(&RULE), ["not examined: committed offsets"]);
    }
}
