//! Topics and brokers that allow unclean leader election.

use crate::knobs::{topic, topic_value};
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `unclean-election-enabled`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "unclean-election-enabled",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Unclean leader election is on",
    scope: SubjectKind::Topic,
    why: "When no in-sync replica is left, a stale one becomes leader, and the acknowledged records that it lacks are lost.",
    fix: "Set unclean.leader.election.enable=false",
    needs: &[Evidence::TopicDefaults],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        let enabled = topic_value(facts.cluster, topic.topic, &topic::UNCLEAN_LEADER_ELECTION_ENABLE)
            .map(|value| value.bool() == Some(true));
        if verdicts.known(&enabled, || topic.subject()) == Some(&true) {
            verdicts.finding_by(
                &["unclean.leader.election.enable"],
                topic.subject(),
                "unclean.leader.election.enable=true",
            );
        }
    }
    if facts.cluster.is_of_files() {
        brokers_with(facts, verdicts, ["unclean.leader.election.enable"], |[on]| {
            on.eq_ignore_ascii_case("true").then(|| "unclean.leader.election.enable=true".to_string())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found =
            given().topic("a", "unclean.leader.election.enable=true", &[&[1, 2]]).topic("b", "", &[&[1, 2]]);
        assert_eq!(found.says(&RULE), ["critical topic a: unclean.leader.election.enable=true"]);
        let from_broker =
            given().broker_config("unclean.leader.election.enable=true").topic("a", "", &[&[1, 2]]);
        assert_eq!(from_broker.says(&RULE), ["critical topic a: unclean.leader.election.enable=true"]);
        assert!(given().topic("a", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(
            given().topic("a", "", &[&[1]]).denied_topic_config().says(&RULE),
            ["unknown topic a: denied, needs DescribeConfigs on Topic *"]
        );
    }
}
