//! Clients whose idle connections the brokers close first.

use crate::model::Unknown;
use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `idle-timeout-above-broker`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "idle-timeout-above-broker",
    chapter: Chapter::new(2),
    severity: Severity::Low,
    title: "Client keeps idle connections longer than the brokers",
    scope: SubjectKind::Producer,
    why: "The broker closes the connection first: the next request after a pause meets a closed one and is sent again.",
    fix: "Leave connections.max.idle.ms of the client below that of the brokers",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let told_ms = facts.smallest_of_brokers(KEY);
    if told_ms.is_none() && !facts.cluster.brokers.is_empty() {
        for producer in producers(facts.cluster).filter(|producer| producer.sets(KEY)) {
            verdicts.unknown(producer.subject(), &Unknown::NotExposed(format!("{KEY} of the brokers")));
        }
        return;
    }
    let brokers_ms = told_ms.unwrap_or(DEFAULT_MS);
    clients_with(producers(facts.cluster), verdicts, [KEY], |[text]| {
        let idle_ms = text.parse::<i64>().ok()?;
        let outlives = brokers_ms >= 0 && (idle_ms < 0 || idle_ms > brokers_ms);
        outlives.then(|| format!("connections.max.idle.ms={idle_ms}, of the brokers {brokers_ms}"))
    });
}

const KEY: &str = "connections.max.idle.ms";

/// What brokers have by default, where no cluster was given.
const DEFAULT_MS: i64 = 600_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{given, on_producers};

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "connections.max.idle.ms=900000",
            "low producer app.properties: connections.max.idle.ms=900000, of the brokers 600000",
            "connections.max.idle.ms=300000",
        );
        let patient = given()
            .broker_config("connections.max.idle.ms=1000000")
            .producer("connections.max.idle.ms=900000");
        assert!(patient.says(&RULE).is_empty());
        let denied = given().producer("connections.max.idle.ms=900000").denied_broker_config();
        assert_eq!(
            denied.says(&RULE),
            ["unknown producer app.properties: not visible: connections.max.idle.ms of the brokers"]
        );
    }
}
