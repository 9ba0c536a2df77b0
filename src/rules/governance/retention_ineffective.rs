//! Topics whose segments live longer than their records should.

use crate::rules::facts::{parts_of, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `retention-ineffective`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "retention-ineffective",
    chapter: Chapter::new(5),
    severity: Severity::Low,
    title: "Records outlive their retention by days",
    scope: SubjectKind::Topic,
    why: "Whole segments are deleted, and one that is being written grows for up to segment.ms: with a slow trickle a record stays for retention.ms and that.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config segment.ms=<a tenth of retention.ms, but not below an hour>",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(
        facts,
        verdicts,
        facts.user_topics(),
        ["cleanup.policy", "retention.ms", "segment.ms"],
        |[policy, retention, segment]| {
            let (retention_ms, segment_ms): (i64, i64) = (retention.parse().ok()?, segment.parse().ok()?);
            (parts_of(policy).eq(["delete"]) && retention_ms > 0 && segment_ms / retention_ms >= 7)
                .then(|| format!("retention.ms={retention_ms}, segment.ms={segment_ms}"))
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
            "cleanup.policy=delete\nretention.ms=3600000",
            "low topic a: retention.ms=3600000, segment.ms=604800000",
            "cleanup.policy=delete\nretention.ms=3600000\nsegment.ms=600000",
        );
    }
}
