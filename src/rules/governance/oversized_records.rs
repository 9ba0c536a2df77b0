//! Topics that take very large records.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `oversized-records`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "oversized-records",
    chapter: Chapter::new(5),
    severity: Severity::Medium,
    title: "Records of more than 10 MiB",
    scope: SubjectKind::Topic,
    why: "Brokers, clients and followers hold whole batches in memory: a few large records slow everything beside them.",
    fix: "Put large payloads into an object store and send a reference",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(facts, verdicts, facts.user_topics(), ["max.message.bytes"], |[text]| {
        (text.parse::<i64>().ok()? > 10_485_760).then(|| format!("max.message.bytes={text}"))
    });
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
            "max.message.bytes=52428800",
            "medium topic a: max.message.bytes=52428800",
            "max.message.bytes=10485760",
        );
    }
}
