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
    fix: "kafka-configs.sh --alter --topic {name} --delete-config flush.ms, unless one power failure can reach all replicas",
    needs: &[Evidence::Metadata, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(facts, verdicts, facts.topics(), ["flush.ms"], |[text]| {
        (text.parse::<i64>().ok()? <= 1_000).then(|| format!("flush.ms={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(&RULE, "a", "flush.ms=1000", "medium topic a: flush.ms=1000", "flush.ms=60000");
    }
}
