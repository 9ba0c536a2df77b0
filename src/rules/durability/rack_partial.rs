//! Clusters in which some brokers have broker.rack and some do not.

use crate::rules::facts::ids;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `rack-partial`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rack-partial",
    chapter: Chapter::new(1),
    severity: Severity::High,
    title: "Some brokers have no rack",
    scope: SubjectKind::Cluster,
    why: "Tools that place replicas by rack refuse or ignore racks, and nothing is guaranteed about the loss of a rack.",
    fix: "Set broker.rack on every broker",
    needs: &[Evidence::Metadata, Evidence::Racks],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let racks = match facts.racks() {
        Err(reason) => return verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(racks) => racks,
    };
    let without: Vec<_> = facts
        .cluster
        .brokers
        .iter()
        .filter(|broker| broker.rack.get() == Some(&None))
        .map(|broker| broker.id)
        .collect();
    if !racks.is_empty() && !without.is_empty() {
        verdicts.finding(FindingSubject::cluster(), format!("no broker.rack on brokers {}", ids(&without)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(
            given().racks(&["a", "", ""]).says(&RULE),
            ["high cluster: no broker.rack on brokers 2, 3"]
        );
        assert!(given().says(&RULE).is_empty());
        assert!(given().racks(&["", ""]).says(&RULE).is_empty());
        assert_eq!(given().unknown_racks().says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
