//! Clusters whose metadata.version is older than their brokers.

use crate::model::KafkaVersion;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `metadata-version-behind`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "metadata-version-behind",
    chapter: Chapter::new(7),
    severity: Severity::Low,
    title: "An upgrade that was not finished",
    scope: SubjectKind::Cluster,
    why: "The brokers run a newer Kafka than the cluster has agreed on: what the new version brings stays off, and the next upgrade may refuse to start from there.",
    fix: "When the new version has proved itself: kafka-features.sh upgrade --metadata <its version>; some of these steps cannot be taken back",
    needs: &[Evidence::Metadata, Evidence::Version, Evidence::MetadataLevel],
    since: Some(KafkaVersion::new(3, 3, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let cluster = facts.cluster;
    let (Some(version), Some(level)) = (cluster.version.get(), cluster.features.metadata_level.get()) else {
        return;
    };
    let of_minor =
        LEVELS.iter().find(|(minor, _)| (minor.major, minor.minor) == (version.major, version.minor));
    // Brokers with ZooKeeper report features as well, but no metadata.version: that reads as level 0.
    if let Some((_, newest)) = of_minor.filter(|(_, newest)| *level > 0 && level < newest) {
        verdicts.finding(
            FindingSubject::cluster(),
            format!("metadata.version is at level {level}, Kafka {version} has {newest}"),
        );
    }
}

/// The newest level of each release (`MetadataVersion.LATEST_PRODUCTION`).
const LEVELS: [(KafkaVersion, i16); 12] = [
    (KafkaVersion::new(3, 3, 0), 7),
    (KafkaVersion::new(3, 4, 0), 8),
    (KafkaVersion::new(3, 5, 0), 11),
    (KafkaVersion::new(3, 6, 0), 14),
    (KafkaVersion::new(3, 7, 0), 19),
    (KafkaVersion::new(3, 8, 0), 20),
    (KafkaVersion::new(3, 9, 0), 21),
    (KafkaVersion::new(4, 0, 0), 25),
    (KafkaVersion::new(4, 1, 0), 27),
    (KafkaVersion::new(4, 2, 0), 29),
    (KafkaVersion::new(4, 3, 0), 30),
    (KafkaVersion::new(4, 4, 0), 33),
];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin, Unknown};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let level = |level| Datum::known(level, 0, Origin::Broker);
        assert_eq!(
            given().metadata_level(level(21)).says(&RULE),
            ["low cluster: metadata.version is at level 21, Kafka 4.1.0 has 27"]
        );
        assert!(given().metadata_level(level(27)).says(&RULE).is_empty());
        assert!(given().version("3.9").metadata_level(level(0)).says(&RULE).is_empty(), "ZooKeeper");
        let unread = given().metadata_level(Datum::unknown(Unknown::Unreachable("broker 1".into())));
        assert_eq!(unread.says(&RULE), ["unknown cluster: unreachable: broker 1"]);
    }
}
