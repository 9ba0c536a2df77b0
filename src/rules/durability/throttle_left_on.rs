//! Topics whose replicas are throttled.

use crate::rules::facts::{parts_of, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `throttle-left-on`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "throttle-left-on",
    chapter: Chapter::new(1),
    severity: Severity::Low,
    title: "Replication throttle is set",
    scope: SubjectKind::Topic,
    why: "A throttle that a finished move left behind holds followers back for good, as long as the brokers have a rate: after a restart they may never catch up.",
    fix: "When kafka-reassign-partitions.sh --list shows no move in progress: kafka-configs.sh --alter --topic {name} --delete-config leader.replication.throttled.replicas,follower.replication.throttled.replicas",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.topics(),
        ["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"],
        |[leader, follower]| {
            let set = |list| parts_of(list).next().is_some();
            let keys = match (set(leader), set(follower)) {
                (false, false) => return None,
                (true, false) => "leader.replication.throttled.replicas is set",
                (false, true) => "follower.replication.throttled.replicas is set",
                (true, true) => {
                    "leader.replication.throttled.replicas and follower.replication.throttled.replicas are set"
                }
            };
            Some(keys.to_string())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "a",
            "follower.replication.throttled.replicas=*",
            "low topic a: follower.replication.throttled.replicas is set",
            "leader.replication.throttled.replicas=",
        );
    }
}
