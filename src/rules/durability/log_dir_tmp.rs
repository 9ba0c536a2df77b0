//! Brokers that keep their logs where the operating system tidies up.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `log-dir-tmp`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "log-dir-tmp",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Data under /tmp",
    scope: SubjectKind::Broker,
    why: "The operating system empties /tmp, at the latest at the next boot.",
    fix: "Set log.dirs to a volume of its own",
    needs: &[Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    for broker in facts.cluster.brokers.iter() {
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let Some(config) = verdicts.known(&broker.config, subject) else { continue };
        let set = |key: &str| config.get(key).and_then(|entry| entry.value.as_deref());
        let dirs = set("log.dirs").or_else(|| set("log.dir")).unwrap_or("");
        if let Some(dir) =
            dirs.split(',').map(str::trim).find(|dir| *dir == "/tmp" || dir.starts_with("/tmp/"))
        {
            verdicts.finding_by(&["log.dirs", "log.dir"], subject(), format!("log directory {dir}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().broker_config_of(2, "log.dirs=/data/a, /tmp/kafka-logs");
        assert_eq!(found.says(&RULE), ["critical broker 2: log directory /tmp/kafka-logs"]);
        assert!(given().broker_config("log.dirs=/data\nlog.dir=/tmp/kafka-logs").says(&RULE).is_empty());
        assert_eq!(given().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
