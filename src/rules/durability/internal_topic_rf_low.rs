//! Topics in which Kafka and its tools keep their own state, with fewer than 3 replicas.

use crate::rules::facts::is_state_topic;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `internal-topic-rf-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "internal-topic-rf-low",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Internal topic with too few replicas",
    scope: SubjectKind::Topic,
    why: "Losing this topic loses every group's offsets, every open transaction or every schema.",
    fix: "Reassign {name} to 3 replicas: kafka-reassign-partitions.sh",
    needs: &[Evidence::Topics],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let wanted = facts.broker_count().map_or(3, |count| count.min(3));
    let internal = facts.topics().filter(|topic| topic.topic.internal || is_state_topic(&topic.topic.name));
    for topic in internal.filter(|topic| topic.topic.count > 0 && topic.narrowest < wanted) {
        let possible = facts.broker_count().map_or(String::new(), |_| format!(", {wanted} is possible"));
        let seen = format!("replication factor {}{possible}", topic.narrowest);
        let fix = facts.brokers_first("reassign {name} to 3 replicas: kafka-reassign-partitions.sh");
        verdicts.finding_by(&["replication.factor"], topic.subject(), Seen { fix, ..Seen::from(seen) });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given()
            .topic("__consumer_offsets", "", &[&[1]])
            .topic("app-changelog", "", &[&[1, 2]])
            .says(&RULE);
        let expected = [
            "critical topic __consumer_offsets: replication factor 1, 3 is possible",
            "critical topic app-changelog: replication factor 2, 3 is possible",
        ];
        assert_eq!(found, expected);
        assert!(
            given()
                .topic("__consumer_offsets", "", &[&[1, 2, 3]])
                .topic("a", "", &[&[1]])
                .says(&RULE)
                .is_empty()
        );
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
