//! Clusters of a release before 3.9.

use crate::model::KafkaVersion;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `version-old`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "version-old",
    chapter: Chapter::new(7),
    severity: Severity::Medium,
    title: "Kafka that is not mended any more",
    scope: SubjectKind::Cluster,
    why: "The project mends its last few releases only: faults and security holes of this one stay.",
    fix: "Upgrade by rolling restarts; from ZooKeeper go to 3.9 and KRaft first, then to 4.x",
    needs: &[Evidence::Metadata, Evidence::Version],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if let Some(version) =
        facts.cluster.version.get().filter(|version| **version < KafkaVersion::new(3, 9, 0))
    {
        verdicts.finding(FindingSubject::cluster(), format!("Kafka {version}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        assert_eq!(given().version("3.6.0").says(&RULE), ["medium cluster: Kafka 3.6.0"]);
        assert!(given().says(&RULE).is_empty());
        assert_eq!(given().racks(&[]).says(&RULE), ["not examined: a cluster (give -b or --snapshot)"]);
    }
}
