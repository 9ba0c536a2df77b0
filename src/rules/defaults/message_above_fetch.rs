//! Topics whose batches are larger than a follower's fetch.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `message-above-fetch`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "message-above-fetch",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Records larger than what a follower asks for",
    scope: SubjectKind::Topic,
    why: "A batch above replica.fetch.max.bytes is still copied, but alone: each one takes a fetch of its own, and the partition falls behind under load.",
    fix: "Raise replica.fetch.max.bytes of the brokers to max.message.bytes of the largest topic",
    needs: &[Evidence::Metadata, Evidence::TopicConfig, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(fetch) = facts.smallest_of_brokers("replica.fetch.max.bytes") else { return };
    topics_with(facts, verdicts, facts.user_topics(), ["max.message.bytes"], |[text]| {
        // Kafka's own defaults differ by the overhead of a batch.
        let most = text.parse::<i64>().ok()?;
        (most > fetch + OVERHEAD)
            .then(|| format!("max.message.bytes={most}, replica.fetch.max.bytes={fetch}"))
    });
}

const OVERHEAD: i64 = 64;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(
            &RULE,
            "a",
            "max.message.bytes=5242880",
            "low topic a: max.message.bytes=5242880, replica.fetch.max.bytes=1048576",
            "",
        );
    }
}
