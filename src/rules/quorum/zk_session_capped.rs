//! Servers of ZooKeeper that grant shorter sessions than brokers ask for.

use crate::knobs::KeyScope;
use crate::model::{Broker, Datum, ZooKeeperServer, human_duration_ms};
use crate::rules::facts::{tick_ms, zookeepers_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-session-capped`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-session-capped",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "ZooKeeper shortens the sessions of brokers",
    scope: SubjectKind::ZooKeeper,
    why: "Brokers ask for 18 s unless set (zookeeper.session.timeout.ms), and ZooKeeper grants no more than its maximum, 20 times tickTime unless set: a garbage collection of that time ends the session, and the leaders move.",
    fix: "Set tickTime=2000, or maxSessionTimeout=40000, on every server",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["maxSessionTimeout", "tickTime"];
    let asked_ms = asked_ms(facts);
    zookeepers_with(facts, verdicts, &keys, longest_ms, |longest_ms| {
        let longest = human_duration_ms(*longest_ms);
        let seen = || format!("sessions of {longest} at most, zookeeper.session.timeout.ms={asked_ms}");
        (*longest_ms < asked_ms).then(|| seen().into())
    });
}

/// The longest session that a broker asks for.
fn asked_ms(facts: &ClusterFacts<'_>) -> i64 {
    let value = |broker: &Broker| {
        let text = facts.setting(KeyScope::Broker, &broker.config, "zookeeper.session.timeout.ms");
        text.get().and_then(|text| text.parse::<i64>().ok())
    };
    facts.cluster.brokers.iter().filter_map(value).max().unwrap_or(ASKED_MS)
}

/// What brokers ask for since 2.5 unless set.
const ASKED_MS: i64 = 18_000;

/// As `QuorumPeerConfig` has it: without a maximum, or with -1, 20 ticks.
fn longest_ms(server: &ZooKeeperServer) -> Datum<i64> {
    let set = server.number("maxSessionTimeout").zip(&tick_ms(server));
    set.map(|(longest, tick)| longest.filter(|ms| *ms >= 0).unwrap_or(tick * 20))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let says = "medium zookeeper zoo.cfg: sessions of 10.0 s at most, zookeeper.session.timeout.ms=18000";
        on_zookeeper(&RULE, "tickTime=500\n", says, "tickTime=2000\n");
        let longer = "tickTime=500\nmaxSessionTimeout=40000\n";
        on_zookeeper(&RULE, "tickTime=2000\nmaxSessionTimeout=10000\n", says, longer);
    }
}
