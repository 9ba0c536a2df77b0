//! Servers of ZooKeeper that answer every four-letter word.

use crate::rules::facts::zookeepers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-four-letter-words`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-four-letter-words",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "Every four-letter word is answered",
    scope: SubjectKind::ZooKeeper,
    why: "Whoever reaches the port may ask for all watches (wchc, wchp), which keeps a large server busy for long, and for all sessions (dump, cons), without a password.",
    fix: "Set 4lw.commands.whitelist=srvr,ruok,mntr",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let key = "4lw.commands.whitelist";
    zookeepers_with(
        facts,
        verdicts,
        &[key],
        |server| server.setting(key),
        |list| {
            let list = list.as_deref()?;
            let is_costly = |word: &str| matches!(word.trim(), "*" | "wchc" | "wchp" | "dump" | "cons");
            list.split(',').any(is_costly).then(|| format!("{key}={list}").into())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let with = |list: &str| format!("tickTime=2000\n4lw.commands.whitelist={list}\n");
        let says = "medium zookeeper zoo.cfg: 4lw.commands.whitelist=*";
        on_zookeeper(&RULE, &with("*"), says, &with("srvr, ruok"));
        on_zookeeper(&RULE, &with("*"), says, "tickTime=2000\n");
    }
}
