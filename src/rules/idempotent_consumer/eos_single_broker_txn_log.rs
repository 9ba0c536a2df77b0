//! Brokers that keep the state of transactions with too few copies.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `eos-single-broker-txn-log`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "eos-single-broker-txn-log",
    chapter: Chapter::new(3),
    severity: Severity::High,
    title: "Transaction log that one failure loses",
    scope: SubjectKind::Cluster,
    why: "Exactly-once is only as durable as the transaction log.",
    fix: "Set transaction.state.log.replication.factor=3 and transaction.state.log.min.isr=2",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if facts.broker_count().is_some_and(|count| count < 3) {
        return;
    }
    let keys = ["transaction.state.log.replication.factor", "transaction.state.log.min.isr"];
    brokers_with(facts, verdicts, keys, |[factor, min]| {
        let (copies, needed): (i64, i64) = (factor.parse().ok()?, min.parse().ok()?);
        (copies < 3 || needed < 2).then(|| format!("{}={copies}, {}={needed}", keys[0], keys[1]))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(1, "transaction.state.log.replication.factor=1");
        let seen = "transaction.state.log.replication.factor=1, transaction.state.log.min.isr=2";
        assert_eq!(found.says(&RULE), [format!("high broker 1: {seen}")]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
