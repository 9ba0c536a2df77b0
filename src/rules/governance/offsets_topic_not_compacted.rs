//! Topics of groups, Connect and Streams that are not compacted.

use crate::model::{Datum, Origin};
use crate::rules::facts::{TopicFacts, topics_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offsets-topic-not-compacted`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offsets-topic-not-compacted",
    chapter: Chapter::new(5),
    severity: Severity::Critical,
    title: "State topic is not compacted",
    scope: SubjectKind::Topic,
    why: "Retention by time deletes the last value of keys that are no longer written: offsets, connector and table state.",
    fix: "kafka-configs.sh --alter --topic {name} --add-config cleanup.policy=compact",
    needs: &[Evidence::Topics, Evidence::TopicConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    not_compacted(facts, verdicts, keeps_state);
}

/// Topics of these names that retention deletes from.
pub(super) fn not_compacted(
    facts: &ClusterFacts<'_>,
    verdicts: &mut Verdicts<'_>,
    is_named: impl Fn(&str) -> bool,
) {
    topics_with(
        facts,
        verdicts,
        facts.topics().filter(|topic| is_named(&topic.topic.name) && has_policy(topic)),
        ["cleanup.policy"],
        |[policy]| (!policy.contains("compact")).then(|| format!("cleanup.policy={policy}")),
    );
}

/// Brokers tell every setting of a topic, and the simulator's own offsets topic has none; what a file leaves out is the
/// brokers' default.
fn has_policy(topic: &TopicFacts<'_>) -> bool {
    match &topic.topic.config {
        Datum::Known { value, from, .. } => {
            matches!(from, Origin::File(_)) || value.contains_key("cleanup.policy")
        }
        Datum::Unknown { .. } => true,
    }
}

fn keeps_state(name: &str) -> bool {
    matches!(name, "__consumer_offsets" | "connect-offsets" | "connect-configs" | "connect-status")
        || name.ends_with("-changelog")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().topic("__consumer_offsets", "cleanup.policy=delete", &[&[1, 2, 3]]);
        assert_eq!(found.says(&RULE), ["critical topic __consumer_offsets: cleanup.policy=delete"]);
        let quiet = given().topic("__consumer_offsets", "cleanup.policy=compact", &[&[1]]).topic(
            "a",
            "cleanup.policy=delete",
            &[&[1]],
        );
        assert!(quiet.says(&RULE).is_empty());
        assert_eq!(
            given().topic("__consumer_offsets", "", &[&[1]]).denied_topic_config().says(&RULE),
            [NO_CONFIG]
        );
    }
}
