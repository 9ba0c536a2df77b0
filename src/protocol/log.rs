//! A replica's log: batches by offset, leader epochs, truncation at both ends (`UnifiedLog`).

mod epochs;
mod span;
#[cfg(test)]
mod tests;

pub(crate) use epochs::LeaderEpochCache;
pub(crate) use span::sequence_after;

use crate::protocol::intervals::Intervals;
use crate::protocol::wire::{Batch, EpochEnd, LeaderEpoch, Offset, RecordRange};
use span::{Span, truncate_end, truncate_start};
use std::collections::VecDeque;

/// The log. Recent batches are kept as they came; what [`Log::merge_below`] was called for is merged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Log {
    start: Offset,
    end: Offset,
    spans: Vec<Span>,
    tail: VecDeque<Batch>,
    epochs: LeaderEpochCache,
}

impl Log {
    pub(crate) fn start(&self) -> Offset {
        self.start
    }

    /// Log end offset: the next to be given.
    pub(crate) fn end(&self) -> Offset {
        self.end
    }

    /// Where each epoch starts.
    pub(crate) fn epochs(&self) -> &LeaderEpochCache {
        &self.epochs
    }

    /// The newest epoch, -1 when there is none.
    pub(crate) fn latest_epoch(&self) -> LeaderEpoch {
        self.epochs.latest().unwrap_or(-1)
    }

    /// [`LeaderEpochCache::end_offset_for`] with this log's end.
    pub(crate) fn end_offset_for(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        self.epochs.end_offset_for(epoch, self.end)
    }

    /// Up to where batches are merged into spans.
    pub(crate) fn merged_end(&self) -> Offset {
        self.tail.front().map_or(self.end, |batch| batch.base_offset)
    }

    /// A new leader notes its epoch at once, before any write.
    pub(crate) fn assign_epoch_start(&mut self, epoch: LeaderEpoch) {
        self.epochs.assign(epoch, self.end);
    }

    /// Appends a batch, numbered and stamped by the leader. Returns its base offset.
    pub(crate) fn append_as_leader(&mut self, mut batch: Batch, epoch: LeaderEpoch) -> Offset {
        batch.base_offset = self.end;
        batch.leader_epoch = epoch;
        self.push(batch);
        batch.base_offset
    }

    /// Appends fetched batches up to the first that is newer than `max_epoch` or does not follow on the
    /// log. Returns how many.
    pub(crate) fn append_as_follower(&mut self, batches: &[Batch], max_epoch: LeaderEpoch) -> usize {
        let fits = |end: Offset, batch: &Batch| batch.base_offset == end && batch.leader_epoch <= max_epoch;
        let mut taken = 0;
        // A response can be of an older request, or of a leader newer than this replica has heard of (KAFKA-18723).
        // What does not continue the log is left out; the next fetch asks for it again.
        while let Some(batch) = batches.get(taken).filter(|batch| fits(self.end, batch)) {
            self.push(*batch);
            taken += 1;
        }
        taken
    }

    fn push(&mut self, batch: Batch) {
        debug_assert!(batch.records.count > 0, "an empty batch");
        debug_assert_eq!(batch.base_offset, self.end, "a log has no holes");
        self.epochs.assign(batch.leader_epoch, batch.base_offset);
        self.end = batch.end_offset();
        self.tail.push_back(batch);
    }

    /// Drops everything at and after `offset`. A batch with `offset` inside keeps the records before it. A log that
    /// starts behind it begins anew there (`UnifiedLog.truncateTo`).
    pub(crate) fn truncate_to(&mut self, offset: Offset) {
        if offset < self.start {
            return self.truncate_fully_and_start_at(offset.max(0));
        }
        let offset = offset.min(self.end);
        while self.tail.back().is_some_and(|batch| batch.base_offset >= offset) {
            self.tail.pop_back();
        }
        match self.tail.back_mut() {
            Some(last) => truncate_end(last, offset),
            None => self.truncate_spans(offset),
        }
        self.end = offset;
        self.epochs.truncate_end(offset);
    }

    fn truncate_spans(&mut self, offset: Offset) {
        while self.spans.last().is_some_and(|span| span.base_offset >= offset) {
            self.spans.pop();
        }
        if let Some(last) = self.spans.last_mut().filter(|span| span.end_offset > offset) {
            last.truncate(offset);
        }
    }

    /// Drops everything and starts anew at `offset` (`truncateFullyAndStartAt`).
    pub(crate) fn truncate_fully_and_start_at(&mut self, offset: Offset) {
        *self = Log { start: offset, end: offset, ..Log::default() };
    }

    /// Moves the log start up; whole batches below it are freed.
    pub(crate) fn advance_start(&mut self, offset: Offset) {
        if offset <= self.start {
            return;
        }
        // The leader has deleted everything that this log holds: there is nothing to keep.
        if offset > self.end {
            return self.truncate_fully_and_start_at(offset);
        }
        self.start = offset;
        let gone = self.spans.partition_point(|span| span.end_offset <= offset);
        self.spans.drain(..gone);
        while self.spans.is_empty() && self.tail.front().is_some_and(|batch| batch.end_offset() <= offset) {
            self.tail.pop_front();
        }
        self.epochs.truncate_start(offset);
    }

    /// Merges batches that end at or below `offset` into spans.
    pub(crate) fn merge_below(&mut self, offset: Offset) {
        while let Some(batch) = self.tail.front().filter(|batch| batch.end_offset() <= offset) {
            if !self.spans.last_mut().is_some_and(|span| span.absorb(batch)) {
                self.spans.push(Span::of(batch));
            }
            self.tail.pop_front();
        }
    }

    /// Appends to `out` the batches from `from` on that end at or below `upto`, about `max_bytes` of
    /// them but at least one, without what was removed. Returns their bytes. Merged batches come back in even pieces.
    pub(crate) fn read(
        &self,
        from: Offset,
        upto: Offset,
        max_bytes: u32,
        removed: &Intervals,
        out: &mut Vec<Batch>,
    ) -> u32 {
        let mut bytes = 0u32;
        self.each_batch_left(from, removed, |batch| {
            if batch.end_offset() > upto || (bytes > 0 && bytes.saturating_add(batch.bytes) > max_bytes) {
                return false;
            }
            bytes = bytes.saturating_add(batch.bytes.max(1));
            out.push(batch);
            true
        });
        bytes
    }

    /// How many bytes [`Log::read`] could give, counted up to `enough`.
    pub(crate) fn bytes_between(&self, from: Offset, upto: Offset, enough: u32, removed: &Intervals) -> u32 {
        let mut bytes = 0u32;
        self.each_batch_left(from, removed, |batch| {
            let fits = batch.end_offset() <= upto;
            bytes = bytes.saturating_add(if fits { batch.bytes } else { 0 });
            fits && bytes < enough
        });
        bytes
    }

    /// Gives the batches from `from` on, the first cut to start there, until `each` returns false.
    pub(crate) fn for_each_batch(&self, from: Offset, mut each: impl FnMut(Batch) -> bool) {
        let from = from.max(self.start);
        if !self.each_span(from, |span, at| span.batches_from(at, &mut each)) {
            return;
        }
        self.each_tail(from, |batch| each(*batch));
    }

    /// The same without the records at the removed offsets: a batch comes in the pieces that are left of it.
    pub(crate) fn each_batch_left(
        &self,
        from: Offset,
        removed: &Intervals,
        mut each: impl FnMut(Batch) -> bool,
    ) {
        if removed.ranges().is_empty() {
            return self.for_each_batch(from, each);
        }
        self.for_each_batch(from, |batch| {
            let (start, end) = (batch.base_offset as u64, batch.end_offset() as u64);
            let gone = removed.within(start, end);
            let mut whole = Intervals::default();
            whole.add(start, end);
            whole.without(&gone).ranges().iter().all(|(first, end)| {
                let mut piece = batch;
                truncate_end(&mut piece, *end as Offset);
                truncate_start(&mut piece, *first as Offset);
                each(piece)
            })
        });
    }

    /// Gives the records from `from` on as ranges, each with its first offset and leader epoch.
    pub(crate) fn for_each_range(
        &self,
        from: Offset,
        mut each: impl FnMut(Offset, LeaderEpoch, RecordRange) -> bool,
    ) {
        let from = from.max(self.start);
        let all = self.each_span(from, |span, at| {
            span.ranges_from(at, |offset, range| each(offset, span.leader_epoch, range))
        });
        let tail_start = self.merged_end();
        if all && tail_start < self.end {
            self.each_tail(from.max(tail_start), |batch| {
                each(batch.base_offset, batch.leader_epoch, batch.records)
            });
        }
    }

    fn each_tail(&self, from: Offset, mut each: impl FnMut(&Batch) -> bool) {
        for at in self.tail_index(from)..self.tail.len() {
            let mut batch = self.tail[at];
            if batch.base_offset < from {
                truncate_start(&mut batch, from);
            }
            if !each(&batch) {
                return;
            }
        }
    }

    fn each_span(&self, from: Offset, mut each: impl FnMut(&Span, Offset) -> bool) -> bool {
        if self.merged_end() <= from {
            return true;
        }
        let first = self.spans.partition_point(|span| span.end_offset <= from);
        self.spans[first..].iter().all(|span| each(span, from.max(span.base_offset)))
    }

    /// Place of the batch with `from` in it; readers are mostly at the end, so look there first.
    fn tail_index(&self, from: Offset) -> usize {
        match self.tail.back() {
            Some(last) if from >= last.end_offset() => self.tail.len(),
            Some(last) if from >= last.base_offset => self.tail.len() - 1,
            _ => self.tail.partition_point(|batch| batch.end_offset() <= from),
        }
    }

    /// Ends of the batches above `from`, oldest first: where a torn write can end.
    pub(crate) fn batch_ends_above(&self, from: Offset) -> impl Iterator<Item = Offset> + '_ {
        self.tail.iter().skip(self.tail_index(from)).map(Batch::end_offset)
    }

    /// Where the last `count` batches begin; merged batches count as their spans.
    pub(crate) fn nth_batch_from_end(&self, count: usize) -> Offset {
        if let Some(at) = self.tail.len().checked_sub(count) {
            return self.tail.get(at).map_or(self.end, |batch| batch.base_offset);
        }
        let missing = (count - self.tail.len()) as u64;
        let tail_start = self.merged_end();
        self.spans.last().map_or(tail_start, |span| span.last_batches(missing)).max(self.start)
    }

    /// The first offset in `from..upto` where two logs hold different records or epochs (LogMatching).
    pub(crate) fn first_difference(&self, other: &Log, from: Offset, upto: Offset) -> Option<Offset> {
        let mut theirs = Vec::new();
        other.for_each_range(from.max(self.start), |offset, epoch, range| {
            theirs.push((offset, epoch, range));
            offset + Offset::from(range.count) < upto
        });
        let (mut at, mut difference) = (0, None);
        self.for_each_range(from.max(other.start), |offset, epoch, range| {
            difference = compare(&theirs, &mut at, (offset, epoch, range), upto);
            difference.is_none() && offset + Offset::from(range.count) < upto
        });
        difference
    }

    /// How many batches and spans are held: what the log costs in memory.
    #[cfg(test)]
    pub(crate) fn pieces(&self) -> usize {
        self.spans.len() + self.tail.len()
    }
}

type Range = (Offset, LeaderEpoch, RecordRange);

/// Compares one range with the others that overlap it, from place `at` on.
fn compare(theirs: &[Range], at: &mut usize, mine: Range, upto: Offset) -> Option<Offset> {
    let end = |range: &Range| range.0 + Offset::from(range.2.count);
    while let Some(their) = theirs.get(*at) {
        if end(their) > mine.0 {
            let offset = mine.0.max(their.0);
            if offset >= upto || offset >= end(&mine) {
                return None;
            }
            let number = |range: &Range| range.2.first + (offset - range.0) as u64;
            let same =
                mine.1 == their.1 && mine.2.producer == their.2.producer && number(&mine) == number(their);
            if !same {
                return Some(offset);
            }
            if end(their) > end(&mine) {
                return None;
            }
        }
        *at += 1;
    }
    None
}
