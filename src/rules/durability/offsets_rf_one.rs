//! Brokers that would create the topic of offsets with fewer than three replicas.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offsets-rf-one`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offsets-rf-one",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "The topic of offsets will have too few replicas",
    scope: SubjectKind::Broker,
    why: "__consumer_offsets is not to be seen yet: the first group makes Kafka create it with this factor. With one replica losing its broker loses offsets, with two it leaves a single copy.",
    fix: "Set offsets.topic.replication.factor=3 on all brokers before the first group commits",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let exists = facts.cluster.topic_named("__consumer_offsets").is_some();
    // Who may not describe the topic does not see it: a group says that it is there.
    let used = facts.cluster.groups.get().is_some_and(|groups| !groups.is_empty());
    if exists || used || facts.broker_count().is_some_and(|count| count < 3) {
        return;
    }
    brokers_with(facts, verdicts, ["offsets.topic.replication.factor"], |[text]| {
        (text.parse::<i64>().ok()? < 3).then(|| format!("offsets.topic.replication.factor={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_brokers};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "offsets.topic.replication.factor=1",
            "high cluster: offsets.topic.replication.factor=1",
            "",
        );
        let exists = given().broker_config("offsets.topic.replication.factor=1").topic(
            "__consumer_offsets",
            "",
            &[&[1, 2, 3]],
        );
        assert!(exists.says(&RULE).is_empty());
    }
}
