//! Brokers with the laptop's setting for new groups.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `initial-rebalance-delay-zero`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "initial-rebalance-delay-zero",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Groups rebalance for every member that starts",
    scope: SubjectKind::Broker,
    why: "Without a moment of waiting each member that joins an empty group starts a rebalance of its own: ten of them stop the group ten times. The sample file of Kafka has this for laptops.",
    fix: "Set group.initial.rebalance.delay.ms=3000",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["group.initial.rebalance.delay.ms"], |[text]| {
        (text == "0").then(|| "group.initial.rebalance.delay.ms=0".to_string())
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
            "group.initial.rebalance.delay.ms=0",
            "low cluster: group.initial.rebalance.delay.ms=0",
            "group.initial.rebalance.delay.ms=3000",
        );
    }
}
