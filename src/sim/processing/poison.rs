//! Records that no consumer can process: those that a producer makes, and the next ones of a partition.

use crate::model::PartitionIx;
use crate::protocol::wire::Offset;
use crate::sim::processing::steps::TriedRecord;
use crate::sim::record_history::RecordKey;
use std::collections::BTreeSet;
use std::ops::Range;

/// The next records of partitions that are poison.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct PoisonRecords {
    /// Offsets at which nothing has been read since.
    expected: Vec<(PartitionIx, Range<Offset>)>,
    /// Records that were read there: they stay poison, wherever else they are.
    known: BTreeSet<(PartitionIx, RecordKey)>,
}

impl PoisonRecords {
    /// Records that will be written from `end` on.
    pub(in crate::sim) fn expect(&mut self, partition: PartitionIx, end: Offset, count: u32) {
        let after = self.expected.iter().filter(|(other, _)| *other == partition).map(|(_, range)| range.end);
        let from = after.max().unwrap_or(end).max(end);
        self.expected.push((partition, from..from + i64::from(count)));
    }

    /// Whether a record is one; `every`: its producer makes every so many-th.
    pub(in crate::sim) fn has(&mut self, of: TriedRecord, every: Option<u64>) -> bool {
        let TriedRecord { partition, offset, record } = of;
        if every.is_some_and(|every| (record.first + 1).is_multiple_of(every)) {
            return true;
        }
        let key = (partition, (record.producer, record.first));
        if self.known.contains(&key) {
            return true;
        }
        let is_expected = self.take(partition, offset);
        if is_expected {
            self.known.insert(key);
        }
        is_expected
    }

    /// The record at an expected offset is known now; another one that comes there later is not meant.
    fn take(&mut self, partition: PartitionIx, offset: Offset) -> bool {
        let of_it =
            |(other, range): &(PartitionIx, Range<Offset>)| *other == partition && range.contains(&offset);
        let Some(at) = self.expected.iter().position(of_it) else { return false };
        let (_, range) = self.expected.swap_remove(at);
        for part in [range.start..offset, offset + 1..range.end] {
            if !part.is_empty() {
                self.expected.push((partition, part));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::RecordRange;

    fn record(offset: Offset, first: u64) -> TriedRecord {
        let record = RecordRange { producer: 0, first, count: 1 };
        TriedRecord { partition: PartitionIx(0), offset, record }
    }

    #[test]
    fn the_record_at_an_expected_offset_is_poison_and_not_the_offset() {
        let mut poison = PoisonRecords::default();
        poison.expect(PartitionIx(0), 10, 2);
        assert!(!poison.has(record(9, 9), None) && poison.has(record(11, 11), None));
        assert!(!poison.has(record(11, 30), None), "another record after a truncation");
        assert!(poison.has(record(40, 11), None), "the same one, written twice");
        poison.expect(PartitionIx(0), 10, 1);
        assert!(poison.has(record(10, 10), None) && poison.has(record(11, 50), None));
    }

    #[test]
    fn every_so_many_th_record_of_a_producer_is_poison() {
        let mut poison = PoisonRecords::default();
        let found: Vec<u64> = (0..10).filter(|first| poison.has(record(0, *first), Some(4))).collect();
        assert_eq!(found, [3, 7]);
    }
}
