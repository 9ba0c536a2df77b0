//! Clusters with half as many brokers again in one rack as in another.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `rack-size-imbalance`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "rack-size-imbalance",
    chapter: Chapter::new(1),
    severity: Severity::Low,
    title: "Racks of different size",
    scope: SubjectKind::Cluster,
    why: "Replicas are spread over racks evenly, so brokers of the small rack carry more.",
    fix: "Give every rack the same number of brokers",
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
    let sizes = || racks.iter().map(|(rack, brokers)| (brokers.len(), *rack));
    let (Some((least, small)), Some((most, large))) = (sizes().min(), sizes().max()) else { return };
    if 2 * most > 3 * least {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("{most} brokers in rack {large}, {least} in rack {small}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let found = given().racks(&["a", "b", "a", "a"]);
        assert_eq!(found.says(&RULE), ["low cluster: 3 brokers in rack a, 1 in rack b"]);
        assert!(given().racks(&["a", "b", "c", "a", "b", "c"]).says(&RULE).is_empty());
        assert_eq!(given().unknown_racks().says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
