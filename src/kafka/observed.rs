//! Everything read from a cluster so far, each part with its own age, and the `Cluster` that it makes.

use crate::kafka::reads::{
    GroupDescription, Metadata, Node, OffsetSpec, OpenTransactionsRead, PartitionOffset, RawReads, ReadKind,
    ReadTargets,
};
use crate::model::{
    Assumptions, BrokerId, BrokerStatus, Cluster, ConfigMap, Datum, GroupState, KafkaVersion, Millis, Unknown,
};
use hidden::{AclLook, LogDirLook};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

mod build;
mod hidden;
mod merge;
mod open_transactions;
mod rights;
#[cfg(test)]
mod tests;

/// A broker that was named once, whether or not it still is.
#[derive(Clone, Debug)]
struct ObservedBroker {
    host: String,
    port: u16,
    up: bool,
    since: Option<Millis>,
    /// Whether the cluster says that it is registered and fenced.
    fenced: bool,
    /// How it answers klever's probe, and since when.
    answers: Option<(BrokerStatus, Millis)>,
}

impl ObservedBroker {
    /// One that the cluster names for the first time.
    fn named(up: bool, since: Option<Millis>) -> Self {
        ObservedBroker { host: String::new(), port: 0, up, since, fenced: false, answers: None }
    }

    /// Its state, and since when: what its own connection shows while the cluster calls it alive, and what the cluster
    /// says after that. One that is fenced and has no process is down.
    fn status(&self) -> (BrokerStatus, Option<Millis>) {
        match (self.up, self.answers) {
            (true, None | Some((BrokerStatus::Up, _))) => (BrokerStatus::Up, self.since),
            (true, Some((seen, since))) => (seen, Some(since)),
            (false, Some((seen, _))) if self.fenced && seen != BrokerStatus::Refused => {
                (BrokerStatus::Fenced, self.since)
            }
            (false, _) => (BrokerStatus::Down, self.since),
        }
    }

    fn is_at(&self, node: &Node) -> bool {
        self.host == node.host && self.port == node.port
    }

    /// Where it listens; what was seen at another address says nothing of this one.
    fn move_to(&mut self, node: &Node) {
        if !self.is_at(node) {
            (self.host, self.port, self.answers) = (node.host.clone(), node.port, None);
        }
    }
}

/// A group without its offsets.
#[derive(Clone, Debug)]
struct ObservedGroup {
    coordinator: Option<BrokerId>,
    state: GroupState,
    protocol: Arc<str>,
    described: Datum<GroupDescription>,
}

/// A broker that has gone or come is watched more closely for so long.
const RECENT_MS: Millis = 60_000;

/// One end of one partition, with the leader epoch that came with it.
type OffsetCell = (Option<i64>, Option<i32>);

/// What was read so far. A part that cannot be read again keeps its last value with its age; offsets of
/// partitions do not, since a fresh commit against an old end would show too little lag.
pub struct ObservedCluster {
    metadata: Arc<Metadata>,
    metadata_at: Option<Millis>,
    id: Datum<String>,
    brokers: BTreeMap<BrokerId, ObservedBroker>,
    racks: BTreeMap<BrokerId, Datum<Option<Arc<str>>>>,
    racks_reason: Unknown,
    broker_configs: BTreeMap<BrokerId, Datum<Arc<ConfigMap>>>,
    topic_configs: HashMap<Arc<str>, Datum<Arc<ConfigMap>>>,
    interned: HashMap<u64, Vec<Arc<ConfigMap>>>,
    latest: HashMap<Arc<str>, Vec<OffsetCell>>,
    earliest: HashMap<Arc<str>, Vec<OffsetCell>>,
    last_stable: HashMap<Arc<str>, Vec<OffsetCell>>,
    log_ends: HashMap<Arc<str>, Vec<OffsetCell>>,
    open_transactions: OpenTransactionsRead,
    groups: Datum<BTreeMap<Arc<str>, ObservedGroup>>,
    group_offsets: HashMap<Arc<str>, Datum<Arc<[PartitionOffset]>>>,
    raw: RawReads,
    /// What was given as evidence that Metadata names every topic.
    topics_complete: Datum<()>,
    /// What ACLs showed, as far as brokers were asked since the last new beginning.
    acls: AclLook,
    /// The one look of a session into the brokers' log directories.
    log_dirs: Option<LogDirLook>,
    assumed: Arc<Assumptions>,
    last: Option<Arc<Cluster>>,
}

impl Default for ObservedCluster {
    fn default() -> Self {
        ObservedCluster {
            metadata: Arc::default(),
            metadata_at: None,
            id: Datum::not_asked(),
            brokers: BTreeMap::new(),
            racks: BTreeMap::new(),
            racks_reason: Unknown::NotAsked,
            broker_configs: BTreeMap::new(),
            topic_configs: HashMap::new(),
            interned: HashMap::new(),
            latest: HashMap::new(),
            earliest: HashMap::new(),
            last_stable: HashMap::new(),
            log_ends: HashMap::new(),
            open_transactions: OpenTransactionsRead::default(),
            groups: Datum::not_asked(),
            group_offsets: HashMap::new(),
            raw: RawReads::unknown(Unknown::NotAsked),
            topics_complete: Datum::not_asked(),
            acls: AclLook::default(),
            log_dirs: None,
            assumed: Arc::new(Assumptions::defaults(KafkaVersion::REFERENCE)),
            last: None,
        }
    }
}

impl ObservedCluster {
    /// What further reads are about.
    pub fn targets(&self) -> ReadTargets {
        let groups = self.groups.get().map(|groups| groups.keys().cloned().collect());
        ReadTargets {
            metadata: self.metadata.clone(),
            groups: groups.unwrap_or_default(),
            held_back: self.held_back(),
        }
    }

    /// Every broker that was named once, and where it listens.
    pub fn known_brokers(&self) -> Vec<Node> {
        let known = self.brokers.iter().filter(|(_, broker)| !broker.host.is_empty());
        known.map(|(id, one)| Node { id: *id, host: one.host.clone(), port: one.port }).collect()
    }

    /// The state of a broker; down where it was never named.
    pub fn state_of(&self, id: BrokerId) -> BrokerStatus {
        self.brokers.get(&id).map_or(BrokerStatus::Down, |broker| broker.status().0)
    }

    /// Whether every broker that the cluster calls alive answers, however slowly.
    pub fn every_broker_answers(&self) -> bool {
        self.brokers.values().all(|broker| broker.status().0.answers())
    }

    /// Whether the cluster is about to say something new: no controller answers, or the state of a broker has changed
    /// within the last minute.
    pub fn is_in_trouble(&self, now: Millis) -> bool {
        let is_recent = |since: Millis| now - since < RECENT_MS;
        let mut brokers = self.brokers.values();
        self.raw.no_controller_answers() || brokers.any(|broker| broker.status().1.is_some_and(is_recent))
    }

    /// When Metadata was last read.
    pub fn metadata_at(&self) -> Option<Millis> {
        self.metadata_at
    }

    /// Replaces what is assumed about clients, load and failure rates.
    pub fn assume(&mut self, assumed: Assumptions) {
        self.assumed = Arc::new(assumed);
    }

    /// Takes evidence that Metadata names every topic.
    pub fn names_every_topic(&mut self, evidence: Datum<()>) {
        self.topics_complete = evidence;
    }

    fn column(&mut self, end: OffsetSpec) -> &mut HashMap<Arc<str>, Vec<OffsetCell>> {
        match end {
            OffsetSpec::Latest => &mut self.latest,
            OffsetSpec::Earliest => &mut self.earliest,
            OffsetSpec::LastStable => &mut self.last_stable,
            OffsetSpec::LogEnd => &mut self.log_ends,
        }
    }

    /// Whether a read makes sense: nothing but Metadata before there is Metadata; ACLs and then log directories
    /// only where nothing else shows whether topics are hidden, and until they were told.
    pub fn wants(&self, kind: ReadKind) -> bool {
        match kind {
            ReadKind::Metadata => true,
            ReadKind::Acls => self.metadata_at.is_some() && self.needs_acls(),
            ReadKind::LogDirs => self.metadata_at.is_some() && self.needs_log_dirs(),
            _ => self.metadata_at.is_some(),
        }
    }

    /// Forgets everything but the one look at log directories, which costs brokers much, and what was given. ACLs are
    /// asked for again: they may have changed.
    pub fn begin_anew(&mut self) {
        *self = ObservedCluster {
            log_dirs: self.log_dirs.take(),
            topics_complete: self.topics_complete.clone(),
            assumed: self.assumed.clone(),
            ..ObservedCluster::default()
        };
    }

    /// Forgets groups and ends of logs: what the next reads do not tell is unknown, and no older value stands for it.
    pub fn forget_lag(&mut self) {
        self.groups = Datum::not_asked();
        self.group_offsets.clear();
        for end in [OffsetSpec::Latest, OffsetSpec::Earliest, OffsetSpec::LastStable, OffsetSpec::LogEnd] {
            self.column(end).clear();
        }
        self.open_transactions = OpenTransactionsRead::default();
    }
}
