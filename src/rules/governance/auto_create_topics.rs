//! Brokers that create a topic when somebody names it.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `auto-create-topics`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "auto-create-topics",
    chapter: Chapter::new(5),
    severity: Severity::High,
    title: "Topics are created automatically",
    scope: SubjectKind::Broker,
    why: "A typo creates a topic with default partitions and replicas, and data flows into it.",
    fix: "Set auto.create.topics.enable=false and create topics from code",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["auto.create.topics.enable"], |[on]| {
        on.eq_ignore_ascii_case("true").then(|| "auto.create.topics.enable=true".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().says(&RULE), ["high cluster: auto.create.topics.enable=true on brokers 1, 2, 3"]);
        assert!(given().broker_config("auto.create.topics.enable=false").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
