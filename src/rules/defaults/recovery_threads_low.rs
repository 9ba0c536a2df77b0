//! Brokers with many logs and few threads to recover them.

use crate::knobs::KeyScope;
use crate::rules::facts::{each_broker, replicas_by_broker};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `recovery-threads-low`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "recovery-threads-low",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "Few threads for a restart after a crash",
    scope: SubjectKind::Broker,
    why: "After an unclean stop the broker checks its logs before it leads again: so many of them take minutes with this few threads.",
    fix: "Set num.recovery.threads.per.data.dir=4, or up to the cores that the machine has free at start",
    needs: &[Evidence::Metadata, Evidence::BrokerConfig],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let replicas = replicas_by_broker(facts);
    each_broker(facts, verdicts, |broker, verdicts| {
        let subject = || FindingSubject::named(SubjectKind::Broker, broker.id.to_string());
        let datum = facts.setting(KeyScope::Broker, &broker.config, "num.recovery.threads.per.data.dir");
        let threads: usize = verdicts.known(&datum, subject)?.parse().ok()?;
        let logs = replicas.get(&broker.id).copied().filter(|logs| *logs > LOGS)?;
        (threads <= 2).then(|| {
            Seen::from(format!("num.recovery.threads.per.data.dir={threads}, {logs} replicas"))
                .by(&["num.recovery.threads.per.data.dir"])
        })
    });
}

const LOGS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let partitions = vec![&[1, 2, 3][..]; 1_200];
        let many = || given().topic("a", "", &partitions);
        assert_eq!(
            many().says(&RULE),
            ["low cluster: num.recovery.threads.per.data.dir=2, 1200 replicas on brokers 1, 2, 3"]
        );
        assert!(many().broker_config("num.recovery.threads.per.data.dir=8").says(&RULE).is_empty());
        assert!(given().topic("a", "", &partitions[..900]).says(&RULE).is_empty());
        assert_eq!(many().denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
