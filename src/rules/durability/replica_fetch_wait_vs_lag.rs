//! Brokers whose followers may wait for data longer than they may lag.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, Evidence, Facts, Rule, Severity, SubjectKind, Verdicts};

/// `replica-fetch-wait-vs-lag`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replica-fetch-wait-vs-lag",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Idle followers leave the ISR",
    scope: SubjectKind::Broker,
    why: "A follower of an idle partition fetches too rarely to stay in sync.",
    fix: "Keep replica.fetch.wait.max.ms well below replica.lag.time.max.ms",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &Facts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["replica.fetch.wait.max.ms", "replica.lag.time.max.ms"];
    brokers_with(facts, verdicts, keys, |[wait, lag]| {
        let (wait_ms, lag_ms): (i64, i64) = (wait.parse().ok()?, lag.parse().ok()?);
        (wait_ms >= lag_ms)
            .then(|| format!("replica.fetch.wait.max.ms={wait_ms}, replica.lag.time.max.ms={lag_ms}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(1, "replica.fetch.wait.max.ms=30000");
        assert_eq!(
            found.says(&RULE),
            ["medium broker 1: replica.fetch.wait.max.ms=30000, replica.lag.time.max.ms=30000"]
        );
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
