//! Topics that are cut into small segments.

use crate::rules::facts::{parts_of, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `segment-too-small`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "segment-too-small",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Segments below 16 MiB",
    scope: SubjectKind::Topic,
    why: "Each segment is several open files and memory maps: small ones use the limits of the machine up, and slow every restart.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config segment.bytes=<268435456, or a quarter of retention.bytes where that is smaller>; segment.ms bounds their age",
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
        ["cleanup.policy", "segment.bytes"],
        |[policy, text]| {
            (parts_of(policy).eq(["delete"]) && text.parse::<i64>().ok()? < 16_777_216)
                .then(|| format!("segment.bytes={text}"))
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
            "segment.bytes=1048576",
            "low topic a: segment.bytes=1048576",
            "cleanup.policy=delete",
        );
    }
}
