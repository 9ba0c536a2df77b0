//! Brokers that ZooKeeper gives up after a short silence.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_told;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-session-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-session-short",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "Short sessions with ZooKeeper",
    scope: SubjectKind::Broker,
    why: "A garbage collection of a few seconds ends the session: the broker counts as dead, and its leaders move.",
    fix: "Set zookeeper.session.timeout.ms=18000",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: Some(KafkaVersion::new(4, 0, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(
        facts,
        verdicts,
        ["zookeeper.connect", "zookeeper.session.timeout.ms"],
        |[connect, text]| {
            connect.filter(|connect| !connect.is_empty())?;
            let session_ms = text?.parse::<i64>().ok()?;
            (session_ms < 10_000).then(|| format!("zookeeper.session.timeout.ms={session_ms}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with =
            |text: &str| given().version("3.6").broker_config(&format!("zookeeper.connect=zk1:2181\n{text}"));
        assert_eq!(
            with("zookeeper.session.timeout.ms=6000").says(&RULE),
            ["medium cluster: zookeeper.session.timeout.ms=6000 on brokers 1, 2, 3"]
        );
        assert!(with("").says(&RULE).is_empty());
        assert_eq!(given().version("3.6").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
