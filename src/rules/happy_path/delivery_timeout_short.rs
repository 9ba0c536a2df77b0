//! Producers that give up before a crashed leader is replaced.

use crate::knobs::{Value, broker, broker_value};
use crate::model::KafkaVersion;
use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `delivery-timeout-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "delivery-timeout-short",
    chapter: Chapter::new(2),
    severity: Severity::Medium,
    title: "delivery.timeout.ms shorter than a failover",
    scope: SubjectKind::Producer,
    why: "A crash is noticed after the broker session and a new leader must be found: a shorter timeout turns every failover into errors.",
    fix: "Set delivery.timeout.ms to 120000, or to what the business can wait",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(2, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let session_ms = session_timeout_ms(facts);
    for producer in producers(facts.cluster).filter(|producer| producer.sets("delivery.timeout.ms")) {
        let Some(timeout_ms) = producer.int("delivery.timeout.ms", verdicts) else { continue };
        let needed_ms = session_ms + FIND_LEADER_MS;
        if timeout_ms < needed_ms {
            verdicts.finding_by(
                &["delivery.timeout.ms"],
                producer.subject(),
                format!("delivery.timeout.ms={timeout_ms}, a failover may take {needed_ms}"),
            );
        }
    }
}

/// Until the client has noticed, asked for metadata and sent again.
const FIND_LEADER_MS: i64 = 11_000;

/// `broker.session.timeout.ms` of the cluster, or Kafka's default where nobody asked or it has none.
fn session_timeout_ms(facts: &ClusterFacts<'_>) -> i64 {
    let value = broker_value(facts.cluster, None, &broker::BROKER_SESSION_TIMEOUT_MS);
    value.get().and_then(Value::int).unwrap_or(9_000)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("delivery.timeout.ms=15000\nrequest.timeout.ms=5000");
        assert_eq!(
            found.says(&RULE),
            ["medium producer app.properties: delivery.timeout.ms=15000, a failover may take 20000"]
        );
        assert!(given().producer("delivery.timeout.ms=120000").says(&RULE).is_empty());
        assert!(given().producer("").says(&RULE).is_empty());
        let patient =
            given().broker_config("broker.session.timeout.ms=60000").producer("delivery.timeout.ms=60000");
        assert_eq!(patient.says(&RULE).len(), 1);
        assert_eq!(
            given().producer("delivery.timeout.ms=${env:D}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in delivery.timeout.ms"]
        );
    }
}
