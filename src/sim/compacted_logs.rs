//! Which key each record has, and what cleaners removed of the logs that consumers read.

use crate::model::PartitionIx;
use crate::protocol::compaction::KeyedRecords;
use crate::protocol::log::Log;
use crate::protocol::wire::{Offset, RecordRange};
use crate::sim::intervals::Intervals;
use std::collections::BTreeMap;

/// By key: the offset of the last record that a group has processed, and whether that was a tombstone.
pub(super) type LastOfKey = BTreeMap<u32, (Offset, bool)>;

/// In the place of a key: it never comes again.
const ONCE: u32 = u32::MAX;
/// The bit of a record without a value; keys are smaller.
const TOMBSTONE: u32 = 1 << 31;

/// Keys of records, and what consumers can no longer read of compacted logs.
#[derive(Clone, Debug, Default)]
pub(super) struct CompactedLogs {
    /// By partition and process of a producer: the key of each record, by its number.
    keys: BTreeMap<(PartitionIx, u32), Vec<u32>>,
    pub(super) logs: BTreeMap<PartitionIx, CompactedLog>,
}

/// What cleaners removed of the log that consumers read.
#[derive(Clone, Debug, Default)]
pub(super) struct CompactedLog {
    pub(super) removed: Intervals,
    /// The tombstone of each key that is deleted, among them.
    pub(super) tombstones: BTreeMap<u32, Offset>,
}

impl CompactedLog {
    /// Notes which keys are deleted without a tombstone left, from the keys of the whole log in its order. A key that was
    /// written again is not: whoever reads on learns of that.
    pub(super) fn note_deletes(&mut self, runs: &[KeyedRecords]) {
        let last_runs: BTreeMap<u32, &KeyedRecords> = runs.iter().map(|run| (run.key, run)).collect();
        for (key, run) in last_runs {
            let last = run.offset + Offset::from(run.count) - 1;
            if run.tombstone && self.removed.contains(last as u64) {
                self.tombstones.insert(key, last);
            } else {
                self.tombstones.remove(&key);
            }
        }
    }
}

impl CompactedLogs {
    /// `send()` took records of a key.
    pub(super) fn accepted(
        &mut self,
        partition: PartitionIx,
        records: RecordRange,
        key: u32,
        tombstone: bool,
    ) {
        let keys = self.keys.entry((partition, records.producer)).or_default();
        let (first, end) = (records.first as usize, records.first as usize + records.count as usize);
        if keys.len() < end {
            keys.resize(end, ONCE);
        }
        keys[first..end].fill(if tombstone { key | TOMBSTONE } else { key });
    }

    /// The keys of records of a log, in runs; those that never come again are left out.
    pub(super) fn runs(
        &self,
        partition: PartitionIx,
        offset: Offset,
        records: RecordRange,
    ) -> Vec<KeyedRecords> {
        let mut runs: Vec<KeyedRecords> = Vec::new();
        let Some(keys) = self.keys.get(&(partition, records.producer)) else { return runs };
        let first = (records.first as usize).min(keys.len());
        let numbered = (offset..).zip(keys[first..].iter().take(records.count as usize));
        for (offset, entry) in numbered.filter(|(_, entry)| **entry != ONCE) {
            let (key, tombstone) = (entry & !TOMBSTONE, entry & TOMBSTONE != 0);
            match runs.last_mut() {
                Some(last)
                    if (last.key, last.tombstone) == (key, tombstone)
                        && last.offset + Offset::from(last.count) == offset =>
                {
                    last.count += 1;
                }
                _ => runs.push(KeyedRecords { offset, count: 1, key, tombstone }),
            }
        }
        runs
    }

    /// The same of a whole log below an offset.
    pub(super) fn runs_of_log(&self, partition: PartitionIx, log: &Log, below: Offset) -> Vec<KeyedRecords> {
        let mut runs = Vec::new();
        log.for_each_range(log.start(), |offset, _, records| {
            let count = (below - offset).clamp(0, Offset::from(records.count)) as u32;
            runs.extend(self.runs(partition, offset, RecordRange { count, ..records }));
            offset + Offset::from(records.count) < below
        });
        runs
    }
}
