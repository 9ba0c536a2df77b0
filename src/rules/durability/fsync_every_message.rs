//! Topics that flush after a thousand records or fewer.

use crate::knobs::{topic, topic_value};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fsync-every-message`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fsync-every-message",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Flush on every message",
    scope: SubjectKind::Topic,
    why: "Leader and followers fsync each partition during the append: latency and throughput pay for what replication across racks already gives.",
    fix: "Leave flush.messages at its default, unless one power failure can reach all replicas",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for topic in facts.topics() {
        let every = topic_value(facts.cluster, topic.topic, &topic::FLUSH_MESSAGES)
            .map(|value| value.int().unwrap_or(i64::MAX));
        if let Some(records) = verdicts.known(&every, || topic.subject()).filter(|records| **records <= 1000)
        {
            verdicts.finding_by(&["flush.messages"], topic.subject(), format!("flush.messages={records}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("a", "flush.messages=1", &[&[1, 2]]).topic("b", "", &[&[1, 2]]);
        assert_eq!(found.says(&RULE), ["medium topic a: flush.messages=1"]);
        let broker = given().broker_config("log.flush.interval.messages=1000").topic("a", "", &[&[1, 2]]);
        assert_eq!(broker.says(&RULE), ["medium topic a: flush.messages=1000"]);
        assert!(given().topic("a", "", &[&[1, 2]]).says(&RULE).is_empty());
        assert_eq!(given().topic("a", "", &[&[1]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
