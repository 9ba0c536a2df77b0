//! Transactions in one replica's log: which are open, which were aborted (`ProducerStateManager`, `TransactionIndex`).

use crate::protocol::wire::{AbortedTransaction, Batch, BatchKind, Offset};
use std::collections::VecDeque;

/// A transaction without a marker yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct OpenTransaction {
    producer_id: i64,
    first: Offset,
}

/// A transaction with its marker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct CompletedTransaction {
    producer_id: i64,
    /// Of its first record.
    first: Offset,
    /// Of its marker.
    last: Offset,
    aborted: bool,
}

/// The transactions of one log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct TransactionIndex {
    /// At most one of a producer.
    open: Vec<OpenTransaction>,
    /// By their markers.
    completed: VecDeque<CompletedTransaction>,
    /// Behind the last marker of a commit that was forgotten, 0 before one.
    forgotten_end: Offset,
}

impl TransactionIndex {
    /// Notes a batch that is in the log now.
    pub(crate) fn append(&mut self, batch: &Batch) {
        let (producer_id, offset) = (batch.producer_id, batch.base_offset);
        let at = self.open.iter().position(|open| open.producer_id == producer_id);
        match (batch.kind, at) {
            (BatchKind::Transactional, None) => {
                self.open.push(OpenTransaction { producer_id, first: offset })
            }
            (BatchKind::Commit | BatchKind::Abort, Some(at)) => {
                let first = self.open.remove(at).first;
                let aborted = batch.kind == BatchKind::Abort;
                self.completed.push_back(CompletedTransaction { producer_id, first, last: offset, aborted });
            }
            _ => {}
        }
    }

    /// Where a producer's open transaction begins, if it has one, in whatever epoch.
    pub(crate) fn open_since(&self, producer_id: i64) -> Option<Offset> {
        self.open.iter().find(|open| open.producer_id == producer_id).map(|open| open.first)
    }

    /// Producers with an open transaction.
    pub(crate) fn open_producers(&self) -> impl Iterator<Item = i64> + '_ {
        self.open.iter().map(|open| open.producer_id)
    }

    /// The first offset of a transaction that is open, or whose marker is not below the high watermark.
    pub(crate) fn first_unstable(&self, high_watermark: Offset) -> Option<Offset> {
        let undecided = self.completed.iter().rev().take_while(|done| done.last >= high_watermark);
        let open = self.open.iter().map(|open| open.first);
        undecided.map(|done| done.first).chain(open).min()
    }

    /// The aborted transactions with records in `from..upto`, or before it and still going on there.
    pub(crate) fn aborted_in(&self, from: Offset, upto: Offset) -> Vec<AbortedTransaction> {
        let begin = self.completed.partition_point(|done| done.last < from);
        let touching = self.completed.range(begin..).filter(|done| done.aborted && done.first < upto);
        touching
            .map(|done| AbortedTransaction { producer_id: done.producer_id, first_offset: done.first })
            .collect()
    }

    /// Whether the record of a producer at this offset belongs to an aborted transaction.
    pub(crate) fn is_aborted(&self, producer_id: i64, offset: Offset) -> bool {
        let begin = self.completed.partition_point(|done| done.last < offset);
        let mut later = self.completed.range(begin..);
        later
            .find(|done| done.producer_id == producer_id)
            .is_some_and(|done| done.aborted && done.first <= offset)
    }

    /// The log holds `start..end` only: a transaction whose marker was cut off is open again.
    pub(crate) fn truncate(&mut self, start: Offset, end: Offset) {
        self.open.retain(|open| open.first < end);
        while let Some(done) = self.completed.pop_back_if(|done| done.last >= end) {
            if done.first < end {
                self.open.push(OpenTransaction { producer_id: done.producer_id, first: done.first });
            }
        }
        while self.completed.pop_front_if(|done| done.last < start).is_some() {}
        if start == end {
            self.open.clear();
        }
    }

    /// Commits below this offset are cut off by an unclean election only. Aborts are kept: readers have to be told of
    /// them.
    pub(crate) fn forget_commits_below(&mut self, offset: Offset) {
        if self.completed.front().is_some_and(|done| done.last < offset) {
            let goes = |done: &CompletedTransaction| !done.aborted && done.last < offset;
            let last = self.completed.iter().filter(|done| goes(done)).map(|done| done.last + 1).max();
            self.forgotten_end = self.forgotten_end.max(last.unwrap_or(0));
            self.completed.retain(|done| !goes(done));
        }
    }

    /// Whether a log that ends here lacks a marker that was forgotten: only the log tells which transactions are open.
    pub(crate) fn has_forgotten_behind(&self, end: Offset) -> bool {
        self.forgotten_end > end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::RecordRange;
    use proptest::prelude::*;

    fn batch(producer_id: i64, base_offset: Offset, kind: BatchKind) -> Batch {
        Batch {
            base_offset,
            records: RecordRange { producer: 0, first: base_offset as u64, count: 1 },
            bytes: 100,
            leader_epoch: 0,
            producer_id,
            producer_epoch: 0,
            base_sequence: 0,
            created_at: 0,
            max_timestamp: 0,
            kind,
        }
    }

    fn index_of(log: &[(i64, BatchKind)]) -> TransactionIndex {
        let mut index = TransactionIndex::default();
        for (at, (producer, kind)) in log.iter().enumerate() {
            index.append(&batch(*producer, at as Offset, *kind));
        }
        index
    }

    const T: BatchKind = BatchKind::Transactional;

    #[test]
    fn the_first_unstable_offset_waits_for_the_marker_to_be_committed() {
        let index = index_of(&[(1, T), (2, T), (1, BatchKind::Commit)]);
        assert_eq!(index.first_unstable(3), Some(1), "producer 2 is still open");
        assert_eq!(index.first_unstable(2), Some(0), "the marker at 2 may yet be lost");
        let index = index_of(&[(1, T), (2, T), (1, BatchKind::Commit), (2, BatchKind::Abort)]);
        assert_eq!(index.first_unstable(4), None);
        assert_eq!(index.aborted_in(2, 4), [AbortedTransaction { producer_id: 2, first_offset: 1 }]);
        assert!(index.is_aborted(2, 1) && !index.is_aborted(1, 0));
    }

    #[test]
    fn a_transaction_whose_marker_was_cut_off_is_open_again() {
        let mut index = index_of(&[(1, T), (1, BatchKind::Abort), (1, T)]);
        index.truncate(0, 1);
        assert_eq!((index.open_since(1), index.first_unstable(1)), (Some(0), Some(0)));
        assert_eq!(index.aborted_in(0, 1), []);
    }

    fn batches() -> impl Strategy<Value = Vec<(i64, BatchKind)>> {
        let kind = prop::sample::select(vec![BatchKind::Plain, T, T, BatchKind::Commit, BatchKind::Abort]);
        prop::collection::vec((0..3_i64, kind), 0..30)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// A log that was cut and one that never was longer know the same.
        #[test]
        fn cutting_is_as_if_the_rest_had_never_been(log in batches(), at in 0..30_usize) {
            let cut = at.min(log.len());
            let mut index = index_of(&log);
            index.truncate(0, cut as Offset);
            let other = index_of(&log[..cut]);
            prop_assert_eq!(&index.completed, &other.completed);
            for producer in 0..3 {
                prop_assert_eq!(index.open_since(producer), other.open_since(producer));
            }
        }

        /// The last stable offset only rises with the log and its high watermark.
        #[test]
        fn the_last_stable_offset_never_falls(log in batches()) {
            let mut last = 0;
            for end in 0..=log.len() {
                let index = index_of(&log[..end]);
                let mark = end as Offset;
                let stable = index.first_unstable(mark).unwrap_or(mark).min(mark);
                prop_assert!(stable >= last, "{stable} after {last}");
                last = stable;
            }
        }
    }
}
