//! Applications with more than twenty internal topics.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `streams-topics-many`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "streams-topics-many",
    chapter: Chapter::new(16),
    severity: Severity::Low,
    title: "An application with many topics of its own",
    scope: SubjectKind::Group,
    why: "Each store and each repartition step has one: files and elections for all, and a restore that goes through them one after the other.",
    fix: "Name and merge the stores and steps of {name}, and try topology.optimization=all (it changes the topology: reset the application)",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    for group in groups {
        let own = topics_of(facts, &group.id, "-changelog") + topics_of(facts, &group.id, "-repartition");
        if own > MANY {
            verdicts.finding(
                FindingSubject::named(SubjectKind::Group, group.id.clone()),
                format!("{own} changelog and repartition topics"),
            );
        }
    }
}

const MANY: usize = 20;

/// The groups of applications that keep state: `application.id` is the group's id and the prefix of its topics.
fn topics_of(facts: &ClusterFacts<'_>, group: &str, end: &str) -> usize {
    let own = |name: &str| {
        name.strip_prefix(group).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(end))
    };
    facts.topics().filter(|topic| own(&topic.topic.name)).count()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = || Datum::known(2, 0, Origin::Broker);
        let app = |count: usize| {
            (0..count)
                .fold(given(), |given, at| given.topic(&format!("app-s{at}-changelog"), "", &[&[1, 2]]))
                .group("app", members(), &[])
        };
        assert_eq!(app(21).says(&RULE), ["low group app: 21 changelog and repartition topics"]);
        assert!(app(20).says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
