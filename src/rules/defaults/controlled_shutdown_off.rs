//! Brokers that do not hand over their leaders when they stop.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `controlled-shutdown-off`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "controlled-shutdown-off",
    chapter: Chapter::new(7),
    severity: Severity::High,
    title: "Controlled shutdown is off",
    scope: SubjectKind::Broker,
    why: "A broker that stops in good order hands over none of its leaders: reads and writes of what it leads stall until its session has run out, as after a crash.",
    fix: "Set controlled.shutdown.enable=true",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["controlled.shutdown.enable"], |[on]| {
        on.eq_ignore_ascii_case("false").then(|| "controlled.shutdown.enable=false".to_string())
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(1, "controlled.shutdown.enable=false");
        assert_eq!(found.says(&RULE), ["high broker 1: controlled.shutdown.enable=false"]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
