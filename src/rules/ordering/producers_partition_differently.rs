//! Producers that were given together and disagree about partitions.

use crate::model::KafkaVersion;
use crate::rules::clients::{Client, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `producers-partition-differently`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "producers-partition-differently",
    chapter: Chapter::new(10),
    severity: Severity::Low,
    title: "Producers choose partitions in different ways",
    scope: SubjectKind::Producer,
    why: "Where two of them write to one topic the records of a key lie in two partitions: their order is lost, and joins miss half of them.",
    fix: "Give all producers of a topic the same partitioner.class and partitioner.ignore.keys",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(3, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["partitioner.class", "partitioner.ignore.keys"];
    let mut ways: BTreeMap<Vec<&str>, Vec<Client<'_>>> = BTreeMap::new();
    for producer in producers(facts.cluster) {
        if producer.readable(&keys, verdicts) {
            let way = keys.iter().map(|key| producer.text(key).get().copied().unwrap_or_default()).collect();
            ways.entry(way).or_default().push(producer);
        }
    }
    if ways.len() < 2 {
        return;
    }
    for (way, producers) in ways {
        for producer in producers {
            verdicts.finding_by(
                &["partitioner.class", "partitioner.ignore.keys"],
                producer.subject(),
                format!("{}={}, {}={}; another producer has others", keys[0], way[0], keys[1], way[1]),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let two = |other: &str| given().producer("").another_producer(other);
        let found = two("partitioner.ignore.keys=true").says(&RULE);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("low producer app.properties: partitioner.class="), "{found:?}");
        assert!(two("acks=all").says(&RULE).is_empty());
        let unknown = two("partitioner.class=${env:P}").says(&RULE);
        assert_eq!(
            unknown,
            ["unknown producer app.properties: not visible: a config provider fills in partitioner.class"]
        );
    }
}
