//! What the metadata log says, and how one event becomes records of it.

use crate::model::{BrokerId, PartitionIx, TopicIx};
use crate::protocol::controller::brokers::{Brokers, RegisteredBroker};
use crate::protocol::controller::messages::{Cause, DirectoryId, MetadataRecord, TopicConfig};
use crate::protocol::controller::partition_change::{Election, ElectionRules, PartitionTarget, build};
use crate::protocol::controller::partitions::{PartitionEntry, PartitionTable};
use crate::protocol::profile::{LastKnownLeader, Profile};
use crate::protocol::wire::{Offset, PartitionChange};

/// The metadata of a cluster: the same on the controller and, later, on every broker.
#[derive(Clone, Debug)]
pub struct Image {
    /// The version's switches; `elr` follows the feature level in the log.
    pub profile: Profile,
    pub brokers: Brokers,
    pub partitions: PartitionTable,
    /// Each topic's settings and partitions, in order of creation.
    pub topics: Vec<TopicControlInfo>,
    /// What topics without settings of their own have.
    pub cluster_config: TopicConfig,
    /// Offset of the next record.
    pub next_offset: Offset,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TopicControlInfo {
    pub config: TopicConfig,
    /// Its partitions by number.
    pub partitions: Vec<PartitionIx>,
}

/// The records of one event while they are being made; each is applied as it is added.
#[derive(Debug)]
pub struct MetadataBatchBuilder {
    /// Offset of the first record.
    pub base_offset: Offset,
    pub records: Vec<MetadataRecord>,
}

impl Image {
    pub fn new(profile: Profile, cluster_config: TopicConfig) -> Self {
        Image {
            profile,
            brokers: Brokers::new(),
            partitions: PartitionTable::default(),
            topics: Vec::new(),
            cluster_config,
            next_offset: 0,
        }
    }

    /// An empty batch at the end of the log.
    pub fn begin_batch(&self) -> MetadataBatchBuilder {
        MetadataBatchBuilder { base_offset: self.next_offset, records: Vec::new() }
    }

    /// Applies a record and adds it to the batch.
    pub fn write(&mut self, record: MetadataRecord, batch: &mut MetadataBatchBuilder) {
        self.apply(&record);
        batch.records.push(record);
    }

    /// Applies the next record of the log.
    ///
    /// A change of a broker or partition that is not known is ignored.
    pub fn apply(&mut self, record: &MetadataRecord) {
        match record {
            MetadataRecord::ElrFeature { on } => self.set_elr(*on),
            MetadataRecord::RegisterBroker { registration, epoch, fenced } => {
                let broker = RegisteredBroker::registered(registration, *epoch, self.next_offset, *fenced);
                self.brokers.insert(registration.broker, broker);
            }
            MetadataRecord::BrokerRegistrationChange { .. } => self.change_broker(record),
            MetadataRecord::CordonedDirectories { .. } => {}
            MetadataRecord::Topic { .. } => self.topics.push(TopicControlInfo::default()),
            MetadataRecord::Config { topic: None, config } => self.cluster_config = *config,
            MetadataRecord::Config { topic: Some(topic), config } => {
                self.topics[topic.at()].config = *config;
            }
            MetadataRecord::ClearElr { topic } => self.partitions.clear_elr(*topic),
            MetadataRecord::Partition { partition, topic, number, state, directories } => {
                self.topics[topic.at()].partitions.push(*partition);
                let (state, directories) = (state.clone(), directories.clone());
                self.partitions.push(PartitionEntry { topic: *topic, number: *number, state, directories });
            }
            MetadataRecord::PartitionChange { change, directories, .. } => {
                if let Some(ix) = change.partition {
                    self.partitions.change(ix, change, directories.as_deref());
                }
            }
        }
        self.next_offset += 1;
    }

    fn set_elr(&mut self, on: bool) {
        let of_version = Profile::of(self.profile.version, Some(on));
        self.profile.elr = on;
        self.profile.last_known_leader = if on { of_version.last_known_leader } else { LastKnownLeader::Off };
    }

    fn change_broker(&mut self, record: &MetadataRecord) {
        let MetadataRecord::BrokerRegistrationChange {
            broker,
            fenced,
            in_controlled_shutdown,
            directories,
            ..
        } = record
        else {
            return;
        };
        if let Some(broker) = self.brokers.get_mut(broker) {
            broker.fenced = fenced.unwrap_or(broker.fenced);
            broker.in_controlled_shutdown |= in_controlled_shutdown;
            if let Some(directories) = directories {
                broker.directories.clone_from(directories);
            }
        }
    }

    /// `min.insync.replicas` of a topic.
    pub fn min_isr(&self, topic: TopicIx) -> usize {
        let own = self.topics.get(topic.at()).and_then(|topic| topic.config.min_isr);
        own.or(self.cluster_config.min_isr).unwrap_or(1)
    }

    /// `unclean.leader.election.enable` of a topic.
    pub fn unclean(&self, topic: TopicIx) -> bool {
        let own = self.topics.get(topic.at()).and_then(|topic| topic.config.unclean);
        own.or(self.cluster_config.unclean).unwrap_or(false)
    }

    /// How an event looks for a leader that did not ask for a particular election.
    pub fn election(&self, topic: TopicIx) -> Election {
        if self.unclean(topic) { Election::Unclean } else { Election::Online }
    }

    /// Whether a broker may lead a partition (`LeaderAcceptor`).
    pub fn acceptable(&self, entry: &PartitionEntry, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(|registered| {
            let online = || registered.has_online(entry.directory_of(broker));
            registered.is_active() && (!self.profile.directory_ids || online())
        })
    }

    /// The change that brings a partition to `target`; `gone` may not lead whatever its registration says.
    pub fn plan(
        &self,
        ix: PartitionIx,
        target: PartitionTarget,
        gone: Option<BrokerId>,
    ) -> Option<PartitionChange> {
        let entry = self.partitions.get(ix)?;
        let acceptable = |broker| Some(broker) != gone && self.acceptable(entry, broker);
        let replicas = entry.state.replicas.len();
        let min_isr = self.profile.effective_min_isr(self.min_isr(entry.topic), replicas);
        let rules = ElectionRules { profile: &self.profile, min_isr, acceptable: &acceptable };
        let change = build(&entry.state, target, rules)?;
        Some(PartitionChange { partition: Some(ix), ..change })
    }

    /// Plans a change, and writes it if there is one. Says whether there was.
    pub fn change(
        &mut self,
        ix: PartitionIx,
        target: PartitionTarget,
        gone: Option<BrokerId>,
        cause: Cause,
        batch: &mut MetadataBatchBuilder,
    ) -> bool {
        let Some(change) = self.plan(ix, target, gone) else { return false };
        let replicas = change.replicas.as_ref();
        let directories = replicas.map(|replicas| self.directories_for(ix, replicas));
        self.write(MetadataRecord::PartitionChange { change, directories, cause }, batch);
        true
    }

    /// Where these replicas live: where they are, or in a new replica's default directory.
    pub fn directories_for(&self, ix: PartitionIx, replicas: &[BrokerId]) -> Vec<DirectoryId> {
        let entry = self.partitions.get(ix);
        let of = |broker: &BrokerId| match entry {
            Some(entry) if entry.state.replicas.contains(broker) => entry.directory_of(*broker),
            _ => self.default_directory(*broker),
        };
        replicas.iter().map(of).collect()
    }

    /// Where a broker would put a new replica.
    pub fn default_directory(&self, broker: BrokerId) -> DirectoryId {
        self.brokers.get(&broker).map_or(DirectoryId::UNASSIGNED, RegisteredBroker::default_directory)
    }
}
