//! A replica on its disk: what is written, what is flushed, and what each fault leaves of it (§2.10).

use crate::protocol::broker::{FlushCause, Survives};
use crate::protocol::log::Log;
use crate::protocol::wire::{Batch, LeaderEpoch, Offset};

/// A log with its marks: `flushed <= log end`, and the two checkpoint files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Storage {
    log: Log,
    flushed: Offset,
    segment_bytes: u64,
    recovery_point: Offset,
    high_watermark_checkpoint: Offset,
}

/// When an append flushes by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlushPolicy {
    /// `flush.messages`.
    pub messages: u64,
    /// `log.segment.bytes`.
    pub segment_bytes: u64,
}

impl Storage {
    /// The log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// First offset that a power loss can take.
    pub fn flushed(&self) -> Offset {
        self.flushed
    }

    /// Where a recovery starts to scan: the flushed mark when it was last written to its file.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }

    /// The high watermark that a restart starts from, at most the log end.
    pub fn checkpointed_high_watermark(&self) -> Offset {
        self.high_watermark_checkpoint.clamp(self.log.start(), self.log.end())
    }

    /// Appends as leader. Returns the base offset and why the append flushed, if it did.
    pub fn append_as_leader(
        &mut self,
        batch: Batch,
        epoch: LeaderEpoch,
        policy: FlushPolicy,
    ) -> (Offset, Option<FlushCause>) {
        let base_offset = self.log.append_as_leader(batch, epoch);
        (base_offset, self.written(u64::from(batch.bytes), policy))
    }

    /// Appends fetched batches (see [`Log::append_as_follower`]). Returns how many, and the flush.
    pub fn append_as_follower(
        &mut self,
        batches: &[Batch],
        max_epoch: LeaderEpoch,
        policy: FlushPolicy,
    ) -> (usize, Option<FlushCause>) {
        let taken = self.log.append_as_follower(batches, max_epoch);
        let bytes = batches[..taken].iter().map(|batch| u64::from(batch.bytes)).sum();
        (taken, if taken == 0 { None } else { self.written(bytes, policy) })
    }

    fn written(&mut self, bytes: u64, policy: FlushPolicy) -> Option<FlushCause> {
        self.segment_bytes += bytes;
        let cause = if self.log.end() - self.flushed >= policy.messages.min(i64::MAX as u64) as i64 {
            FlushCause::FlushMessages
        } else if self.segment_bytes >= policy.segment_bytes {
            FlushCause::SegmentRoll
        } else {
            return None;
        };
        if self.segment_bytes >= policy.segment_bytes {
            self.segment_bytes = 0;
        }
        self.flush_to(self.log.end());
        Some(cause)
    }

    /// Makes everything below `offset` safe from power loss. Returns whether that changed anything.
    pub fn flush_to(&mut self, offset: Offset) -> bool {
        let before = self.flushed;
        self.flushed = before.max(offset.min(self.log.end()));
        self.flushed > before
    }

    /// The leader notes its epoch.
    pub fn begin_epoch(&mut self, epoch: LeaderEpoch) {
        self.log.begin_epoch(epoch);
    }

    /// Cuts the log. Kafka flushes the marks down with it.
    pub fn truncate_to(&mut self, offset: Offset) {
        self.log.truncate_to(offset);
        self.clip_marks();
    }

    /// Drops everything and starts anew at `offset`.
    pub fn restart_at(&mut self, offset: Offset) {
        self.log.restart_at(offset);
        self.flushed = offset;
        self.segment_bytes = 0;
        self.clip_marks();
    }

    /// Moves the log start up.
    pub fn advance_start(&mut self, offset: Offset) {
        self.log.advance_start(offset);
        self.flushed = self.flushed.max(self.log.start());
    }

    /// Merges old batches, never those that a power loss could still cut.
    pub fn compact_below(&mut self, offset: Offset) {
        self.log.compact_below(offset.min(self.flushed));
    }

    /// Writes the recovery-point file.
    pub fn checkpoint_recovery_point(&mut self) {
        self.recovery_point = self.flushed;
    }

    /// Writes the high-watermark file.
    pub fn checkpoint_high_watermark(&mut self, high_watermark: Offset) {
        self.high_watermark_checkpoint = high_watermark;
    }

    /// A stop in good order: everything flushed, both files written.
    pub fn close(&mut self, high_watermark: Offset) {
        self.flush_to(self.log.end());
        self.checkpoint_recovery_point();
        self.checkpoint_high_watermark(high_watermark);
    }

    /// A power loss: some prefix of the unflushed batches is left. `salt` tells replicas apart.
    pub fn lose_power(&mut self, survives: Survives, salt: u64) {
        let ends = || self.log.batch_ends_above(self.flushed);
        let keep = match survives {
            Survives::Flushed => 0,
            Survives::Everything => ends().count(),
            Survives::Batches(count) => count as usize,
            Survives::Draw(number) => (mix(number ^ mix(salt)) % (ends().count() as u64 + 1)) as usize,
        };
        let end = ends().take(keep).last().unwrap_or(self.flushed.min(self.log.end()));
        self.truncate_to(end);
        // What is left is what the disk had.
        self.flushed = end;
    }

    /// The disk is gone: nothing is left.
    pub fn lose_disk(&mut self) {
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
