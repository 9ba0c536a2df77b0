//! Controller quorums without a leader.

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
    needs: &[Evidence::Metadata, Evidence::Quorum],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(quorum) = facts.cluster.quorum.get() else { return };
    if quorum.leader.is_none() {
        let (online, voters) = (quorum.online.len(), quorum.voters.len());
        verdicts.finding(
            FindingSubject::cluster(),
            format!("no active controller, {online} of {voters} voters answer"),
        );
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
        assert_eq!(
            given().denied_quorum().says(&RULE),
            ["unknown cluster: denied, needs Describe on Cluster"]
        );
    }
}
