//! Ensembles of ZooKeeper that drop a follower after a short pause.

use crate::model::{Datum, ZooKeeperServer, human_duration_ms};
use crate::rules::facts::{tick_ms, voters_of, zookeepers_with};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-limits-short`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-limits-short",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "ZooKeeper gives followers little time",
    scope: SubjectKind::ZooKeeper,
    why: "A follower that needs longer than syncLimit ticks is dropped, and one that needs longer than initLimit ticks to load the state never joins: a pause of one server becomes the loss of it.",
    fix: "Set tickTime=2000, initLimit=10 and syncLimit=5 on every server",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let keys = ["initLimit", "syncLimit", "tickTime"];
    zookeepers_with(facts, verdicts, &keys, limits_ms, |limits| {
        let (init_ms, sync_ms) = (*limits)?;
        let words = |ms: i64| human_duration_ms(ms);
        let seen = || format!("{} to join, {} to keep up", words(init_ms), words(sync_ms));
        (init_ms < SHORTEST_INIT_MS || sync_ms < SHORTEST_SYNC_MS).then(|| seen().into())
    });
}

const SHORTEST_INIT_MS: i64 = 10_000;
const SHORTEST_SYNC_MS: i64 = 4_000;

/// `initLimit` and `syncLimit`; a server alone has neither.
fn limits_ms(server: &ZooKeeperServer) -> Datum<Option<(i64, i64)>> {
    let limits = server.number("initLimit").zip(&server.number("syncLimit"));
    let all = limits.zip(&tick_ms(server)).zip(&voters_of(server));
    all.map(|(((init, sync), tick), voters)| {
        (*voters > 1).then(|| (init.unwrap_or(0) * tick, sync.unwrap_or(0) * tick))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |sync: i32| {
            format!(
                "tickTime=2000\ninitLimit=10\nsyncLimit={sync}\nserver.1=a:2888:3888\nserver.2=b:2888:3888\n"
            )
        };
        let says = "medium zookeeper zoo.cfg: 20.0 s to join, 2.0 s to keep up";
        on_zookeeper(&RULE, &with(1), says, &with(5));
        on_zookeeper(&RULE, &with(1), says, "tickTime=2000\n");
    }
}
