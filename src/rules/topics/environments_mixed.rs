//! Clusters with topics of several environments.

use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `environments-mixed`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "environments-mixed",
    chapter: Chapter::new(15),
    severity: Severity::Info,
    title: "Test and production on one cluster",
    scope: SubjectKind::Cluster,
    why: "A load test takes the disk and the network of production, and a wrong name writes into its topics.",
    fix: "Give each environment a cluster of its own, or at least quotas and ACLs by prefix",
    needs: &[Evidence::Metadata],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let with = |marks: &[&str]| {
        facts
            .user_topics()
            .map(|topic| &*topic.topic.name)
            .find(|name| name.to_ascii_lowercase().split(['.', '-', '_']).any(|word| marks.contains(&word)))
    };
    if let (Some(production), Some(other)) =
        (with(&["prod", "prd", "production"]), with(&["dev", "test", "qa", "uat", "staging", "stg"]))
    {
        verdicts.finding(FindingSubject::cluster(), format!("{production} and {other}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let pair = |other: &str| given().topic("prod.orders", "", &[&[1, 2]]).topic(other, "", &[&[1, 2]]);
        assert_eq!(pair("test.orders").says(&RULE), ["info cluster: prod.orders and test.orders"]);
        assert!(pair("prod.latest").says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
