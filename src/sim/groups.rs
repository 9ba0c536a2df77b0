//! Groups of the scenario, as their coordinators and the run know them.

mod coordinator;

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::group::{GroupCoordinator, OffsetsPartition};
use crate::protocol::wire::Offset;
use crate::sim::event::Timer;
use crate::sim::intervals::Intervals;
use std::collections::{BTreeMap, BTreeSet};

/// A group of the scenario.
#[derive(Clone)]
pub(super) struct HostedGroup {
    pub(super) group: GroupCoordinator,
    pub(super) timer: Timer,
    /// Its partition of the offsets topic; `None` when that could not be created.
    pub(super) home: Option<PartitionIx>,
    /// The broker that leads that partition.
    pub(super) coordinator: Option<BrokerId>,
    pub(super) offsets: OffsetsPartition,
    /// Brokers that have the group's records; `None` before there is a coordinator.
    pub(super) copies: Option<BTreeSet<BrokerId>>,
    /// Whether the last of them was ever lost: the group's generations began anew.
    pub(super) records_lost: bool,
    /// Offsets known to be committed.
    pub(super) committed: BTreeMap<PartitionIx, Offset>,
    /// Offsets processed, of each partition.
    pub(super) done: BTreeMap<PartitionIx, Intervals>,
    /// Records processed, and how many of them had been before.
    pub(super) read: u64,
    pub(super) read_again: u64,
    /// Whether a rebalance is under way, and how many members the last one had.
    pub(super) rebalancing: bool,
    pub(super) members: u32,
    pub(super) generation: i32,
}

impl HostedGroup {
    pub(super) fn new(group: GroupCoordinator, home: Option<PartitionIx>) -> Self {
        HostedGroup {
            group,
            timer: Timer::default(),
            home,
            coordinator: None,
            offsets: OffsetsPartition::default(),
            copies: None,
            records_lost: false,
            committed: BTreeMap::new(),
            done: BTreeMap::new(),
            read: 0,
            read_again: 0,
            rebalancing: false,
            members: 0,
            generation: 0,
        }
    }

    /// Records of these offsets were processed.
    pub(super) fn processed(&mut self, partition: PartitionIx, from: Offset, end: Offset) {
        let known = self.done.entry(partition).or_default().add(from as u64, end as u64);
        self.read += (end - from) as u64;
        self.read_again += known;
    }
}
