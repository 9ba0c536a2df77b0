//! Consumers that do not say their rack although brokers would use it.

use crate::model::KafkaVersion;
use crate::rules::clients::consumers;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `client-rack-missing`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-rack-missing",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Consumer reads across racks",
    scope: SubjectKind::Consumer,
    why: "The brokers would let it read from a replica nearby, but it does not say where it is: its traffic crosses racks, which costs latency and often money.",
    fix: "Set client.rack to the broker.rack of the brokers beside it",
    needs: &[Evidence::Metadata, Evidence::Racks, Evidence::BrokerConfig, Evidence::Consumers],
    since: Some(KafkaVersion::new(2, 4, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    match facts.racks() {
        Ok(racks) if racks.len() < 2 => return,
        Ok(_) => {}
        Err(reason) => return verdicts.unknown(FindingSubject::cluster(), reason),
    }
    let mut selects = false;
    for broker in facts.cluster.brokers.iter() {
        let told = facts.told(&broker.config, SELECTOR);
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let class = verdicts.known(&told, subject).copied().flatten();
        selects |= class.is_some_and(|class| class.contains("RackAware"));
    }
    if !selects {
        return;
    }
    for consumer in consumers(facts.cluster) {
        let Some(rack) = consumer.get("client.rack", verdicts) else { continue };
        if rack.is_empty() {
            verdicts.finding_by(
                &["client.rack"],
                consumer.subject(),
                "client.rack is not set, the brokers have a rack-aware replica.selector.class",
            );
        }
    }
}

const SELECTOR: &str = "replica.selector.class";

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let brokers = || {
            given().broker_config(
                "replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector",
            )
        };
        let seen = "medium consumer app.properties: client.rack is not set, the brokers have a rack-aware replica.selector.class";
        assert_eq!(brokers().consumer("").says(&RULE), [seen]);
        assert!(brokers().consumer("client.rack=a").says(&RULE).is_empty());
        assert!(given().consumer("").says(&RULE).is_empty());
        let unread = brokers().unknown_racks().consumer("");
        assert_eq!(unread.says(&RULE), ["unknown cluster: unreachable: broker 1"]);
        assert_eq!(given().consumer("").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
