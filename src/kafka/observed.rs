//! Everything read from a cluster so far, each part with its own age, and the `Cluster` that it makes.

use crate::kafka::native::{Described, End, Metadata, OffsetFact};
use crate::kafka::raw::Deep;
use crate::kafka::reader::{Part, Targets};
use crate::model::{
    Assumptions, BrokerId, Cluster, ConfigMap, Datum, GroupState, KafkaVersion, Millis, Unknown,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

mod build;
mod merge;
#[cfg(test)]
mod tests;

pub(super) use build::ElrByTopic;
pub(in crate::kafka) use merge::renew;

/// A broker as long as it is remembered.
#[derive(Clone, Debug)]
struct SeenBroker {
    host: String,
    port: u16,
    up: bool,
    since: Option<Millis>,
}

/// A group without its offsets.
#[derive(Clone, Debug)]
struct GroupFacts {
    coordinator: Option<BrokerId>,
    state: GroupState,
    protocol: Arc<str>,
    described: Datum<Described>,
}

/// One end of one partition, with the leader epoch that came with it.
type OffsetCell = (Option<i64>, Option<i32>);

/// What was read so far. A part that cannot be read again keeps its last value with its age; offsets of
/// partitions do not, since a fresh commit against an old end would show too little lag.
pub struct Survey {
    metadata: Arc<Metadata>,
    metadata_at: Option<Millis>,
    id: Datum<String>,
    brokers: BTreeMap<BrokerId, SeenBroker>,
    racks: BTreeMap<BrokerId, Datum<Option<Arc<str>>>>,
    racks_reason: Unknown,
    broker_configs: BTreeMap<BrokerId, Datum<Arc<ConfigMap>>>,
    topic_configs: HashMap<Arc<str>, Datum<Arc<ConfigMap>>>,
    interned: HashMap<u64, Vec<Arc<ConfigMap>>>,
    latest: HashMap<Arc<str>, Vec<OffsetCell>>,
    earliest: HashMap<Arc<str>, Vec<OffsetCell>>,
    groups: Datum<BTreeMap<Arc<str>, GroupFacts>>,
    group_offsets: HashMap<Arc<str>, Datum<Arc<[OffsetFact]>>>,
    deep: Deep,
    assumed: Arc<Assumptions>,
    last: Option<Arc<Cluster>>,
}

impl Default for Survey {
    fn default() -> Self {
        Survey {
            metadata: Arc::default(),
            metadata_at: None,
            id: Datum::unknown(Unknown::NotAsked),
            brokers: BTreeMap::new(),
            racks: BTreeMap::new(),
            racks_reason: Unknown::NotAsked,
            broker_configs: BTreeMap::new(),
            topic_configs: HashMap::new(),
            interned: HashMap::new(),
            latest: HashMap::new(),
            earliest: HashMap::new(),
            groups: Datum::unknown(Unknown::NotAsked),
            group_offsets: HashMap::new(),
            deep: Deep::unknown(Unknown::NotAsked),
            assumed: Arc::new(Assumptions::defaults(KafkaVersion::REFERENCE)),
            last: None,
        }
    }
}

impl Survey {
    /// What the other parts' reads are about.
    pub fn targets(&self) -> Targets {
        let groups = self.groups.get().map(|groups| groups.keys().cloned().collect());
        Targets { metadata: self.metadata.clone(), groups: groups.unwrap_or_default() }
    }

    /// When Metadata was last read.
    pub fn metadata_at(&self) -> Option<Millis> {
        self.metadata_at
    }

    /// Replaces what is assumed about clients, load and failure rates.
    pub fn assume(&mut self, assumed: Assumptions) {
        self.assumed = Arc::new(assumed);
    }

    fn column(&mut self, end: End) -> &mut HashMap<Arc<str>, Vec<OffsetCell>> {
        match end {
            End::Latest => &mut self.latest,
            End::Earliest => &mut self.earliest,
        }
    }

    /// Whether a part is worth reading: nothing but Metadata before there is Metadata.
    pub fn wants(&self, part: Part) -> bool {
        part == Part::Metadata || self.metadata_at.is_some()
    }
}
