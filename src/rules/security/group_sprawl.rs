//! Clusters with many groups whose names differ in an id only.

use crate::rules::facts::{families, names};
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `group-sprawl`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "group-sprawl",
    chapter: Chapter::new(6),
    severity: Severity::Low,
    title: "Groups by the hundred",
    scope: SubjectKind::Cluster,
    why: "Names of groups that hold a number or an id are made anew at each start: their offsets pile up in __consumer_offsets, and nobody sees the lag of the one that counts.",
    fix: "Give each application one stable group.id, and delete the old groups: kafka-consumer-groups.sh --delete",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    for family in families(groups.iter().map(|group| &*group.id), MANY) {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("{} groups like {}: {}", family.members.len(), family.stem, names(&family.members)),
        );
    }
}

const MANY: usize = 100;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(1, 0, Origin::Broker);
        let sprawl = |count: usize| {
            (0..count).fold(given().topic("a", "", &[&[1, 2]]), |given, at| {
                given.group(&format!("app-{at}"), members(), &[])
            })
        };
        assert_eq!(
            sprawl(100).says(&RULE),
            ["low cluster: 100 groups like app-#: app-0, app-1, app-2, ... (100)"]
        );
        assert!(sprawl(99).says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
