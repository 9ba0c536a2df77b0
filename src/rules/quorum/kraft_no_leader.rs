//! Controller quorums without a leader.

use crate::model::{BrokerId, QuorumState, Unknown, plural};
use crate::rules::facts::ids;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `kraft-no-leader`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kraft-no-leader",
    chapter: Chapter::new(9),
    severity: Severity::Critical,
    title: "No active controller",
    scope: SubjectKind::Cluster,
    why: "No broker is fenced, no leader elected, no ISR changed and no topic created until the quorum is back.",
    fix: "Bring a majority of the controllers back",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let subject = FindingSubject::cluster();
    match facts.cluster.quorum_state() {
        QuorumState::None | QuorumState::Works(_) | QuorumState::Unknown(Unknown::NotAsked) => {}
        QuorumState::Unknown(reason) => verdicts.unknown(subject, reason),
        QuorumState::Lost(quorum) => {
            let (online, voters) = (quorum.online.len(), plural(quorum.voters.len(), "voter"));
            let what = if quorum.leader.is_none() { "no active controller" } else { "no majority" };
            verdicts.finding(subject, format!("{what}, {online} of {voters} answer"));
        }
        QuorumState::Unreachable => {
            let silent: Vec<BrokerId> = facts.cluster.silent_brokers().collect();
            let who = if let [one] = silent[..] {
                format!("broker {one} does not")
            } else {
                format!("brokers {} do not", ids(&silent))
            };
            verdicts.finding(subject, format!("the controllers cannot be reached, and {who} answer"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().quorum(None, &[1, 2, 3]);
        assert_eq!(found.says(&RULE), ["critical cluster: no active controller, 3 of 3 voters answer"]);
        assert!(given().quorum(Some(1), &[1, 2, 3]).says(&RULE).is_empty());
        // Nobody can ask the controllers, and a broker refuses its connection: a cluster without a majority.
        assert_eq!(
            given().unreachable_quorum(2).says(&RULE),
            ["critical cluster: the controllers cannot be reached, and broker 2 does not answer"]
        );
        assert_eq!(
            given().denied_quorum().says(&RULE),
            ["unknown cluster: denied, needs Describe on Cluster"]
        );
    }
}
