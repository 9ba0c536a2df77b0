//! Servers of ZooKeeper whose log shares the disk of the snapshots.

use crate::model::{Datum, ZooKeeperServer};
use crate::rules::facts::zookeepers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};
use std::path::Path;

/// `zk-log-same-disk`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-log-same-disk",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "ZooKeeper logs where it writes snapshots",
    scope: SubjectKind::ZooKeeper,
    why: "Every change waits for the log to be on disk: a snapshot beside it slows that down, sessions of brokers expire, and their leaders move.",
    fix: "Set dataLogDir to a disk of its own",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    zookeepers_with(facts, verdicts, &["dataLogDir"], directories, |(data, log)| {
        let data = data.as_deref().unwrap_or("not set");
        let Some(log) = log.as_deref().filter(|log| Path::new(log) != Path::new(data)) else {
            return Some(format!("dataLogDir is dataDir ({data})").into());
        };
        let is_inside = Path::new(log).starts_with(data) || Path::new(data).starts_with(log);
        let seen = || format!("dataLogDir ({log}) and dataDir ({data}) are one inside the other");
        is_inside.then(|| seen().into())
    });
}

fn directories(server: &ZooKeeperServer) -> Datum<(Option<String>, Option<String>)> {
    server.setting("dataDir").zip(&server.setting("dataLogDir"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let shared = "tickTime=2000\ndataDir=/zk\ndataLogDir=/zk\n";
        let apart = "tickTime=2000\ndataDir=/zk\ndataLogDir=/log\n";
        on_zookeeper(&RULE, shared, "medium zookeeper zoo.cfg: dataLogDir is dataDir (/zk)", apart);
        let inside = "tickTime=2000\ndataDir=/zk\ndataLogDir=/zk/log\n";
        let says =
            "medium zookeeper zoo.cfg: dataLogDir (/zk/log) and dataDir (/zk) are one inside the other";
        on_zookeeper(&RULE, inside, says, "tickTime=2000\ndataDir=/zk\ndataLogDir=/zklog\n");
    }
}
