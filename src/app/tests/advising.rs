//! Advice against the rules: nothing that is advised brings a finding of severity high, over drawn clusters.

use crate::app::objections;
use crate::consequences::{OBJECTIVES, Subject, advise};
use crate::hypothesis::{apply, reference_with};
use crate::knobs::Change;
use crate::model::{Cluster, KafkaVersion};
use proptest::prelude::*;

fn clusters() -> impl Strategy<Value = Cluster> {
    let shape = (1..=5_usize, 1..=3_usize, 1..=3_usize);
    let settings = (
        prop::sample::select(vec!["0", "1", "all"]),
        prop::sample::select(vec!["1", "2", "3"]),
        any::<bool>(),
        prop::sample::select(vec!["0", "5", "100"]),
        prop::sample::select(vec!["10", "1000", "20000"]),
    );
    (shape, settings).prop_map(|((brokers, racks, replicas), (acks, min_isr, unclean, linger, rate))| {
        let replicas = replicas.min(brokers);
        let cluster = reference_with(KafkaVersion::REFERENCE, brokers, racks.min(brokers), 6, replicas);
        let changes = [
            format!("producer:acks={acks}"),
            format!("topic:min.insync.replicas={min_isr}"),
            format!("topic:unclean.leader.election.enable={unclean}"),
            format!("producer:linger.ms={linger}"),
            format!("load:records_per_s={rate}"),
        ];
        let changes: Vec<Change> = changes.iter().map(|text| Change::parse(text).unwrap()).collect();
        apply(&cluster, &changes).unwrap_or(cluster)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_advice_brings_a_finding(cluster in clusters(), at in 0..OBJECTIVES.len()) {
        let before = objections(&cluster);
        for one in advise(&cluster, Subject::Cluster, OBJECTIVES[at].figure, &objections, &|| true) {
            let after = objections(&apply(&cluster, &one.changes).unwrap());
            let new: Vec<&String> = after.difference(&before).collect();
            prop_assert!(new.is_empty(), "{} brings {new:?}", one.title());
        }
    }
}
