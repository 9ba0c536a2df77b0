//! Topics of groups, Connect and Streams that are not compacted.

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
    for topic in facts.topics().filter(|topic| keeps_state(&topic.topic.name)) {
        let Some(config) = verdicts.known(&topic.topic.config, || topic.subject()) else { continue };
        let policy = config.get("cleanup.policy").and_then(|entry| entry.value.as_deref());
        if let Some(policy) = policy.filter(|policy| !policy.contains("compact")) {
            verdicts.finding_by(&["cleanup.policy"], topic.subject(), format!("cleanup.policy={policy}"));
        }
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
