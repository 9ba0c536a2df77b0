//! What was committed, by whichever leader, remembered apart from all replicas.

use crate::protocol::log::Log;
use crate::protocol::wire::{Batch, Offset};

/// The records below the highest high watermark that a leader ever had (the "true" high watermark).
#[derive(Clone, Default, Debug)]
pub(super) struct Ghost {
    log: Log,
}

impl Ghost {
    /// The true high watermark.
    pub(super) fn end(&self) -> Offset {
        self.log.end()
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// A leader's high watermark: what is new below it becomes committed.
    pub(super) fn commit(&mut self, leader: &Log, high_watermark: Offset) {
        let from = self.log.end();
        if high_watermark <= from {
            return;
        }
        if leader.start() > from {
            self.log.truncate_fully_and_start_at(leader.start().min(high_watermark));
        }
        leader.for_each_batch(self.log.end(), |mut batch: Batch| {
            let room = (high_watermark - batch.base_offset).max(0);
            if room < Offset::from(batch.records.count) {
                batch.records.count = room as u32;
            }
            if batch.records.count == 0 {
                return false;
            }
            self.log.append_as_follower(&[batch], i32::MAX) == 1
        });
        self.log.merge_below(self.log.end());
    }

    /// Begins anew with what a leader has: what was committed before is gone for good.
    pub(super) fn forget(&mut self, leader: &Log, high_watermark: Offset) {
        *self = Ghost::default();
        self.commit(leader, high_watermark);
    }

    /// Where a log first differs from what is committed, within a range.
    pub(super) fn difference(&self, log: &Log, from: Offset, upto: Offset) -> Option<Offset> {
        let upto = upto.min(self.end());
        if from >= upto { None } else { self.log.first_difference(log, from, upto) }
    }
}
