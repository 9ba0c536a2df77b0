//! Topics of offsets and of transactions with another number of partitions than configured.

use crate::knobs::KeyScope;
use crate::model::plural;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `offsets-topic-resized`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "offsets-topic-resized",
    chapter: Chapter::new(12),
    severity: Severity::Low,
    title: "A topic of Kafka's own has another size than configured",
    scope: SubjectKind::Topic,
    why: "Either the key was changed later, which does nothing, or the topic was resized. Then which partition holds the offsets of a group is another one than before: groups that moved so started where auto.offset.reset says.",
    fix: "Leave the number of partitions of {name} as it is, and set the broker's key to it so that all of them agree",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for (name, key) in SIZES {
        let Some(topic) = facts.topics().find(|topic| &*topic.topic.name == name) else { continue };
        let Some(broker) = facts.cluster.brokers.iter().find(|broker| broker.config.get().is_some()) else {
            let denied = facts.cluster.brokers.iter().find_map(|broker| broker.config.reason());
            denied.into_iter().for_each(|reason| verdicts.unknown(topic.subject(), reason));
            continue;
        };
        let set = facts.setting(KeyScope::Broker, &broker.config, key);
        let Some(set) = verdicts.known(&set, || topic.subject()) else { continue };
        if *set != topic.topic.count.to_string() {
            verdicts.finding(
                topic.subject(),
                format!("{}, {key}={set}", plural(topic.topic.count as usize, "partition")),
            );
        }
    }
}

const SIZES: [(&str, &str); 2] = [
    ("__consumer_offsets", "offsets.topic.num.partitions"),
    ("__transaction_state", "transaction.state.log.num.partitions"),
];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let sized = |count: usize| given().topic("__consumer_offsets", "", &vec![&[1, 2, 3][..]; count]);
        assert_eq!(
            sized(60).says(&RULE),
            ["low topic __consumer_offsets: 60 partitions, offsets.topic.num.partitions=50"]
        );
        assert!(sized(50).says(&RULE).is_empty());
        assert_eq!(sized(60).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
