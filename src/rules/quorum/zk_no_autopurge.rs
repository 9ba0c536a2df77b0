//! Servers of ZooKeeper that never delete old snapshots.

use crate::rules::facts::zookeepers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-no-autopurge`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-no-autopurge",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "ZooKeeper keeps every snapshot",
    scope: SubjectKind::ZooKeeper,
    why: "Snapshots and transaction logs of ZooKeeper grow until the disk is full, and then the server stops.",
    fix: "Set autopurge.purgeInterval=24 and autopurge.snapRetainCount=3 on every server",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let key = "autopurge.purgeInterval";
    zookeepers_with(
        facts,
        verdicts,
        &[key],
        |server| server.number(key),
        |hours| {
            let hours = hours.unwrap_or(0);
            (hours <= 0).then(|| format!("{key}={hours}").into())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let says = "medium zookeeper zoo.cfg: autopurge.purgeInterval=0";
        let with = |hours: i32| format!("tickTime=2000\nautopurge.purgeInterval={hours}\n");
        on_zookeeper(&RULE, &with(0), says, &with(24));
    }
}
