//! Topics whose deleted files are kept.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `segment-delete-delay-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "segment-delete-delay-long",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Deleted segments stay on disk for hours",
    scope: SubjectKind::Topic,
    why: "What retention or a shorter limit has deleted still fills the disk: nothing helps quickly when it is nearly full.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config file.delete.delay.ms=60000",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(facts, verdicts, facts.topics(), ["file.delete.delay.ms"], |[text]| {
        (text.parse::<i64>().ok()? > 3_600_000).then(|| format!("file.delete.delay.ms={text}"))
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
            "file.delete.delay.ms=86400000",
            "low topic a: file.delete.delay.ms=86400000",
            "file.delete.delay.ms=60000",
        );
    }
}
