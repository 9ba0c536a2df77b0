//! Topics that are flushed by the clock.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `fsync-by-time`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "fsync-by-time",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Flush every second or more often",
    scope: SubjectKind::Topic,
    why: "Every partition is forced to disk that often, whatever was written: the disk is busy with what replication across racks already gives.",
    fix: "kafka-configs.sh --alter --topic {name} --delete-config flush.ms (of the brokers: log.flush.interval.ms), unless one power failure can reach all replicas",
    needs: &[Evidence::Topics, Evidence::TopicConfig, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    // Only the brokers' scheduler looks at flush.ms, and by default it never runs.
    let key = "log.flush.scheduler.interval.ms";
    let Some(looks_ms) = facts.smallest_of_brokers(key) else { return };
    topics_with(facts, verdicts, facts.topics(), ["flush.ms"], |[text]| {
        let flush_ms = text.parse::<i64>().ok()?;
        (flush_ms.max(looks_ms) <= 1_000).then(|| format!("flush.ms={flush_ms}, {key}={looks_ms}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let topic = |text: &str| given().topic("a", text, &[&[1, 2, 3]]);
        let looked_at = |text: &str| topic(text).broker_config("log.flush.scheduler.interval.ms=500");
        assert_eq!(
            looked_at("flush.ms=1000").says(&RULE),
            ["medium topic a: flush.ms=1000, log.flush.scheduler.interval.ms=500"]
        );
        assert!(looked_at("flush.ms=60000").says(&RULE).is_empty());
        assert!(topic("flush.ms=1000").says(&RULE).is_empty(), "by default nothing looks at it");
        assert_eq!(looked_at("flush.ms=1000").denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
