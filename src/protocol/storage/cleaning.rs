//! What the cleaner does to a replica on its disk.

use super::Storage;
use crate::model::Nanos;
use crate::protocol::compaction::{Cleaning, Compaction, KeyedRecords, Removed, TombstoneRule};
use crate::protocol::intervals::Intervals;
use crate::protocol::log::Log;
use crate::protocol::segments::{Check, Cleanable};
use crate::protocol::wire::Offset;

impl Storage {
    /// Offsets whose records the cleaner has removed. The log goes on knowing which they were.
    pub(crate) fn removed(&self) -> &Intervals {
        self.cleaned.removed()
    }

    /// What a cleaning would do now. Nothing of an open transaction is cleaned.
    pub(crate) fn cleanable(&self, now: Nanos, last_stable: Offset, compaction: &Compaction) -> Cleanable {
        let first_dirty = self.cleaned.first_dirty(self.log.start(), self.log.end());
        let at = Check { now, high_watermark: last_stable, log_end: self.log.end() };
        self.segments.cleanable(first_dirty, compaction, at)
    }

    /// How long tombstones stay in a cleaning of what is dirty from `first_dirty` on.
    pub(crate) fn tombstone_rule(
        &self,
        now: Nanos,
        first_dirty: Offset,
        compaction: &Compaction,
        has_horizons: bool,
    ) -> TombstoneRule {
        let retention = compaction.delete_retention_ns;
        if has_horizons {
            return TombstoneRule::Horizon { now, retention };
        }
        let newest = self.segments.modified_below(first_dirty).unwrap_or(0);
        TombstoneRule::SegmentAge { upto: newest.saturating_sub(retention) }
    }

    /// Cleans the log (see [`crate::protocol::compaction::Cleaned::clean`]); segments become smaller and fewer.
    pub(crate) fn clean(
        &mut self,
        keyed: &[KeyedRecords],
        cleaning: Cleaning,
        segment_bytes: u64,
    ) -> Removed {
        let segments = &self.segments;
        let removed = self.cleaned.clean(keyed, cleaning, |offset| segments.modified_at(offset));
        let (log, gone) = (&self.log, self.cleaned.removed());
        self.segments.cleaned(cleaning.dirty.1, segment_bytes, |from, end| bytes_left(log, gone, from, end));
        removed
    }

    /// The log was cut.
    pub(super) fn cut_cleaned(&mut self) {
        self.cleaned.truncate_to(self.log.end());
        let (log, gone) = (&self.log, self.cleaned.removed());
        if !gone.ranges().is_empty() {
            self.segments.measure(log.end(), |from, end| bytes_left(log, gone, from, end));
        }
    }
}

/// Bytes of what is left of a log from an offset to another one.
fn bytes_left(log: &Log, removed: &Intervals, from: Offset, end: Offset) -> u64 {
    let mut bytes = 0;
    log.each_batch_left(from, removed, |batch| {
        let inside = (end - batch.base_offset).clamp(0, Offset::from(batch.records.count)) as u64;
        bytes += u64::from(batch.bytes) * inside / u64::from(batch.records.count.max(1));
        batch.end_offset() < end
    });
    bytes
}
