//! Topics as administrators change them: creation, partitions, settings, replica lists.

use crate::model::{BrokerId, Candidate, PartitionIx, Start, TopicIx, next_replica, place};
use crate::protocol::controller::image::{Image, MetadataBatchBuilder};
use crate::protocol::controller::messages::{
    Cause, ControllerResult, MetadataRecord, Placement, TopicConfig,
};
use crate::protocol::controller::partition_change::{Assignment, PartitionTarget};
use crate::protocol::wire::{ErrorCode, PartitionRegistration};
use std::collections::BTreeMap;

impl Image {
    /// A new topic, or why there is none. Replicas on inactive brokers start outside the ISR.
    pub fn create_topic(
        &mut self,
        placement: &Placement,
        config: TopicConfig,
        batch: &mut MetadataBatchBuilder,
    ) -> ControllerResult {
        let topic = TopicIx(self.topics.len() as u32);
        let lists = match self.placed(topic, placement) {
            Ok(lists) => lists,
            Err(error) => return ControllerResult::Result(error),
        };
        self.write(MetadataRecord::Topic { topic }, batch);
        if config != TopicConfig::default() {
            self.write(MetadataRecord::Config { topic: Some(topic), config }, batch);
        }
        self.write_partitions(topic, lists, batch)
    }

    /// More partitions of a topic, or why there are none.
    pub fn add_partitions(
        &mut self,
        topic: TopicIx,
        placement: &Placement,
        batch: &mut MetadataBatchBuilder,
    ) -> ControllerResult {
        if self.topics.get(topic.at()).is_none() {
            return ControllerResult::Result(ErrorCode::UnknownTopicOrPartition);
        }
        match self.placed(topic, placement) {
            Ok(lists) => self.write_partitions(topic, lists, batch),
            Err(error) => ControllerResult::Result(error),
        }
    }

    fn write_partitions(
        &mut self,
        topic: TopicIx,
        lists: Vec<Vec<BrokerId>>,
        batch: &mut MetadataBatchBuilder,
    ) -> ControllerResult {
        let first = self.partitions.len() as u32;
        for replicas in lists {
            let partition = PartitionIx(self.partitions.len() as u32);
            let number = self.topics[topic.at()].partitions.len() as i32;
            let directories = replicas.iter().map(|id| self.default_directory(*id)).collect();
            let state = self.initial(replicas);
            self.write(MetadataRecord::Partition { partition, topic, number, state, directories }, batch);
        }
        ControllerResult::Created { topic, partitions: first..self.partitions.len() as u32 }
    }

    fn initial(&self, replicas: Vec<BrokerId>) -> PartitionRegistration {
        let isr: Vec<_> = replicas.iter().copied().filter(|id| self.is_active(*id)).collect();
        PartitionRegistration { leader: isr.first().copied(), replicas, isr, ..Default::default() }
    }

    fn is_active(&self, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(|registered| registered.is_active())
    }

    fn placed(&self, topic: TopicIx, placement: &Placement) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
        let lists = match placement {
            Placement::Manual(lists) => lists.clone(),
            Placement::Striped { partitions, replication_factor, seed } => {
                let start = Start::Random(*seed);
                place(&self.candidates(), &self.lists_of(topic), *partitions, *replication_factor, start)
                    .ok_or(ErrorCode::InvalidReplicationFactor)?
            }
        };
        if lists.is_empty() {
            return Err(ErrorCode::InvalidPartitions);
        }
        for list in &lists {
            self.check_replicas(list)?;
            if !list.iter().any(|id| self.is_active(*id)) {
                return Err(ErrorCode::InvalidReplicaAssignment);
            }
        }
        Ok(lists)
    }

    fn check_replicas(&self, replicas: &[BrokerId]) -> Result<(), ErrorCode> {
        let known = replicas.iter().all(|id| self.brokers.contains_key(id));
        let twice = replicas.iter().enumerate().any(|(place, id)| replicas[..place].contains(id));
        let fine = known && !twice && !replicas.is_empty();
        if fine { Ok(()) } else { Err(ErrorCode::InvalidReplicaAssignment) }
    }

    fn lists_of(&self, topic: TopicIx) -> Vec<&[BrokerId]> {
        let of = self.topics.get(topic.at()).map_or(&[][..], |topic| &topic.partitions);
        of.iter().filter_map(|ix| self.partitions.get(*ix)).map(|entry| &entry.state.replicas[..]).collect()
    }

    fn candidates(&self) -> Vec<Candidate> {
        let usable = self.brokers.iter().filter(|(_, broker)| !broker.in_controlled_shutdown);
        let candidate = |(id, broker): (&BrokerId, &super::brokers::RegisteredBroker)| Candidate {
            id: *id,
            rack: broker.rack.clone(),
            fenced: broker.fenced,
        };
        usable.map(candidate).collect()
    }

    /// Other settings. A changed minimum ISR voids the ELR; unclean election waits for the next event or
    /// check, but ZooKeeper's controller elects at once.
    pub fn set_config(
        &mut self,
        topic: Option<TopicIx>,
        config: TopicConfig,
        batch: &mut MetadataBatchBuilder,
    ) -> ErrorCode {
        let before = match topic {
            None => self.cluster_config,
            Some(topic) => match self.topics.get(topic.at()) {
                Some(topic) => topic.config,
                None => return ErrorCode::UnknownTopicOrPartition,
            },
        };
        if before == config {
            return ErrorCode::None;
        }
        self.write(MetadataRecord::Config { topic, config }, batch);
        if self.profile.elr && before.min_isr != config.min_isr {
            self.write(MetadataRecord::ClearElr { topic }, batch);
        }
        if self.profile.zookeeper && before.unclean != config.unclean {
            self.elect_uncleanly(Cause::UncleanEnabled, batch);
        }
        ErrorCode::None
    }

    /// Begins to move a partition to other brokers (KIP-455). Replicas that leave do so only when all that
    /// stay are in sync.
    pub fn reassign(
        &mut self,
        ix: PartitionIx,
        replicas: &[BrokerId],
        batch: &mut MetadataBatchBuilder,
    ) -> ErrorCode {
        let Some(entry) = self.partitions.get(ix) else { return ErrorCode::UnknownTopicOrPartition };
        if let Err(error) = self.check_replicas(replicas) {
            return error;
        }
        let assignment = between(&entry.state.replicas, replicas);
        let target = PartitionTarget { assignment: Some(assignment), ..self.as_is(ix) };
        self.change(ix, target, None, Cause::ReassignmentRequested, batch);
        ErrorCode::None
    }

    /// Reassigns every partition of a topic to more or fewer replicas; the first ones stay.
    pub fn set_replication_factor(
        &mut self,
        topic: TopicIx,
        replication_factor: usize,
        batch: &mut MetadataBatchBuilder,
    ) -> ErrorCode {
        let Some(partitions) = self.topics.get(topic.at()).map(|topic| topic.partitions.clone()) else {
            return ErrorCode::UnknownTopicOrPartition;
        };
        if replication_factor == 0 {
            return ErrorCode::InvalidReplicationFactor;
        }
        let candidates = self.candidates();
        let mut load: BTreeMap<BrokerId, usize> = BTreeMap::new();
        for id in self.lists_of(topic).into_iter().flatten() {
            *load.entry(*id).or_default() += 1;
        }
        for ix in partitions {
            let Some(entry) = self.partitions.get(ix) else { continue };
            let removing = &entry.state.removing;
            let mut replicas = entry.state.replicas.clone();
            replicas.retain(|id| !removing.contains(id));
            replicas.truncate(replication_factor);
            while replicas.len() < replication_factor {
                let Some(next) = next_replica(&candidates, &replicas, &load) else {
                    return ErrorCode::InvalidReplicationFactor;
                };
                *load.entry(next).or_default() += 1;
                replicas.push(next);
            }
            self.reassign(ix, &replicas, batch);
        }
        ErrorCode::None
    }
}

/// The assignment on the way from one replica list to another (`PartitionReassignmentReplicas`).
pub(crate) fn between(current: &[BrokerId], target: &[BrokerId]) -> Assignment {
    let missing = |list: &[BrokerId], from: &[BrokerId]| {
        let mut missing: Vec<_> = list.iter().copied().filter(|id| !from.contains(id)).collect();
        missing.sort_unstable();
        missing
    };
    let (adding, removing) = (missing(target, current), missing(current, target));
    let replicas = target.iter().chain(&removing).copied().collect();
    Assignment { replicas, adding, removing }
}
