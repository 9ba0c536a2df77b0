//! Clusters whose brokers disagree about settings of the whole cluster.

use crate::model::BrokerId;
use crate::rules::facts::{brokers_named, ids};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;

/// `broker-config-drift`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "broker-config-drift",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Brokers differ in what should be alike",
    scope: SubjectKind::Cluster,
    why: "What a topic gets and what a record may be depends on which broker leads or answers: it changes with every election.",
    fix: "Give all brokers the same value: kafka-configs.sh --entity-type brokers --entity-default, or the same file and a rolling restart",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for key in ALIKE {
        let mut values: BTreeMap<&str, Vec<BrokerId>> = BTreeMap::new();
        for broker in facts.cluster.brokers.iter().filter(|broker| facts.cluster.runs(broker.id)) {
            let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
            let datum = facts.told(&broker.config, key);
            let Some(value) = verdicts.known(&datum, subject) else { continue };
            values.entry(value.unwrap_or("null")).or_default().push(broker.id);
        }
        if values.len() > 1 {
            let words: Vec<String> =
                values.iter().map(|(value, brokers)| format!("{value} on {}", ids(brokers))).collect();
            let each = brokers_named(&values.into_values().flatten().collect::<Vec<BrokerId>>());
            let seen = Seen::from(format!("{key} is {}", words.join("; "))).by(&[key]);
            verdicts.seen_of(FindingSubject::cluster(), each, seen);
        }
    }
}

/// Settings that mean the whole cluster, whichever broker they stand on.
const ALIKE: [&str; 12] = [
    "auto.create.topics.enable",
    "compression.type",
    "default.replication.factor",
    "group.max.session.timeout.ms",
    "log.retention.bytes",
    "message.max.bytes",
    "min.insync.replicas",
    "num.partitions",
    "offsets.retention.minutes",
    "replica.lag.time.max.ms",
    "transaction.max.timeout.ms",
    "unclean.leader.election.enable",
];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let one = given().broker_config_of(3, "message.max.bytes=2097152");
        assert_eq!(one.says(&RULE), ["medium cluster: message.max.bytes is 1048588 on 1, 2; 2097152 on 3"]);
        assert!(given().says(&RULE).is_empty());
        let denied = given().denied_broker_config().says(&RULE);
        assert_eq!(denied, [NO_CONFIG]);
    }
}
