//! Brokers whose crash is noticed late.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `broker-session-timeout-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "broker-session-timeout-long",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "broker.session.timeout.ms above half a minute",
    scope: SubjectKind::Broker,
    why: "For that long after a crash its partitions have no leader, and nothing is written to them or read.",
    fix: "Set broker.session.timeout.ms=9000",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["broker.session.timeout.ms"], |[text]| {
        (text.parse::<i64>().ok()? > 30_000).then(|| format!("broker.session.timeout.ms={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "broker.session.timeout.ms=60000",
            "medium cluster: broker.session.timeout.ms=60000",
            "broker.session.timeout.ms=18000",
        );
    }
}
