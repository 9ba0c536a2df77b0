//! A schema registry's topic that is not compacted.

use super::offsets_topic_not_compacted::not_compacted;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `schemas-topic-not-compacted`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "schemas-topic-not-compacted",
    chapter: Chapter::new(5),
    severity: Severity::Critical,
    title: "Schema topic is not compacted",
    scope: SubjectKind::Topic,
    why: "Schema ids vanish with retention, and records that carry them can no longer be read.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config cleanup.policy=compact",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    not_compacted(facts, verdicts, |name| name == "_schemas");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("_schemas", "cleanup.policy=delete", &[&[1, 2, 3]]);
        assert_eq!(found.says(&RULE), ["critical topic _schemas: cleanup.policy=delete"]);
        let quiet = given().topic("_schemas", "cleanup.policy=compact", &[&[1]]).topic(
            "a",
            "cleanup.policy=delete",
            &[&[1]],
        );
        assert!(quiet.says(&RULE).is_empty());
        assert_eq!(given().topic("_schemas", "", &[&[1]]).denied_topic_config().says(&RULE), [NO_CONFIG]);
    }
}
