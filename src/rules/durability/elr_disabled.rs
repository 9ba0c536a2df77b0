//! Clusters of 4.1 or later that do not use KIP-966.

use crate::model::KafkaVersion;
use crate::rules::{Chapter, ClusterFacts, Evidence, FindingSubject, Rule, Severity, SubjectKind, Verdicts};

/// `elr-disabled`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "elr-disabled",
    chapter: Chapter::new(1),
    severity: Severity::Low,
    title: "Eligible leader replicas are off",
    scope: SubjectKind::Cluster,
    why: "When the last in-sync replica fails too, only that broker may lead again: the outage lasts longer, and what it had not flushed is lost.",
    fix: "kafka-features.sh upgrade --feature eligible.leader.replicas.version=1. It pins min.insync.replicas for the cluster and drops the values that single brokers have: set the cluster's value first (kafka-configs.sh --entity-type brokers --entity-default). After it an eligible replica may take over from a sole leader, and acks=1 records that only that leader had are dropped",
    needs: &[Evidence::Metadata, Evidence::ElrFeature],
    since: Some(KafkaVersion::new(4, 1, 0)),
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    if facts.cluster.features.elr.get() == Some(&false) {
        verdicts.finding(FindingSubject::cluster(), "eligible.leader.replicas.version=0");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::model::{Datum, Origin, Unknown};
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let feature = |on| Datum::known(on, 0, Origin::Broker);
        let off = given().elr_feature(feature(false));
        assert_eq!(off.says(&RULE), ["low cluster: eligible.leader.replicas.version=0"]);
        assert!(given().elr_feature(feature(true)).says(&RULE).is_empty());
        assert!(given().version("4.0").elr_feature(feature(false)).says(&RULE).is_empty());
        let hidden = Datum::unknown(Unknown::NotExposed("this client cannot read features".into()));
        let unknown = given().elr_feature(hidden).says(&RULE);
        assert_eq!(unknown, ["unknown cluster: not visible: this client cannot read features"]);
    }
}
