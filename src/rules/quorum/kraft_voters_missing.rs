//! Controller quorums that work without some of their voters.

use crate::model::{BrokerId, QuorumState, plural};
use crate::rules::facts::ids;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `kraft-voters-missing`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kraft-voters-missing",
    chapter: Chapter::new(9),
    severity: Severity::High,
    title: "Controllers that do not answer",
    scope: SubjectKind::Cluster,
    why: "The quorum works with a majority, and every missing voter is one failure less until nothing is elected any more.",
    fix: "Bring the missing controllers back, or take out the ones that are gone for good: kafka-metadata-quorum.sh describe --replication shows them",
    needs: &[Evidence::Metadata, Evidence::Quorum],
    since: None,
    until: None,
    check,
};

/// A quorum without a majority is `kraft-no-leader`.
fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let QuorumState::Works(quorum) = facts.cluster.quorum_state() else { return };
    let missing: Vec<BrokerId> =
        quorum.voters.iter().copied().filter(|id| !quorum.online.contains(id)).collect();
    if missing.is_empty() {
        return;
    }
    let (severity, left) = match quorum.online.len().saturating_sub(quorum.majority()) {
        0 => (Severity::High, "the next failure ends the majority".to_string()),
        spare => (Severity::Medium, format!("{spare} more may fail")),
    };
    let seen = format!(
        "{} of {} answer, missing {}; {left}",
        quorum.online.len(),
        plural(quorum.voters.len(), "voter"),
        ids(&missing)
    );
    verdicts.finding_as(severity, FindingSubject::cluster(), seen);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let three = given().quorum(Some(1), &[1, 2, 3]).voters_gone(&[3]);
        assert_eq!(
            three.says(&RULE),
            ["high cluster: 2 of 3 voters answer, missing 3; the next failure ends the majority"]
        );
        let five = given().quorum(Some(11), &[11, 12, 13, 14, 15]).voters_gone(&[14]);
        assert_eq!(five.says(&RULE), ["medium cluster: 4 of 5 voters answer, missing 14; 1 more may fail"]);
        assert!(given().quorum(Some(1), &[1, 2, 3]).says(&RULE).is_empty());
        assert!(given().quorum(None, &[1, 2, 3]).voters_gone(&[2, 3]).says(&RULE).is_empty());
        assert_eq!(
            given().denied_quorum().says(&RULE),
            ["unknown cluster: denied, needs Describe on Cluster"]
        );
        assert_eq!(given().says(&RULE), ["not examined: the controller quorum"]);
    }
}
