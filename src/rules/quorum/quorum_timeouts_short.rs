//! Quorums that elect at every pause.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `quorum-timeouts-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "quorum-timeouts-short",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "Controllers give each other up within a second",
    scope: SubjectKind::Broker,
    why: "A pause of garbage collection or a slow disk starts an election: meanwhile no leader is elected and no broker is fenced.",
    fix: "Leave controller.quorum.fetch.timeout.ms at 2000 and controller.quorum.election.timeout.ms at 1000",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(
        facts,
        verdicts,
        ["controller.quorum.fetch.timeout.ms", "controller.quorum.election.timeout.ms"],
        |[fetch, election]| {
            let short = fetch.parse::<i64>().ok()? < 1_000 || election.parse::<i64>().ok()? < 500;
            short.then(|| format!("controller.quorum.fetch.timeout.ms={fetch}, controller.quorum.election.timeout.ms={election}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_brokers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_brokers(
            &RULE,
            "controller.quorum.fetch.timeout.ms=500",
            "medium cluster: controller.quorum.fetch.timeout.ms=500, controller.quorum.election.timeout.ms=1000",
            "controller.quorum.fetch.timeout.ms=5000",
        );
    }
}
