//! Applications with state whose members have no fixed name.

use crate::model::KafkaVersion;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `streams-no-static-membership`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "streams-no-static-membership",
    chapter: Chapter::new(16),
    severity: Severity::Info,
    title: "Every restart is a new member of the application",
    scope: SubjectKind::Group,
    why: "Without group.instance.id the group rebalances for a member that comes back; where its disk is new or it stays away for longer, tasks move and their state is restored elsewhere.",
    fix: "Set group.instance.id for each instance of {name}, and a session.timeout.ms longer than a restart",
    needs: &[Evidence::Metadata, Evidence::Groups],
    since: Some(KafkaVersion::new(2, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let groups = facts.cluster.groups.get().map_or(&[][..], |groups| groups);
    for group in groups
        .iter()
        .filter(|group| &*group.protocol == "classic" && topics_of(facts, &group.id, "-changelog") > 0)
    {
        let subject = || FindingSubject::named(SubjectKind::Group, group.id.clone());
        let Some(members) = verdicts.known(&group.members, subject) else { continue };
        let dynamic = members.iter().filter(|member| member.instance_id.is_none()).count();
        if dynamic > 0 {
            verdicts.finding(
                subject(),
                format!("{dynamic} of {} members have no group.instance.id", members.len()),
            );
        }
    }
}

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
        let app = |id: &str| {
            given().topic("app-store-changelog", "", &[&[1, 2]]).group(id, members(), &[]).members(&[&[0]])
        };
        assert_eq!(app("app").says(&RULE), ["info group app: 1 of 1 members have no group.instance.id"]);
        assert!(app("other").says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1, 2]]).denied_groups().says(&RULE),
            ["unknown cluster: denied, needs Describe on Group *"]
        );
    }
}
