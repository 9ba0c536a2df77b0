//! All partitions with the indices that keep events cheap: by broker, leaderless, without preferred leader.

use crate::model::{BrokerId, PartitionIx, TopicIx};
use crate::protocol::controller::messages::DirectoryId;
use crate::protocol::controller::partition_change::{apply, clear_elr};
use crate::protocol::wire::{PartitionChange, PartitionRegistration};
use std::collections::{BTreeMap, BTreeSet};

/// One partition as the controller knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionEntry {
    pub topic: TopicIx,
    /// Its number within the topic.
    pub number: i32,
    /// Who replicates, leads and is in sync.
    pub state: PartitionRegistration,
    /// Where each replica lives, in the order of `state.replicas`.
    pub directories: Vec<DirectoryId>,
}

impl PartitionEntry {
    /// Where a broker keeps its replica.
    pub fn directory_of(&self, broker: BrokerId) -> DirectoryId {
        let place = self.state.replicas.iter().position(|id| *id == broker);
        let directory = place.and_then(|place| self.directories.get(place));
        directory.copied().unwrap_or(DirectoryId::UNASSIGNED)
    }
}

/// All partitions by index (`BrokersToIsrs` and `TopicControlInfo` in Kafka).
#[derive(Clone, Debug, Default)]
pub struct PartitionTable {
    entries: Vec<PartitionEntry>,
    by_broker: BTreeMap<BrokerId, BTreeSet<PartitionIx>>,
    leaderships: BTreeMap<BrokerId, usize>,
    leaderless: BTreeSet<PartitionIx>,
    imbalanced: BTreeSet<PartitionIx>,
}

impl PartitionTable {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, ix: PartitionIx) -> Option<&PartitionEntry> {
        self.entries.get(ix.at())
    }

    /// All with their indices.
    pub fn iter(&self) -> impl Iterator<Item = (PartitionIx, &PartitionEntry)> {
        (0..).map(PartitionIx).zip(&self.entries)
    }

    /// Partitions with a replica on this broker, ascending.
    pub fn on_broker(&self, broker: BrokerId) -> impl Iterator<Item = (PartitionIx, &PartitionEntry)> {
        let of = self.by_broker.get(&broker).into_iter().flatten();
        of.map(|ix| (*ix, &self.entries[ix.at()]))
    }

    /// How many partitions this broker leads.
    pub fn leaderships(&self, broker: BrokerId) -> usize {
        self.leaderships.get(&broker).copied().unwrap_or(0)
    }

    /// Partitions without a leader, ascending.
    pub fn leaderless(&self) -> &BTreeSet<PartitionIx> {
        &self.leaderless
    }

    /// Partitions whose leader is not their first replica, ascending.
    pub fn imbalanced(&self) -> &BTreeSet<PartitionIx> {
        &self.imbalanced
    }

    /// One more; its index is the next.
    pub fn push(&mut self, entry: PartitionEntry) {
        let ix = PartitionIx(self.entries.len() as u32);
        self.entries.push(entry);
        self.note_replicas(ix);
        self.note_leader(ix);
    }

    /// Applies a change of the partition itself.
    pub fn change(&mut self, ix: PartitionIx, change: &PartitionChange, directories: Option<&[DirectoryId]>) {
        self.forget_leader(ix);
        if change.replicas.is_some() {
            self.forget_replicas(ix);
        }
        let entry = &mut self.entries[ix.at()];
        apply(&mut entry.state, change);
        if let Some(directories) = directories {
            entry.directories = directories.to_vec();
        }
        if change.replicas.is_some() {
            self.note_replicas(ix);
        }
        self.note_leader(ix);
    }

    /// Empties the ELR of a topic's partitions, or of all.
    pub fn clear_elr(&mut self, topic: Option<TopicIx>) {
        let concerned = |entry: &&mut PartitionEntry| topic.is_none_or(|topic| entry.topic == topic);
        for entry in self.entries.iter_mut().filter(concerned) {
            clear_elr(&mut entry.state);
        }
    }

    fn note_replicas(&mut self, ix: PartitionIx) {
        for broker in &self.entries[ix.at()].state.replicas {
            self.by_broker.entry(*broker).or_default().insert(ix);
        }
    }

    fn forget_replicas(&mut self, ix: PartitionIx) {
        for broker in &self.entries[ix.at()].state.replicas {
            if let Some(partitions) = self.by_broker.get_mut(broker) {
                partitions.remove(&ix);
            }
        }
    }

    fn note_leader(&mut self, ix: PartitionIx) {
        let state = &self.entries[ix.at()].state;
        match state.leader {
            Some(leader) => *self.leaderships.entry(leader).or_default() += 1,
            None => drop(self.leaderless.insert(ix)),
        }
        if state.leader != state.replicas.first().copied() {
            self.imbalanced.insert(ix);
        }
    }

    fn forget_leader(&mut self, ix: PartitionIx) {
        let leader = self.entries[ix.at()].state.leader;
        if let Some(count) = leader.and_then(|leader| self.leaderships.get_mut(&leader)) {
            *count -= 1;
        }
        self.leaderless.remove(&ix);
        self.imbalanced.remove(&ix);
    }
}
