//! Compacted topics: what cleaners removed of them, and what groups never saw.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::compaction::KeyedRecords;
use crate::protocol::wire::{Offset, RecordRange};
use crate::sim::compacted_logs::LastOfKey;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// The keys of what a broker has of a partition below an offset.
    pub(super) fn keys_of_log(
        &self,
        id: BrokerId,
        partition: PartitionIx,
        below: Offset,
    ) -> Vec<KeyedRecords> {
        let log = self.machines.log(id, partition);
        log.map_or_else(Vec::new, |log| self.clients.compaction.runs_of_log(partition, log, below))
    }

    /// The log that consumers read is cleaned, or a cleaned one is what they read from now on.
    pub(super) fn note_cleaned(&mut self, leader: BrokerId, partition: PartitionIx, cause: u64) {
        let Some(replica) = self.machines.host(leader).and_then(|host| host.broker.replica(partition)) else {
            return;
        };
        let (fresh, log_end) = (replica.storage().removed().clone(), replica.log().end());
        self.clip_cleaned(partition, log_end);
        let known = self.clients.compaction.logs.get(&partition);
        let fresh = known.map_or_else(|| fresh.clone(), |known| fresh.without(&known.removed));
        if fresh.ranges().is_empty() {
            return;
        }
        let runs = self.keys_of_log(leader, partition, log_end);
        let groups = 0..self.clients.groups().len() as u32;
        let missed = |world: &World, group| {
            (world.compacted_of(group, partition), world.deletes_missed_of(group, partition))
        };
        let before: Vec<(u64, u64)> = groups.clone().map(|group| missed(self, group)).collect();
        let known = self.clients.compaction.logs.entry(partition).or_default();
        fresh.ranges().iter().for_each(|(first, end)| _ = known.removed.add(*first, *end));
        known.note_deletes(&runs);
        for (group, (records, deletes)) in groups.zip(before) {
            self.begin_last_of_key(group, partition, leader);
            let (records_now, deletes_now) = missed(self, group);
            let (records, deletes) =
                (records_now.saturating_sub(records), deletes_now.saturating_sub(deletes));
            if records > 0 || deletes > 0 {
                let event = EventKind::CompactedBeforeRead { group, partition, records, deletes };
                self.record_event(event, Some(cause));
            }
        }
    }

    /// An unclean election has cut off what the consumers' log held from here on, and what was known of it.
    fn clip_cleaned(&mut self, partition: PartitionIx, log_end: Offset) {
        let Some(known) = self.clients.compaction.logs.get_mut(&partition) else { return };
        known.removed = known.removed.within(0, log_end.max(0) as u64);
        known.tombstones.retain(|_, offset| *offset < log_end);
        for group in 0..self.clients.groups().len() as u32 {
            if let Some(last) = self.clients.group_mut(group).last_of_key.get_mut(&partition) {
                last.retain(|_, (offset, _)| *offset < log_end);
            }
        }
    }

    /// From the first cleaning on the last record of each key is known that a group has processed.
    fn begin_last_of_key(&mut self, group: u32, partition: PartitionIx, leader: BrokerId) {
        let host = self.clients.group(group);
        let Some(done) = host.done.get(&partition) else { return };
        let Some(log) = self.machines.log(leader, partition) else { return };
        if host.last_of_key.contains_key(&partition) {
            return;
        }
        let mut last = LastOfKey::new();
        for run in self.clients.compaction.runs_of_log(partition, log, log.end()) {
            let offsets = run.offset..run.offset + Offset::from(run.count);
            if let Some(at) = offsets.rev().find(|offset| done.contains(*offset as u64)) {
                last.insert(run.key, (at, run.tombstone));
            }
        }
        self.clients.group_mut(group).last_of_key.insert(partition, last);
    }

    /// A group has processed records.
    pub(super) fn note_keys_read(
        &mut self,
        group: u32,
        partition: PartitionIx,
        offset: Offset,
        records: RecordRange,
    ) {
        if !self.clients.compaction.logs.contains_key(&partition) {
            return;
        }
        let runs = self.clients.compaction.runs(partition, offset, records);
        let last = self.clients.group_mut(group).last_of_key.entry(partition).or_default();
        for run in runs {
            let at = run.offset + Offset::from(run.count) - 1;
            let known = last.entry(run.key).or_insert((at, run.tombstone));
            if at >= known.0 {
                *known = (at, run.tombstone);
            }
        }
    }

    /// Records that were removed before a group read them.
    pub(super) fn compacted_before_read(&self, group: u32) -> u64 {
        let logs = self.clients.compaction.logs.keys();
        logs.map(|partition| self.compacted_of(group, *partition)).sum()
    }

    fn compacted_of(&self, group: u32, partition: PartitionIx) -> u64 {
        let host = self.clients.group(group);
        let logs = self.clients.compaction.logs.get(&partition);
        let (Some(log), Some(begun)) = (logs, host.begun.get(&partition)) else { return 0 };
        let unread = log.removed.within((*begun).max(0) as u64, u64::MAX);
        let left = host.processing.unsettled(partition, unread, host.done.get(&partition));
        let left = host.processing.not_polled(partition, left);
        let left = host.jumped.get(&partition).map_or_else(|| left.clone(), |jumped| left.without(jumped));
        left.len() - self.fetched(group, partition, &left)
    }

    /// Keys that are deleted, whose tombstone is gone, and of which a group has read a value and nothing since.
    pub(super) fn deletes_missed(&self, group: u32) -> u64 {
        let logs = self.clients.compaction.logs.keys();
        logs.map(|partition| self.deletes_missed_of(group, *partition)).sum()
    }

    fn deletes_missed_of(&self, group: u32, partition: PartitionIx) -> u64 {
        let read = self.clients.group(group).last_of_key.get(&partition);
        let (Some(log), Some(read)) = (self.clients.compaction.logs.get(&partition), read) else { return 0 };
        let missed = |(key, tombstone): &(&u32, &Offset)| {
            read.get(key).is_some_and(|(at, deleted)| !deleted && at < *tombstone)
        };
        log.tombstones.iter().filter(missed).count() as u64
    }
}
