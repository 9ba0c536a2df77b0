//! Clusters of one broker.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `single-broker`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "single-broker",
    chapter: Chapter::new(1),
    severity: Severity::Critical,
    title: "Single broker",
    scope: SubjectKind::Cluster,
    why: "When it is down everything is down, and there is no second copy of anything.",
    fix: "Run three brokers or more",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if let [broker] = &facts.cluster.brokers[..] {
        verdicts.finding(FindingSubject::cluster(), format!("broker {} is the only one", broker.id));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().racks(&["a"]).says(&RULE), ["critical cluster: broker 1 is the only one"]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
