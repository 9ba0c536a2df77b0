//! Controller quorums of which one rack holds the majority.

use crate::model::{BrokerId, Unknown};
use crate::rules::facts::ids;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `kraft-voters-one-rack`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "kraft-voters-one-rack",
    chapter: Chapter::new(9),
    severity: Severity::Medium,
    title: "A majority of the controllers in one rack",
    scope: SubjectKind::Cluster,
    why: "When that rack is lost no controller is left: no leader is elected, whatever replicas the other racks hold.",
    fix: "Spread the voters over three racks, so that no rack holds a majority",
    needs: &[Evidence::Metadata, Evidence::Quorum],
    since: None,
    until: None,
    check,
};

/// One voter alone has no majority to spread, and brokers without racks have a finding of their own. Controllers that
/// are no brokers never show their rack: not to know it is not as bad as what may be found.
fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let Some(quorum) = facts.cluster.quorum.get().filter(|quorum| quorum.voters.len() > 1) else { return };
    match facts.racks() {
        Err(reason) => return verdicts.unknown(FindingSubject::cluster(), reason),
        Ok(racks) if racks.is_empty() => return,
        Ok(_) => {}
    }
    let mut racks: BTreeMap<&Arc<str>, Vec<BrokerId>> = BTreeMap::new();
    let mut unseen = Vec::new();
    for voter in &quorum.voters {
        match facts.cluster.rack_of(*voter) {
            Some(rack) => racks.entry(rack).or_default().push(*voter),
            None => unseen.push(*voter),
        }
    }
    let most = racks.iter().max_by_key(|(_, voters)| voters.len());
    if let Some((rack, there)) = most.filter(|(_, there)| there.len() >= quorum.majority()) {
        let voters = quorum.voters.len();
        let seen = format!("{} of {voters} voters ({}) are in rack {rack}", there.len(), ids(there));
        verdicts.finding_as(Severity::High, FindingSubject::cluster(), seen);
    } else if most.map_or(0, |(_, there)| there.len()) + unseen.len() >= quorum.majority() {
        let reason = format!("the racks of controllers {}", ids(&unseen));
        verdicts.unknown(FindingSubject::cluster(), &Unknown::NotExposed(reason));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let together = given().racks(&["a", "a", "b"]).quorum(Some(1), &[1, 2, 3]);
        assert_eq!(together.says(&RULE), ["high cluster: 2 of 3 voters (1, 2) are in rack a"]);
        assert!(given().quorum(Some(1), &[1, 2, 3]).says(&RULE).is_empty());
        let apart = given().quorum(Some(11), &[11, 12, 13]);
        assert_eq!(apart.says(&RULE), ["unknown cluster: not visible: the racks of controllers 11, 12, 13"]);
        let mostly = given().racks(&["a", "a", "b"]).quorum(Some(1), &[1, 2, 11]);
        assert_eq!(mostly.says(&RULE), ["high cluster: 2 of 3 voters (1, 2) are in rack a"]);
        assert!(given().quorum(Some(1), &[1]).says(&RULE).is_empty());
        assert!(given().racks(&["", "", ""]).quorum(Some(1), &[1, 2, 3]).says(&RULE).is_empty());
        assert_eq!(
            given().denied_quorum().says(&RULE),
            ["unknown cluster: denied, needs Describe on Cluster"]
        );
        assert_eq!(given().says(&RULE), ["not examined: the controller quorum"]);
    }
}
