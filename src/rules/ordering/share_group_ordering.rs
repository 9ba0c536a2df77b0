//! Share groups, which are queues.

use crate::model::KafkaVersion;
use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `share-group-ordering`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "share-group-ordering",
    chapter: Chapter::new(10),
    severity: Severity::Info,
    title: "Share groups keep no order",
    scope: SubjectKind::Group,
    why: "Records of one partition go to several members at once, and one that is given back comes later: neither a partition nor a key is processed in order.",
    fix: "Use a consumer group where order matters",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    let shared: Vec<&str> = groups.iter().filter(|group| group.is_share()).map(|group| &*group.id).collect();
    if !shared.is_empty() {
        verdicts.finding(FindingSubject::cluster(), format!("share groups: {}", names(&shared)));
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
        let group = || given().topic("a", "", &[&[1, 2]]).group("g", members(), &[]);
        assert_eq!(group().protocol("share").says(&RULE), ["info cluster: share groups: g"]);
        assert!(group().says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
