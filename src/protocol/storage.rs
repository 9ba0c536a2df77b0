//! A replica on its disk: what is written, what is flushed, and what each fault leaves of it (kafka.md#storage).

mod cleaning;

use crate::model::Nanos;
use crate::protocol::compaction::Cleaned;
use crate::protocol::log::Log;
use crate::protocol::segments::{Check, Retention, RollPolicy, SegmentDeletionReason, Segments};
use crate::protocol::wire::{Batch, LeaderEpoch, Offset};

/// A log with its marks: `flushed <= log end`, and the two checkpoint files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Storage {
    log: Log,
    flushed: Offset,
    segments: Segments,
    cleaned: Cleaned,
    recovery_point: Offset,
    high_watermark_checkpoint: Offset,
}

/// When an append flushes, and when it begins a new segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AppendPolicy {
    /// `flush.messages`.
    pub flush_messages: u64,
    pub roll: RollPolicy,
}

/// The oldest segments, to be deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DeletedSegments {
    pub count: u32,
    /// Where the log starts without them.
    pub start: Offset,
}

/// Why data was flushed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub enum FlushCause {
    /// `flush.messages` was reached.
    FlushMessages,
    /// `flush.ms` was over when the flush scheduler looked.
    FlushMs,
    /// The segment was closed; what is appended next is not flushed with it.
    SegmentRoll,
    /// The operating system wrote old pages.
    OsWriteback,
    /// The broker stops in good order.
    Shutdown,
}

/// How much of the unflushed tail of each log a power loss leaves; always whole batches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SurvivingTail {
    Flushed,
    Everything,
    /// So many unflushed batches, oldest first.
    Batches(u32),
    /// Drawn from this number, differently for each partition.
    Draw(u64),
}

impl Storage {
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// First offset that a power loss can take.
    pub(crate) fn flushed(&self) -> Offset {
        self.flushed
    }

    /// Where a recovery starts to scan: the flushed mark when it was last written to its file.
    #[cfg(test)]
    pub(crate) fn recovery_point(&self) -> Offset {
        self.recovery_point
    }

    /// The high watermark that a restart starts from, at most the log end.
    pub(crate) fn checkpointed_high_watermark(&self) -> Offset {
        self.high_watermark_checkpoint.clamp(self.log.start(), self.log.end())
    }

    /// Bytes of its segments.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments.bytes()
    }

    #[cfg(test)]
    pub(crate) fn segments(&self) -> &Segments {
        &self.segments
    }

    /// Appends as leader. Returns the base offset and why the append flushed, if it did.
    pub(crate) fn append_as_leader(
        &mut self,
        batch: Batch,
        epoch: LeaderEpoch,
        policy: AppendPolicy,
    ) -> (Offset, Option<FlushCause>) {
        let rolled = self.maybe_roll(&[batch], self.log.end(), policy.roll);
        let base_offset = self.log.append_as_leader(batch, epoch);
        (base_offset, self.written(&[batch], rolled, policy))
    }

    /// Appends fetched batches (see [`Log::append_as_follower`]). Returns how many, and the flush.
    pub(crate) fn append_as_follower(
        &mut self,
        batches: &[Batch],
        max_epoch: LeaderEpoch,
        policy: AppendPolicy,
    ) -> (usize, Option<FlushCause>) {
        let end = self.log.end();
        let taken = self.log.append_as_follower(batches, max_epoch);
        if taken == 0 {
            return (0, None);
        }
        let rolled = self.maybe_roll(&batches[..taken], end, policy.roll);
        (taken, self.written(&batches[..taken], rolled, policy))
    }

    /// Closes the active segment at `end` if these batches do not go into it; it is flushed in the background.
    fn maybe_roll(&mut self, batches: &[Batch], end: Offset, policy: RollPolicy) -> bool {
        self.segments.roll_for(batches, end, policy) && self.flush_to(end)
    }

    fn written(&mut self, batches: &[Batch], rolled: bool, policy: AppendPolicy) -> Option<FlushCause> {
        batches.iter().for_each(|batch| self.segments.add(batch));
        // flush.messages is looked at in the append, on leader and followers alike (UnifiedLog.append); flush.ms
        // only when the flush scheduler runs, which is never by default.
        if self.log.end() - self.flushed >= policy.flush_messages.min(i64::MAX as u64) as i64 {
            self.flush_to(self.log.end());
            return Some(FlushCause::FlushMessages);
        }
        rolled.then_some(FlushCause::SegmentRoll)
    }

    /// What breaches one of the limits of the retention and is below the high watermark
    /// (`UnifiedLog.deleteOldSegments`).
    pub(crate) fn next_deletion(
        &self,
        now: Nanos,
        high_watermark: Offset,
        reason: SegmentDeletionReason,
        retention: Retention,
    ) -> Option<DeletedSegments> {
        let at = Check { now, high_watermark, log_end: self.log.end() };
        let (count, start) = self.segments.breaching(reason, retention, at)?;
        Some(DeletedSegments { count, start })
    }

    /// Deletes the oldest segments. If that is all of them, a new one begins at the log end.
    pub(crate) fn delete_segments(&mut self, deleted: DeletedSegments) {
        self.segments.delete(deleted.count, self.log.end());
        self.advance_start(deleted.start);
    }

    /// Makes everything below `offset` safe from power loss. Returns whether that changed anything.
    pub(crate) fn flush_to(&mut self, offset: Offset) -> bool {
        let before = self.flushed;
        self.flushed = before.max(offset.min(self.log.end()));
        self.flushed > before
    }

    /// The leader notes its epoch.
    pub(crate) fn assign_epoch_start(&mut self, epoch: LeaderEpoch) {
        self.log.assign_epoch_start(epoch);
    }

    /// Cuts the log. Kafka flushes the marks down with it.
    pub(crate) fn truncate_to(&mut self, offset: Offset) {
        self.log.truncate_to(offset);
        self.segments.truncate_to(&self.log);
        self.cut_cleaned();
        self.clip_marks();
    }

    /// Drops everything and starts anew at `offset`.
    pub(crate) fn truncate_fully_and_start_at(&mut self, offset: Offset) {
        self.log.truncate_fully_and_start_at(offset);
        self.flushed = offset;
        self.segments = Segments::starting_at(offset);
        self.cleaned = Cleaned::default();
        self.clip_marks();
    }

    /// Moves the log start up.
    pub(crate) fn advance_start(&mut self, offset: Offset) {
        let end = self.log.end();
        self.log.advance_start(offset);
        if self.log.end() == end {
            self.segments.drop_below(self.log.start());
        } else {
            self.segments = Segments::starting_at(offset);
        }
        self.flushed = self.flushed.max(self.log.start());
        self.cleaned.drop_below(self.log.start());
    }

    /// Merges old batches, never those that a power loss could still cut.
    pub(crate) fn merge_below(&mut self, offset: Offset) {
        self.log.merge_below(offset.min(self.flushed));
    }

    /// Writes the recovery-point file.
    pub(crate) fn checkpoint_recovery_point(&mut self) {
        // Recovery trusts what lies below this mark without looking at it (LogLoader.recoverLog).
        debug_assert!(self.flushed <= self.log.end(), "what is flushed is in the log");
        self.recovery_point = self.flushed;
    }

    /// Writes the high-watermark file.
    pub(crate) fn checkpoint_high_watermark(&mut self, high_watermark: Offset) {
        self.high_watermark_checkpoint = high_watermark;
    }

    /// A stop in good order: everything flushed, both files written.
    pub(crate) fn close(&mut self, high_watermark: Offset) {
        self.flush_to(self.log.end());
        self.checkpoint_recovery_point();
        self.checkpoint_high_watermark(high_watermark);
    }

    /// A power loss: some prefix of the unflushed batches is left. `salt` tells replicas apart.
    pub(crate) fn lose_power(&mut self, surviving_tail: SurvivingTail, salt: u64) {
        let ends = || self.log.batch_ends_above(self.flushed);
        let keep = match surviving_tail {
            SurvivingTail::Flushed => 0,
            SurvivingTail::Everything => ends().count(),
            SurvivingTail::Batches(count) => count as usize,
            SurvivingTail::Draw(number) => (mix(number ^ mix(salt)) % (ends().count() as u64 + 1)) as usize,
        };
        // Recovery drops the tail at the first batch whose CRC is wrong, so what is left ends with a whole batch.
        let end = ends().take(keep).last().unwrap_or(self.flushed.min(self.log.end()));
        self.truncate_to(end);
        // What is left is what the disk had.
        self.flushed = end;
    }

    /// The disk is gone: nothing is left.
    pub(crate) fn lose_disk(&mut self) {
        *self = Storage::default();
    }

    fn clip_marks(&mut self) {
        let end = self.log.end();
        self.flushed = self.flushed.min(end);
        self.recovery_point = self.recovery_point.min(end);
        self.high_watermark_checkpoint = self.high_watermark_checkpoint.min(end);
    }
}

/// Spreads a number over all 64 bits (the finaliser of SplitMix64), so that replicas differ.
fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::RecordRange;

    const NEVER: AppendPolicy =
        AppendPolicy { flush_messages: u64::MAX, roll: RollPolicy { bytes: u64::MAX, ns: None } };

    fn append(storage: &mut Storage, policy: AppendPolicy) -> Option<FlushCause> {
        let first = storage.log().end() as u64;
        let batch = Batch {
            base_offset: -1,
            records: RecordRange { producer: 0, first, count: 2 },
            bytes: 100,
            leader_epoch: -1,
            producer_id: -1,
            producer_epoch: -1,
            base_sequence: -1,
            created_at: 0,
            max_timestamp: 0,
            kind: Default::default(),
        };
        storage.append_as_leader(batch, 0, policy).1
    }

    fn of(batches: usize, policy: AppendPolicy) -> (Storage, Vec<Option<FlushCause>>) {
        let mut storage = Storage::default();
        let causes = (0..batches).map(|_| append(&mut storage, policy)).collect();
        (storage, causes)
    }

    #[test]
    fn appends_flush_by_count_and_by_segment() {
        let (storage, causes) = of(4, AppendPolicy { flush_messages: 4, ..NEVER });
        assert_eq!(causes, [None, Some(FlushCause::FlushMessages), None, Some(FlushCause::FlushMessages)]);
        assert_eq!(storage.flushed(), 8);
        let (storage, causes) = of(4, AppendPolicy { roll: RollPolicy { bytes: 300, ns: None }, ..NEVER });
        assert_eq!(causes, [None, None, None, Some(FlushCause::SegmentRoll)]);
        assert_eq!(storage.flushed(), 6, "the closed segment, not what was appended to the new one");
    }

    #[test]
    fn a_power_loss_keeps_whole_batches_and_all_that_was_flushed() {
        let left = |surviving_tail| {
            let mut storage = of(5, NEVER).0;
            storage.flush_to(3);
            storage.lose_power(surviving_tail, 7);
            assert_eq!(storage.flushed(), storage.log().end());
            storage.log().end()
        };
        assert_eq!(left(SurvivingTail::Flushed), 3, "a mark inside a batch keeps what it vouched for");
        assert_eq!(left(SurvivingTail::Batches(1)), 4);
        assert_eq!(left(SurvivingTail::Batches(99)), 10);
        assert_eq!(left(SurvivingTail::Everything), 10);
        let drawn: std::collections::BTreeSet<_> =
            (0..200).map(|seed| left(SurvivingTail::Draw(seed))).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 6, 8, 10]);
    }

    #[test]
    fn a_clean_stop_writes_everything_and_a_lost_disk_leaves_nothing() {
        let mut storage = of(3, NEVER).0;
        storage.close(4);
        storage.lose_power(SurvivingTail::Flushed, 0);
        assert_eq!((storage.log().end(), storage.recovery_point()), (6, 6));
        assert_eq!(storage.checkpointed_high_watermark(), 4);
        storage.lose_disk();
        assert_eq!(storage, Storage::default());
    }

    #[test]
    fn only_what_is_flushed_is_merged() {
        let mut storage = of(10, NEVER).0;
        storage.flush_to(8);
        storage.merge_below(i64::MAX);
        assert_eq!(storage.log().pieces(), 1 + 6);
    }
}
