//! Brokers that wait very long or very short for a follower.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `replica-lag-time-extreme`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replica-lag-time-extreme",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "replica.lag.time.max.ms out of range",
    scope: SubjectKind::Broker,
    why: "Too long: a hung follower blocks acks=all for that time. Too short: the ISR shrinks and expands at every pause.",
    fix: "Set replica.lag.time.max.ms between 10000 and 30000",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["replica.lag.time.max.ms"], |[text]| {
        let lag_ms: i64 = text.parse().ok()?;
        (!(5_000..=60_000).contains(&lag_ms)).then(|| format!("replica.lag.time.max.ms={lag_ms}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let long = given().broker_config("replica.lag.time.max.ms=120000");
        assert_eq!(long.says(&RULE), ["medium cluster: replica.lag.time.max.ms=120000 on brokers 1, 2, 3"]);
        let short = given().broker_config_of(2, "replica.lag.time.max.ms=1000");
        assert_eq!(short.says(&RULE), ["medium broker 2: replica.lag.time.max.ms=1000"]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
