//! Brokers with many members of groups and a short accept queue.

use crate::model::KafkaVersion;
use crate::rules::facts::brokers_with;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `backlog-small`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "backlog-small",
    chapter: Chapter::new(8),
    severity: Severity::Low,
    title: "Short queue for new connections",
    scope: SubjectKind::Broker,
    why: "After an election or a restart all clients connect at once: what does not fit into the queue is dropped, and tries again a second later.",
    fix: "Set socket.listen.backlog.size=500 and raise net.core.somaxconn to it",
    needs: &[Evidence::Metadata, Evidence::Groups, Evidence::BrokerConfig],
    since: Some(KafkaVersion::new(3, 2, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(groups) = facts.cluster.groups.get() else { return };
    let members: u64 =
        groups.iter().filter_map(|group| group.member_count.get()).map(|count| u64::from(*count)).sum();
    if members <= MEMBERS {
        return;
    }
    brokers_with(facts, verdicts, ["socket.listen.backlog.size"], |[text]| {
        (text.parse::<i64>().ok()? <= 50)
            .then(|| format!("socket.listen.backlog.size={text}, {members} members of groups"))
    });
}

const MEMBERS: u64 = 500;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin};
    use crate::rules::tests::{NO_CONFIG, given};

    #[test]
    fn fires_is_silent_and_unknown() {
        let members = |count| {
            given().topic("a", "", &[&[1, 2]]).group("g", Datum::known(count, 0, Origin::Broker), &[])
        };
        assert_eq!(
            members(600).says(&RULE),
            ["low cluster: socket.listen.backlog.size=50, 600 members of groups on brokers 1, 2, 3"]
        );
        assert!(members(60).says(&RULE).is_empty());
        assert_eq!(members(600).denied_broker_config().says(&RULE), [NO_CONFIG]);
    }
}
