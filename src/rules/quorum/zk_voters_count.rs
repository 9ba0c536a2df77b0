//! Ensembles of ZooKeeper that survive too little, or no more than a smaller one.

use crate::model::plural;
use crate::rules::facts::{voters_of, zookeepers_with};
use crate::rules::verdicts::Seen;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `zk-voters-count`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "zk-voters-count",
    chapter: Chapter::new(9),
    severity: Severity::High,
    title: "Wrong number of ZooKeeper servers",
    scope: SubjectKind::ZooKeeper,
    why: "One server or two survive no failure: without a majority Kafka elects no leader and changes nothing. An even number survives no more than the odd one below it.",
    fix: "Run 3 or 5 servers that vote, each with a server.N line in every zoo.cfg",
    needs: &[Evidence::ZooKeepers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    zookeepers_with(facts, verdicts, &[], voters_of, |voters| {
        let seen = Seen::from(plural(*voters, "server") + " that may vote");
        let severity = (*voters > 2).then_some(Severity::Low);
        (*voters == 1 || voters.is_multiple_of(2)).then_some(Seen { severity, ..seen })
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_zookeeper;

    #[test]
    fn fires_is_silent_and_unknown() {
        let servers = |last: i32| -> String {
            let line = |at: i32| format!("server.{at}=zk{at}:2888:3888\n");
            "tickTime=2000\n".to_string() + &(1..=last).map(line).collect::<String>()
        };
        let two = "high zookeeper zoo.cfg: 2 servers that may vote";
        on_zookeeper(&RULE, &servers(2), two, &servers(3));
        let four = "low zookeeper zoo.cfg: 4 servers that may vote";
        let observed = servers(3) + "server.4=zk4:2888:3888:observer;2181\n";
        on_zookeeper(&RULE, &servers(4), four, &observed);
        on_zookeeper(&RULE, &servers(1), "high zookeeper zoo.cfg: 1 server that may vote", &servers(5));
    }
}
