//! Where a partition's records stood in the log when they were acknowledged: in full for the last batches, as
//! longer ranges before those, so that memory stays flat.

use crate::model::{BrokerId, Nanos};
use crate::protocol::wire::{Acks, Offset, RecordRange};
use std::collections::VecDeque;
use std::ops::Range;

/// Batches that are kept with their times.
const MAX_BATCHES: usize = 64;
/// Ranges that older batches are merged into.
const MAX_RANGES: usize = 64;

/// A batch as its producer heard of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AckedBatch {
    pub(crate) records: RecordRange,
    /// Its first offset; `None` with `acks=0`, where no broker says.
    pub(crate) base_offset: Option<Offset>,
    /// Who answered; `None` with `acks=0`.
    pub(crate) by: Option<BrokerId>,
    pub(crate) acks: Acks,
    /// When its first record was handed to the producer.
    pub(crate) produced: Nanos,
    pub(crate) acked: Nanos,
}

impl AckedBatch {
    fn offset_of(&self, producer: u32, number: u64) -> Option<Offset> {
        let ahead = number.checked_sub(self.records.first)?;
        let holds = self.records.producer == producer && ahead < u64::from(self.records.count);
        holds.then_some(self.base_offset? + ahead as Offset)
    }
}

/// Records of one producer's process in a row, at offsets in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct AckedRange {
    producer: u32,
    first: u64,
    end: u64,
    base_offset: Offset,
}

/// The acknowledgements of one partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct AckHistory {
    recent: VecDeque<AckedBatch>,
    older: VecDeque<AckedRange>,
}

impl AckHistory {
    pub(crate) fn add(&mut self, batch: AckedBatch) {
        if self.recent.len() == MAX_BATCHES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.merge(oldest);
        }
        self.recent.push_back(batch);
    }

    fn merge(&mut self, batch: AckedBatch) {
        let Some(base_offset) = batch.base_offset else { return };
        let (first, producer) = (batch.records.first, batch.records.producer);
        let end = first + u64::from(batch.records.count);
        let goes_on = |range: &&mut AckedRange| {
            let next = range.base_offset + (range.end - range.first) as Offset;
            (range.producer, range.end, next) == (producer, first, base_offset)
        };
        match self.older.back_mut().filter(goes_on) {
            Some(range) => range.end = end,
            None => self.older.push_back(AckedRange { producer, first, end, base_offset }),
        }
        if self.older.len() > MAX_RANGES {
            self.older.pop_front();
        }
    }

    /// The batch that was acknowledged last.
    pub(crate) fn last(&self) -> Option<&AckedBatch> {
        self.recent.back()
    }

    /// The batch of a record, if it is among the last.
    pub(crate) fn batch_of(&self, producer: u32, number: u64) -> Option<&AckedBatch> {
        let holds = |batch: &&AckedBatch| {
            let records = batch.records;
            records.producer == producer
                && (records.first..records.first + u64::from(records.count)).contains(&number)
        };
        self.recent.iter().rev().find(holds)
    }

    /// The offset at which a record was acknowledged, if that is still known.
    pub(crate) fn offset_of(&self, producer: u32, number: u64) -> Option<Offset> {
        let recent = self.recent.iter().rev().find_map(|batch| batch.offset_of(producer, number));
        let within =
            |range: &&AckedRange| range.producer == producer && (range.first..range.end).contains(&number);
        recent.or_else(|| {
            let range = self.older.iter().rev().find(within)?;
            Some(range.base_offset + (number - range.first) as Offset)
        })
    }

    /// Offsets of acknowledged records, as far as they are still known; ascending.
    pub(crate) fn offsets(&self) -> Vec<Range<Offset>> {
        let older = self.older.iter().map(|range| (range.base_offset, (range.end - range.first) as Offset));
        let recent = self.recent.iter();
        let recent = recent.filter_map(|batch| Some((batch.base_offset?, Offset::from(batch.records.count))));
        joined(older.chain(recent).map(|(base, count)| base..base + count).collect())
    }

    /// Offsets at which these records were acknowledged, as far as they are still known; ascending.
    pub(crate) fn offsets_of(&self, lost: &[RecordRange]) -> Vec<Range<Offset>> {
        let numbers = lost.iter().flat_map(|range| {
            (range.first..range.first + u64::from(range.count)).map(|number| (range.producer, number))
        });
        let known = numbers.filter_map(|(producer, number)| self.offset_of(producer, number));
        joined(known.map(|offset| offset..offset + 1).collect())
    }
}

/// Ranges in order, those that touch made one.
fn joined(mut ranges: Vec<Range<Offset>>) -> Vec<Range<Offset>> {
    ranges.sort_by_key(|range| range.start);
    let mut out: Vec<Range<Offset>> = Vec::new();
    for range in ranges {
        match out.last_mut().filter(|last| last.end >= range.start) {
            Some(last) => last.end = last.end.max(range.end),
            None => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(first: u64, count: u32, offset: Offset) -> AckedBatch {
        let records = RecordRange { producer: 0, first, count };
        AckedBatch { records, base_offset: Some(offset), by: None, acks: Acks::One, produced: 0, acked: 0 }
    }

    #[test]
    fn offsets_are_known_after_the_times_are_forgotten() {
        let mut history = AckHistory::default();
        (0..1000).for_each(|at| history.add(batch(at * 2, 2, at as Offset * 2)));
        assert_eq!((history.recent.len(), history.older.len()), (MAX_BATCHES, 1));
        assert_eq!(history.offset_of(0, 3), Some(3));
        assert_eq!(history.offset_of(0, 1999), Some(1999));
        assert_eq!(history.offset_of(1, 3), None);
        assert_eq!((history.batch_of(0, 3), history.batch_of(0, 1999).is_some()), (None, true));
        assert_eq!(history.offsets(), [Range { start: 0, end: 2000 }]);
    }

    #[test]
    fn an_offset_that_was_given_twice_belongs_to_both_records() {
        let mut history = AckHistory::default();
        [batch(0, 4, 10), batch(4, 2, 14), batch(6, 1, 14)].into_iter().for_each(|batch| history.add(batch));
        assert_eq!(history.offsets(), [Range { start: 10, end: 16 }]);
        assert_eq!((history.offset_of(0, 4), history.offset_of(0, 6)), (Some(14), Some(14)));
        let lost = RecordRange { producer: 0, first: 3, count: 3 };
        assert_eq!(history.offsets_of(&[lost]), [Range { start: 13, end: 16 }]);
    }
}
