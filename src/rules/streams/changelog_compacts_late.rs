//! Changelogs that are long because compaction waits.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `changelog-compacts-late`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "changelog-compacts-late",
    chapter: Chapter::new(16),
    severity: Severity::Low,
    title: "Changelog is compacted late",
    scope: SubjectKind::Topic,
    why: "A member that takes over a task reads the changelog from its start: old values that were not compacted away make that longer.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config min.cleanable.dirty.ratio=0.5,segment.bytes=52428800",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.topics().filter(|topic| topic.topic.name.ends_with("-changelog")),
        // A long min.compaction.lag.ms is right for versioned stores: it keeps their history.
        ["cleanup.policy", "min.cleanable.dirty.ratio"],
        |[policy, ratio]| {
            (policy.contains("compact") && ratio.parse::<f64>().ok()? > 0.5)
                .then(|| format!("min.cleanable.dirty.ratio={ratio}"))
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
            "app-x-changelog",
            "cleanup.policy=compact\nmin.cleanable.dirty.ratio=0.8",
            "low topic app-x-changelog: min.cleanable.dirty.ratio=0.8",
            "cleanup.policy=compact\nmin.compaction.lag.ms=604800000",
        );
    }
}
