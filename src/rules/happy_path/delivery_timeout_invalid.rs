//! Producers whose delivery timeout is below what one attempt may take.

use crate::knobs::delivery_timeout_of;
use crate::model::KafkaVersion;
use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `delivery-timeout-invalid`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "delivery-timeout-invalid",
    chapter: Chapter::new(2),
    severity: Severity::High,
    title: "Producer does not start: delivery.timeout.ms",
    scope: SubjectKind::Producer,
    why: "The client throws a ConfigException at start.",
    fix: "Raise delivery.timeout.ms to linger.ms + request.timeout.ms at least",
    needs: &[Evidence::Producers],
    since: Some(KafkaVersion::new(2, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for producer in producers(facts.cluster).filter(|producer| producer.sets("delivery.timeout.ms")) {
        let mut int = |key| producer.int(key, verdicts);
        let (Some(delivery), Some(linger), Some(request)) =
            (int("delivery.timeout.ms"), int("linger.ms"), int("request.timeout.ms"))
        else {
            continue;
        };
        if let Some(Err(_)) = delivery_timeout_of(producer.profile) {
            let seen =
                format!("delivery.timeout.ms={delivery} < linger.ms={linger} + request.timeout.ms={request}");
            verdicts.finding_by(
                &["delivery.timeout.ms", "request.timeout.ms", "linger.ms"],
                producer.subject(),
                seen,
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
        let found = given().producer("delivery.timeout.ms=30000");
        assert_eq!(
            found.says(&RULE),
            [
                "high producer app.properties: delivery.timeout.ms=30000 < linger.ms=5 + request.timeout.ms=30000"
            ]
        );
        assert!(given().producer("delivery.timeout.ms=30005").says(&RULE).is_empty());
        // The client's sum stops at the largest number of 32 bits.
        let capped = "delivery.timeout.ms=2147483647\nrequest.timeout.ms=2147483647";
        assert!(given().producer(capped).says(&RULE).is_empty());
        assert_eq!(
            given().producer("delivery.timeout.ms=${env:D}").says(&RULE),
            ["unknown producer app.properties: not visible: a config provider fills in delivery.timeout.ms"]
        );
    }
}
