//! Brokers that do not move leaders back.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `auto-leader-rebalance-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "auto-leader-rebalance-off",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Automatic leader rebalance is off",
    scope: SubjectKind::Broker,
    why: "After a rolling restart the last broker leads nothing and the others lead its share.",
    fix: "Set auto.leader.rebalance.enable=true, or run a tool that does it",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["auto.leader.rebalance.enable"], |[on]| {
        on.eq_ignore_ascii_case("false").then(|| "auto.leader.rebalance.enable=false".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(1, "auto.leader.rebalance.enable=false");
        assert_eq!(found.says(&RULE), ["low broker 1: auto.leader.rebalance.enable=false"]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
