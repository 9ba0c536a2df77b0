//! Internal topics of Kafka Streams without their group.

use crate::rules::facts::names;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `streams-topics-orphaned`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "streams-topics-orphaned",
    chapter: Chapter::new(16),
    severity: Severity::Low,
    title: "State of applications that are gone",
    scope: SubjectKind::Cluster,
    why: "No group that can be seen has their application.id: mostly an application was renamed or retired, and its changelogs stay for ever.",
    fix: "Delete them when the owner agrees: kafka-topics.sh --delete; a group without members for offsets.retention.minutes is not listed either, nor one that an ACL hides",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    let owned = |name: &str| {
        groups.iter().any(|group| name.strip_prefix(&*group.id).is_some_and(|rest| rest.starts_with('-')))
    };
    let internal = |name: &&str| name.ends_with("-changelog") || name.ends_with("-repartition");
    let topics = facts.topics().map(|topic| &*topic.topic.name).filter(internal);
    let orphaned: Vec<&str> = topics.filter(|name| !owned(name)).collect();
    if !orphaned.is_empty() {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("no group has the application.id of {}", names(&orphaned)),
        );
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
        let app = |id: &str| given().topic("app-store-changelog", "", &[&[1, 2]]).group(id, members(), &[]);
        assert_eq!(
            app("other").says(&RULE),
            ["low cluster: no group has the application.id of app-store-changelog"]
        );
        assert!(app("app").says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
