//! Clients whose list of reporters lacks that of JMX.

use crate::model::KafkaVersion;
use crate::rules::clients::{clients, clients_with};
use crate::rules::facts::parts_of;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `client-jmx-reporter-dropped`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "client-jmx-reporter-dropped",
    chapter: Chapter::new(11),
    severity: Severity::Low,
    title: "The client's metrics left JMX",
    scope: SubjectKind::Producer,
    why: "Since 4.0 a reporter that is named takes the place of the JMX one (KIP-830): what watches the client over JMX sees nothing.",
    fix: "Set metric.reporters to your reporter and org.apache.kafka.common.metrics.JmxReporter",
    needs: &[Evidence::Clients],
    since: Some(KafkaVersion::new(4, 0, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(clients(facts.cluster), verdicts, ["metric.reporters"], |[reporters]| {
        (!parts_of(reporters).any(|class| class.ends_with(".JmxReporter")))
            .then(|| format!("metric.reporters={reporters}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_producers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_producers(
            &RULE,
            "metric.reporters=com.example.Reporter",
            "low producer app.properties: metric.reporters=com.example.Reporter",
            "metric.reporters=org.apache.kafka.common.metrics.JmxReporter",
        );
    }
}
