//! Brokers that choose replicas by rack and have none.

use crate::model::KafkaVersion;
use crate::rules::facts::each_broker;
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `rack-selector-without-racks`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rack-selector-without-racks",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "Rack-aware reading without racks",
    scope: SubjectKind::Broker,
    why: "Without broker.rack no replica is nearby: every consumer reads from leaders all the same.",
    fix: "Set broker.rack on every broker, or remove replica.selector.class",
    needs: &[Evidence::Metadata, Evidence::Racks, Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(2, 4, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    each_broker(facts, verdicts, |broker, verdicts| {
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let rack = verdicts.known(&broker.rack, subject)?;
        let selector = facts.told(&broker.config, "replica.selector.class");
        let class = verdicts.known(&selector, subject).copied()??;
        (rack.is_none() && class.contains("RackAware")).then(|| {
            Seen::from(format!("no broker.rack, replica.selector.class={class}"))
                .by(&["replica.selector.class"])
        })
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let class = "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector";
        let none = given().racks(&["", "", ""]).broker_config(class).says(&RULE);
        assert_eq!(
            none,
            [
                "low cluster: no broker.rack, replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector on brokers 1, 2, 3"
            ]
        );
        assert!(given().broker_config(class).says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
