//! Topics whose indexes are too small for their segments.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `index-fills-before-segment`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "index-fills-before-segment",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Indexes are full before their segments",
    scope: SubjectKind::Topic,
    why: "A full index ends its segment: there are more files and maps than segment.bytes suggests.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config index.interval.bytes=4096,segment.index.bytes=10485760",
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
        ["segment.index.bytes", "index.interval.bytes", "segment.bytes"],
        |[index, interval, segment]| {
            let (index_bytes, interval_bytes, segment_bytes): (i64, i64, i64) =
                (index.parse().ok()?, interval.parse().ok()?, segment.parse().ok()?);
            // An entry of the time index has twelve bytes, that of the offset index eight.
            let covered = (index_bytes / 12).saturating_mul(interval_bytes);
            (covered < segment_bytes).then(|| format!("segment.index.bytes={index_bytes}, index.interval.bytes={interval_bytes}: full after {covered} bytes of {segment_bytes}"))
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
            "index.interval.bytes=512",
            "low topic a: segment.index.bytes=10485760, index.interval.bytes=512: full after 447392256 bytes of 1073741824",
            "",
        );
    }
}
