//! Brokers whose list of reporters lacks that of JMX.

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `jmx-reporter-dropped`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "jmx-reporter-dropped",
    chapter: Chapter::new(11),
    severity: Severity::Low,
    title: "Some of the broker's metrics left JMX",
    scope: SubjectKind::Broker,
    why: "Since 4.0 a reporter that is named takes the place of the JMX one (KIP-830): quota, quorum and coordinator metrics are not there any more.",
    fix: "Set metric.reporters to your reporter and org.apache.kafka.common.metrics.JmxReporter",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["metric.reporters"], |[reporters]| {
        let reporters = reporters?;
        (!parts_of(reporters).any(|class| class.ends_with(".JmxReporter")))
            .then(|| format!("metric.reporters={reporters}"))
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
            "metric.reporters=com.example.Reporter",
            "low cluster: metric.reporters=com.example.Reporter",
            "metric.reporters=com.example.Reporter,org.apache.kafka.common.metrics.JmxReporter",
        );
    }
}
