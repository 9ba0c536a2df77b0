//! Controller quorums of one or of an even number.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `kraft-voters-count`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kraft-voters-count",
    chapter: Chapter::new(9),
    severity: Severity::High,
    title: "Controller quorum of one or an even number",
    scope: SubjectKind::Cluster,
    why: "One voter tolerates no failure, and an even number tolerates no more than the odd number below it.",
    fix: "Run 3 or 5 controllers",
    needs: &[Evidence::Metadata, Evidence::Quorum],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(quorum) = facts.cluster.quorum.get() else { return };
    match quorum.voters.len() {
        1 => verdicts.finding_as(Severity::Critical, FindingSubject::cluster(), "1 voter"),
        even if even > 0 && even.is_multiple_of(2) => {
            verdicts.finding(FindingSubject::cluster(), format!("{even} voters"))
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().quorum(Some(1), &[1]).says(&RULE), ["critical cluster: 1 voter"]);
        assert_eq!(given().quorum(Some(1), &[1, 2]).says(&RULE), ["high cluster: 2 voters"]);
        assert!(given().quorum(Some(1), &[1, 2, 3]).says(&RULE).is_empty());
        assert_eq!(
            given().denied_quorum().says(&RULE),
            ["unknown cluster: denied, needs Describe on Cluster"]
        );
        assert_eq!(given().says(&RULE), ["not examined: the controller quorum"]);
    }
}
