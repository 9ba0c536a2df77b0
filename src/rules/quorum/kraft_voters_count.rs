//! Controller quorums of one or of an even number.

use crate::rules::evidence::configured_voters;
use crate::rules::facts::brokers_named;
use crate::rules::verdicts::Seen;
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
    needs: &[Evidence::Voters],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if facts.cluster.is_of_files() {
        for (voters, brokers) in configured_voters(facts.cluster) {
            if let Some(seen) = seen(voters) {
                let seen = seen.by(&["controller.quorum.voters"]);
                verdicts.seen_of(FindingSubject::cluster(), brokers_named(&brokers), seen);
            }
        }
    } else if let Some(seen) = facts.cluster.quorum.get().and_then(|quorum| seen(quorum.voters.len())) {
        verdicts.seen(FindingSubject::cluster(), seen);
    }
}

fn seen(voters: usize) -> Option<Seen> {
    match voters {
        1 => Some(Seen { severity: Some(Severity::Critical), ..Seen::from("1 voter") }),
        even if even > 0 && even.is_multiple_of(2) => Some(Seen::from(format!("{even} voters"))),
        _ => None,
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
