//! Clusters of three brokers or more without broker.rack.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `rack-missing`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rack-missing",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "No broker has broker.rack",
    scope: SubjectKind::Cluster,
    why: "Replicas are placed without regard to racks: all replicas of a partition may share one rack, zone or power feed.",
    fix: "Set broker.rack on every broker, restart one by one, then reassign",
    needs: &[Evidence::Metadata, Evidence::Racks],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let brokers = &facts.cluster.brokers;
    match facts.racks() {
        Err(reason) => verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(racks) if racks.is_empty() && brokers.len() >= 3 => {
            verdicts.finding(
                FindingSubject::cluster(),
                format!("none of {} brokers has broker.rack", brokers.len()),
            );
        }
        Ok(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(
            given().racks(&["", "", ""]).says(&RULE),
            ["high cluster: none of 3 brokers has broker.rack"]
        );
        assert!(given().says(&RULE).is_empty());
        assert!(given().racks(&["", ""]).says(&RULE).is_empty());
        assert_eq!(given().unknown_racks().says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
