//! Groups of the scenario, as their coordinators and the run know them.

mod coordinator;

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::group::{GroupCoordinator, OffsetsPartition};
use crate::protocol::wire::{Offset, RecordRange};
use crate::sim::compacted_logs::LastOfKey;
use crate::sim::event::Timer;
use crate::sim::intervals::Intervals;
use crate::sim::processing::Processing;
use crate::sim::record_copies::RecordCopies;
use crate::sim::rng::Rng;
use std::collections::BTreeMap;

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
    /// Of the group's records.
    pub(super) copies: RecordCopies,
    /// Offsets known to be committed.
    pub(super) committed: BTreeMap<PartitionIx, Offset>,
    /// Offsets processed, of each partition.
    pub(super) done: BTreeMap<PartitionIx, Intervals>,
    /// Offsets that retention deleted at or above the group's position and that it had not processed then.
    pub(super) deleted: BTreeMap<PartitionIx, Intervals>,
    /// Offsets over which a reset moved a member's position.
    pub(super) jumped: BTreeMap<PartitionIx, Intervals>,
    /// Where it began to read.
    pub(super) begun: BTreeMap<PartitionIx, Offset>,
    /// The last record of each key that it has processed, and whether that deleted the key, of logs that were cleaned.
    pub(super) last_of_key: BTreeMap<PartitionIx, LastOfKey>,
    /// Records processed, and how many of them had been before.
    pub(super) read: u64,
    pub(super) read_again: u64,
    /// Whether a rebalance is under way, and how many members the last one had.
    pub(super) rebalancing: bool,
    pub(super) members: u32,
    pub(super) generation: i32,
    pub(super) processing: Processing,
}

impl HostedGroup {
    pub(super) fn new(group: GroupCoordinator, home: Option<PartitionIx>, rng: Rng) -> Self {
        HostedGroup {
            group,
            timer: Timer::default(),
            home,
            coordinator: None,
            offsets: OffsetsPartition::default(),
            copies: RecordCopies::default(),
            committed: BTreeMap::new(),
            done: BTreeMap::new(),
            deleted: BTreeMap::new(),
            jumped: BTreeMap::new(),
            begun: BTreeMap::new(),
            last_of_key: BTreeMap::new(),
            read: 0,
            read_again: 0,
            rebalancing: false,
            members: 0,
            generation: 0,
            processing: Processing::new(rng),
        }
    }

    /// Offsets below its commit that `poll()` returned and nobody processed or gave up, but for those that retention
    /// had deleted before the commit went over them.
    pub(super) fn passed_over(&self, partition: PartitionIx, committed: Offset) -> Intervals {
        let left = self.processing.passed_over(partition, committed, self.done.get(&partition));
        match self.deleted.get(&partition) {
            Some(deleted) => left.without(deleted),
            None => left,
        }
    }

    /// A member's position moves by itself.
    pub(super) fn jumps(&mut self, partition: PartitionIx, from: Option<Offset>, to: Offset) {
        if from.is_none() {
            self.begun.entry(partition).or_insert(to);
        }
        if let Some(from) = from.filter(|from| *from < to) {
            self.jumped.entry(partition).or_default().add(from as u64, to as u64);
        }
    }

    /// Records were processed; `known` of them had been before, wherever they stood. What stands twice in a log is
    /// not read again, and neither is another record at an offset that was truncated.
    pub(super) fn processed(
        &mut self,
        partition: PartitionIx,
        offset: Offset,
        records: RecordRange,
        known: u64,
    ) {
        let count = u64::from(records.count);
        let at_offset = self.done.entry(partition).or_default().add(offset as u64, offset as u64 + count);
        self.read += count;
        self.read_again += known.min(at_offset);
        self.processing.is_processed(partition, records);
    }
}
