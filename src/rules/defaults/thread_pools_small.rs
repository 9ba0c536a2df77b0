//! Brokers with few threads.

use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `thread-pools-small`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "thread-pools-small",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Fewer threads than Kafka's own defaults",
    scope: SubjectKind::Broker,
    why: "Requests queue up before the few threads that answer them, and latency rises long before the processor is busy.",
    fix: "Leave num.io.threads at 8 and num.network.threads at 3, or raise them",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_with(facts, verdicts, ["num.io.threads", "num.network.threads"], |[io, network]| {
        let few = io.parse::<i64>().ok()? < 8 || network.parse::<i64>().ok()? < 3;
        few.then(|| format!("num.io.threads={io}, num.network.threads={network}"))
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
            "num.io.threads=2",
            "low cluster: num.io.threads=2, num.network.threads=3",
            "num.io.threads=16",
        );
    }
}
