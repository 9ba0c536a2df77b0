//! Share groups on brokers that have no dead letters for them.

use crate::model::KafkaVersion;
use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `share-group-silent-archive`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "share-group-silent-archive",
    chapter: Chapter::new(4),
    severity: Severity::Info,
    title: "Share groups give records up without a dead letter",
    scope: SubjectKind::Group,
    why: "After group.share.delivery.count.limit deliveries a record that nobody accepted is archived: before 4.4 there is no topic of dead letters, and nothing says that it was.",
    fix: "Reject what cannot be processed and write it to a topic of your own before the last delivery",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: Some(KafkaVersion::new(4, 4, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
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
        let members = || Datum::known(1, 0, Origin::Broker);
        let topic = || given().topic("a", "", &[&[1, 2]]);
        assert!(topic().group("g", members(), &[]).says(&RULE).is_empty());
        let shared = topic().group("g", members(), &[]).protocol("share");
        assert_eq!(shared.says(&RULE), ["info cluster: share groups: g"]);
        assert_eq!(
            topic().denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
