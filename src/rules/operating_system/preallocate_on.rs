//! Topics whose files are written in full beforehand.

use crate::rules::facts::topics_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `preallocate-on`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "preallocate-on",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Segments take their full size at once",
    scope: SubjectKind::Topic,
    why: "Every partition occupies segment.bytes of disk from its first record on: Linux gains nothing by it.",
    fix: "kafka-configs.sh --alter --topic {name} --delete-config preallocate",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    topics_with(facts, verdicts, facts.topics(), ["preallocate"], |[on]| {
        on.eq_ignore_ascii_case("true").then(|| "preallocate=true".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_topics;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_topics(&RULE, "a", "preallocate=true", "low topic a: preallocate=true", "preallocate=false");
    }
}
