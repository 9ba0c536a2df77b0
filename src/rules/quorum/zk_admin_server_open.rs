//! Servers of ZooKeeper whose commands are on HTTP for everybody.

use crate::model::{Datum, ZooKeeperServer};
use crate::rules::facts::zookeepers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-admin-server-open`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-admin-server-open",
    chapter: Chapter::new(9),
    severity: Severity::Low,
    title: "The admin server is open",
    scope: SubjectKind::ZooKeeper,
    why: "The admin server listens on port 8080 of all addresses unless told otherwise, and tells its configuration, sessions and watches to whoever asks.",
    fix: "Set admin.enableServer=false, or admin.serverAddress=127.0.0.1",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["admin.enableServer", "admin.serverAddress"];
    zookeepers_with(facts, verdicts, &keys, admin_server, |(enabled, address)| {
        let is_on = enabled.as_deref() != Some("false");
        let address = address.as_deref().unwrap_or("0.0.0.0");
        let is_local = address.starts_with("127.") || matches!(address, "localhost" | "::1");
        (is_on && !is_local).then(|| format!("the admin server listens on {address}").into())
    });
}

fn admin_server(server: &ZooKeeperServer) -> Datum<(Option<String>, Option<String>)> {
    server.setting("admin.enableServer").zip(&server.setting("admin.serverAddress"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let says = "low zookeeper zoo.cfg: the admin server listens on 0.0.0.0";
        let on = "tickTime=2000\nadmin.enableServer=true\n";
        on_zookeeper(&RULE, on, says, "tickTime=2000\nadmin.enableServer=false\n");
        on_zookeeper(&RULE, on, says, "tickTime=2000\nadmin.serverAddress=127.0.0.1\n");
    }
}
