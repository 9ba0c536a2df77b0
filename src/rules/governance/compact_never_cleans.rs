//! Compacted topics that the cleaner passes over.

use crate::model::KafkaVersion;
use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `compact-never-cleans`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "compact-never-cleans",
    chapter: Chapter::new(5),
    severity: Severity::Medium,
    title: "Compaction hardly ever runs",
    scope: SubjectKind::Topic,
    why: "The cleaner waits until this share of the log is dirty: deletions take effect late or never, and a restart reads all the old values.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config min.cleanable.dirty.ratio=0.5, or bound the wait with max.compaction.lag.ms",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: Some(KafkaVersion::new(2, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.topics(),
        ["cleanup.policy", "min.cleanable.dirty.ratio", "max.compaction.lag.ms"],
        |[policy, ratio, lag]| {
            let waits = ratio.parse::<f64>().ok()? > 0.8 && lag.parse::<i64>().ok()? == i64::MAX;
            (waits && policy.contains("compact")).then(|| format!("min.cleanable.dirty.ratio={ratio}"))
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
            "cleanup.policy=compact\nmin.cleanable.dirty.ratio=0.95",
            "medium topic a: min.cleanable.dirty.ratio=0.95",
            "cleanup.policy=compact\nmin.cleanable.dirty.ratio=0.95\nmax.compaction.lag.ms=86400000",
        );
    }
}
