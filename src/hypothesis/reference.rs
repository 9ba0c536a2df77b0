//! The reference cluster that is judged when nobody names another.

use crate::hypothesis::reshape::fresh;
use crate::knobs::elr_of_new_cluster;
use crate::knobs::{self, Knob};
use crate::model::{
    Assumptions, Broker, BrokerId, BrokerStatus, Candidate, Cluster, ConfigMap, Datum, Features,
    KafkaVersion, Origin, Partitions, Quorum, Start, Topic, TopicIx, Unknown, place, rack_name,
};
use std::sync::Arc;

/// The first release whose KRaft is for production (KIP-833).
const FIRST_KRAFT: KafkaVersion = KafkaVersion::new(3, 3, 0);
/// Ids that no broker of the reference cluster gets.
const CONTROLLERS: [i32; 3] = [3001, 3002, 3003];

/// Three brokers in three racks and one topic, `orders`, of 12 partitions with 3 replicas; everything
/// else is what a new cluster of this version has.
pub fn reference(version: KafkaVersion) -> Cluster {
    let count = |knob: &Knob| knob.default(version).and_then(|value| value.int()).unwrap_or(1) as usize;
    reference_with(
        version,
        count(&knobs::cluster::BROKERS),
        count(&knobs::cluster::RACKS),
        count(&knobs::topic::PARTITIONS),
        count(&knobs::topic::REPLICATION_FACTOR),
    )
}

/// Three controllers apart from the brokers, all of them up.
pub(super) fn quorum_of(version: KafkaVersion) -> Datum<Quorum> {
    if version < FIRST_KRAFT {
        return Datum::unknown(Unknown::Unsupported("brokers without KRaft".into()));
    }
    let voters: Vec<BrokerId> = CONTROLLERS.map(BrokerId).to_vec();
    Datum::known(
        Quorum { leader: voters.first().copied(), online: voters.clone(), voters },
        0,
        Origin::Assumed,
    )
}

/// The same with other counts; `racks` 0 is no rack information.
pub fn reference_with(
    version: KafkaVersion,
    brokers: usize,
    racks: usize,
    partitions: usize,
    replication_factor: usize,
) -> Cluster {
    let (as_of, from) = (0, Origin::Assumed);
    let ids = (0..brokers).map(|at| (at, BrokerId(at as i32 + 1)));
    let rack = |at: usize| (racks > 0).then(|| rack_name(at % racks.max(1)).into());
    let candidates: Vec<_> = ids.map(|(at, id)| Candidate { id, rack: rack(at), fenced: false }).collect();
    let members = candidates.iter().map(|candidate| Broker {
        id: candidate.id,
        host: "reference".into(),
        port: 9092,
        rack: Datum::known(candidate.rack.clone(), as_of, from.clone()),
        state: BrokerStatus::Up,
        since: None,
        config: Datum::known(Arc::new(ConfigMap::new()), as_of, from.clone()),
    });
    let rows: Vec<_> = place(&candidates, &[], partitions, replication_factor.min(brokers), Start::First)
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(number, replicas)| fresh(TopicIx(0), number as i32, replicas))
        .collect();
    let topic = Topic {
        name: "orders".into(),
        internal: false,
        config: Datum::known(Arc::new(ConfigMap::new()), as_of, from.clone()),
        first: 0,
        count: partitions as u32,
    };
    Cluster {
        taken_at: as_of,
        id: Datum::known("reference".into(), as_of, from.clone()),
        version: Datum::known(version, as_of, from.clone()),
        features: Features {
            elr: Datum::known(elr_of_new_cluster(version) == Some(true), as_of, from.clone()),
            metadata_level: Datum::unknown(Unknown::NotAsked),
        },
        quorum: quorum_of(version),
        brokers: members.collect(),
        topics: [topic].into(),
        partitions: Partitions::from_rows(&rows, Datum::known((), as_of, from)),
        groups: Datum::unknown(Unknown::NotAsked),
        groups_complete: Datum::not_asked(),
        open_transactions: [].into(),
        assumed: Arc::new(Assumptions::defaults(version)),
    }
}
