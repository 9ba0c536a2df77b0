//! Brokers whose followers wait for a full answer as long as they may lag.
//!
//! A follower that has all records stays in the ISR however rarely it fetches, and with
//! `replica.fetch.min.bytes=1` the first record ends its wait: the wait alone does no harm.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `replica-fetch-wait-vs-lag`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "replica-fetch-wait-vs-lag",
    chapter: Chapter::new(1),
    severity: Severity::Medium,
    title: "Followers wait for data as long as they may lag",
    scope: SubjectKind::Broker,
    why: "Until replica.fetch.min.bytes have come together the follower lacks the records that have: a slow trickle makes it leave the ISR. A broker with a longer wait than lag does not start.",
    fix: "Set replica.fetch.min.bytes=1, or keep replica.fetch.wait.max.ms well below replica.lag.time.max.ms",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["replica.fetch.min.bytes", "replica.fetch.wait.max.ms", "replica.lag.time.max.ms"];
    brokers_with(facts, verdicts, keys, |texts| {
        let [bytes, wait_ms, lag_ms] = texts.map(|text| text.parse::<i64>().ok());
        let waits = bytes? > 1 && wait_ms? >= lag_ms?;
        let settings = keys.iter().zip(texts).map(|(key, text)| format!("{key}={text}"));
        waits.then(|| settings.collect::<Vec<_>>().join(", "))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let wait = "replica.fetch.wait.max.ms=30000";
        let found = given().broker_config_of(1, &format!("{wait}\nreplica.fetch.min.bytes=1024"));
        assert_eq!(
            found.says(&RULE),
            [format!("medium broker 1: replica.fetch.min.bytes=1024, {wait}, replica.lag.time.max.ms=30000")]
        );
        let idle = given().broker_config_of(1, wait);
        assert!(idle.says(&RULE).is_empty(), "an idle follower stays in the ISR");
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
