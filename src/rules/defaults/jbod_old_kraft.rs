//! Brokers with several disks under a KRaft that cannot handle that.

use crate::model::KafkaVersion;
use crate::rules::facts::{brokers_told, parts_of};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `jbod-old-kraft`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "jbod-old-kraft",
    chapter: Chapter::new(7),
    severity: Severity::High,
    title: "Several log directories with KRaft before 3.7",
    scope: SubjectKind::Broker,
    why: "The controllers of these versions know nothing of directories: when one disk fails its partitions keep a leader that cannot serve them (KIP-858).",
    fix: "Use one directory (RAID), or upgrade to 3.8 or later and raise metadata.version (3.7 had it as early access)",
    needs: &[Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 0, 0)),
    until: Some(KafkaVersion::new(3, 7, 0)),
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    brokers_told(facts, verdicts, ["process.roles", "log.dirs"], |[roles, dirs]| {
        let (roles, dirs) = (roles?, dirs?);
        let count = parts_of(dirs).count();
        (parts_of(roles).next().is_some() && count > 1)
            .then(|| format!("process.roles={roles}, {count} log directories"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |text: &str| given().version("3.6").broker_config(text);
        assert_eq!(
            with("process.roles=broker\nlog.dirs=/a,/b").says(&RULE),
            ["high cluster: process.roles=broker, 2 log directories on brokers 1, 2, 3"]
        );
        assert!(with("log.dirs=/a,/b").says(&RULE).is_empty());
        assert!(given().broker_config("process.roles=broker\nlog.dirs=/a,/b").says(&RULE).is_empty());
        assert_eq!(given().version("3.6").denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
