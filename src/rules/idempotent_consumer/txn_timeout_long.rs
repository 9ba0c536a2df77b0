//! Transactional producers whose death blocks readers for long.

use crate::rules::clients::{clients_with, producers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `txn-timeout-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "txn-timeout-long",
    chapter: Chapter::new(3),
    severity: Severity::Low,
    title: "Open transactions block readers for minutes",
    scope: SubjectKind::Producer,
    why: "When the producer dies inside a transaction, consumers with isolation.level=read_committed wait until it times out.",
    fix: "Lower transaction.timeout.ms to what one transaction needs, such as 60000; with Flink that is the longest checkpoint and a restart, or records are lost",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        producers(facts.cluster).filter(|producer| producer.sets("transactional.id")),
        verdicts,
        ["transactional.id", "transaction.timeout.ms"],
        |[_, text]| (text.parse::<i64>().ok()? > 300_000).then(|| format!("transaction.timeout.ms={text}")),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_producers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "transactional.id=t\ntransaction.timeout.ms=600000",
            "low producer app.properties: transaction.timeout.ms=600000",
            "transactional.id=t",
        );
    }
}
