//! Producers that time out sooner than a stuck follower leaves the ISR.

use crate::knobs::{broker, broker_value};
use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `request-timeout-vs-replica-lag`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "request-timeout-vs-replica-lag",
    chapter: Chapter::new(2),
    severity: Severity::Medium,
    title: "request.timeout.ms below replica.lag.time.max.ms",
    scope: SubjectKind::Producer,
    why: "The producer gives the attempt up and sends again while the broker is still waiting for a follower.",
    fix: "Raise request.timeout.ms above replica.lag.time.max.ms, and delivery.timeout.ms with it: it must be at least linger.ms + request.timeout.ms",
    needs: &[Evidence::Producers, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let lag = broker_value(facts.cluster, None, &broker::REPLICA_LAG_TIME_MAX_MS)
        .map(|value| value.int().unwrap_or(0));
    let Some(lag_ms) = verdicts.known(&lag, FindingSubject::cluster) else { return };
    for producer in producers(facts.cluster) {
        let Some(timeout_ms) = producer.int("request.timeout.ms", verdicts) else { continue };
        if timeout_ms < *lag_ms {
            let seen = format!("request.timeout.ms={timeout_ms}, replica.lag.time.max.ms={lag_ms}");
            verdicts.finding_by(&["request.timeout.ms"], producer.subject(), seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().producer("request.timeout.ms=10000");
        assert_eq!(
            found.says(&RULE),
            ["medium producer app.properties: request.timeout.ms=10000, replica.lag.time.max.ms=30000"]
        );
        assert!(given().producer("").says(&RULE).is_empty());
        assert_eq!(given().producer("").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
