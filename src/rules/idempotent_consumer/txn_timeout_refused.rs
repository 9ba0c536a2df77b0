//! Transactional producers that the coordinator refuses.

use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `txn-timeout-refused`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "txn-timeout-refused",
    chapter: Chapter::new(3),
    severity: Severity::High,
    title: "transaction.timeout.ms above what the brokers allow",
    scope: SubjectKind::Producer,
    why: "initTransactions() fails with InvalidTxnTimeoutException: the producer does not start.",
    fix: "Lower transaction.timeout.ms to transaction.max.timeout.ms of the brokers or below",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig, Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(most_ms) = facts.smallest_of_brokers("transaction.max.timeout.ms") else { return };
    let transactional = producers(facts.cluster).filter(|producer| producer.sets("transactional.id"));
    for producer in transactional {
        let Some(timeout_ms) = producer.int("transaction.timeout.ms", verdicts) else { continue };
        if timeout_ms > most_ms {
            verdicts.finding_by(
                &["transaction.timeout.ms"],
                producer.subject(),
                format!("transaction.timeout.ms={timeout_ms}, the brokers allow {most_ms}"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let long = "transactional.id=t\ntransaction.timeout.ms=3600000";
        let seen = "high producer app.properties: transaction.timeout.ms=3600000, the brokers allow 900000";
        assert_eq!(given().producer(long).says(&RULE), [seen]);
        assert!(given().producer("transactional.id=t").says(&RULE).is_empty());
        assert!(given().producer("transaction.timeout.ms=3600000").says(&RULE).is_empty());
        assert_eq!(given().producer(long).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
