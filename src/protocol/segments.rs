//! The segments of a log: where each begins, its size and its times, and which of them retention deletes
//! (`LogSegment`, `UnifiedLog.deleteOldSegments`).

mod cleaning;

pub(crate) use cleaning::Cleanable;

use crate::model::Nanos;
use crate::protocol::log::Log;
use crate::protocol::wire::{Batch, Offset, Timestamp};
use serde::Serialize;
use std::collections::VecDeque;

/// When a segment is full.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct RollPolicy {
    /// `segment.bytes`.
    pub bytes: u64,
    /// `segment.ms`; `None` is never.
    pub ns: Option<Nanos>,
}

/// What `cleanup.policy=delete` keeps; `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Retention {
    /// `retention.ms`.
    pub ns: Option<Nanos>,
    /// `retention.bytes`.
    pub bytes: Option<u64>,
}

/// Why retention deletes a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum SegmentDeletionReason {
    /// The log is larger than `retention.bytes` by at least the segment.
    RetentionSizeBreach,
    /// Its largest timestamp is older than `retention.ms`.
    RetentionMsBreach,
}

/// One segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Segment {
    base_offset: Offset,
    bytes: u64,
    times: Option<Times>,
}

/// The times of a segment with records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Times {
    /// Of its first batch.
    first: Timestamp,
    largest: Timestamp,
    /// About when it was last written to: `lastModified` of its file, which a cleaning keeps.
    modified: Nanos,
}

impl Segment {
    fn empty(base_offset: Offset) -> Self {
        Segment { base_offset, bytes: 0, times: None }
    }

    fn add(&mut self, batch: &Batch) {
        let (bytes, time) = (u64::from(batch.bytes), batch.max_timestamp);
        self.bytes += bytes;
        let modified = batch.created_at;
        let times = self.times.get_or_insert(Times { first: time, largest: time, modified });
        times.largest = times.largest.max(time);
        times.modified = times.modified.max(modified);
    }
}

/// The segments of one log, the active one last; there is always one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Segments {
    /// All but the active one.
    closed: VecDeque<Segment>,
    active: Segment,
}

impl Default for Segments {
    fn default() -> Self {
        Segments::starting_at(0)
    }
}

impl Segments {
    /// One empty segment.
    pub(crate) fn starting_at(offset: Offset) -> Self {
        Segments { closed: VecDeque::new(), active: Segment::empty(offset) }
    }

    /// Bytes of all of them.
    pub(crate) fn bytes(&self) -> u64 {
        self.closed.iter().map(|segment| segment.bytes).sum::<u64>() + self.active.bytes
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.closed.len() + 1
    }

    /// Closes the active segment if what is about to be appended does not go into it: all batches of an append go
    /// into one segment. Says whether it did. Time is that of the records: a segment to which nothing is
    /// written is never closed by its age (`LogSegment.shouldRoll`).
    pub(crate) fn roll_for(&mut self, batches: &[Batch], at: Offset, policy: RollPolicy) -> bool {
        let size: u64 = batches.iter().map(|batch| u64::from(batch.bytes)).sum();
        let newest = batches.iter().map(|batch| batch.max_timestamp).max();
        let full = self.active.bytes + size > policy.bytes;
        let waited = self.active.times.zip(newest).map(|(times, newest)| newest.saturating_sub(times.first));
        let old = waited.zip(policy.ns).is_some_and(|(waited, limit)| waited > span(limit));
        // An empty segment takes its first append whatever its size.
        let rolls = self.active.bytes > 0 && (full || old);
        if rolls {
            self.roll(at);
        }
        rolls
    }

    fn roll(&mut self, at: Offset) {
        self.closed.push_back(std::mem::replace(&mut self.active, Segment::empty(at)));
    }

    /// A batch was appended.
    pub(crate) fn add(&mut self, batch: &Batch) {
        self.active.add(batch);
    }

    /// The log was cut to its present end: whole segments go, the last is measured anew.
    pub(crate) fn truncate_to(&mut self, log: &Log) {
        while self.active.base_offset > log.end() {
            let Some(before) = self.closed.pop_back() else { break };
            self.active = before;
        }
        let mut left = Segment::empty(self.active.base_offset.min(log.end()));
        log.for_each_batch(left.base_offset, |batch| {
            left.add(&batch);
            true
        });
        self.active = left;
    }

    /// Drops the segments that lie below the log start (`deleteLogStartOffsetBreachedSegments`; Kafka does so at its
    /// next check).
    pub(crate) fn drop_below(&mut self, start: Offset) {
        while self.closed.front().is_some() && self.second_base() <= start {
            self.closed.pop_front();
        }
    }

    /// Where the oldest segment ends.
    fn second_base(&self) -> Offset {
        self.closed.get(1).map_or(self.active.base_offset, |second| second.base_offset)
    }

    /// The oldest segments that breach the retention, as far as all of their records are below the high watermark
    /// (`deletableSegments`): how many, and where the log starts without them.
    pub(crate) fn breaching(
        &self,
        reason: SegmentDeletionReason,
        retention: Retention,
        at: Check,
    ) -> Option<(u32, Offset)> {
        let mut over = match (reason, retention.bytes) {
            (SegmentDeletionReason::RetentionSizeBreach, limit) => self.bytes().checked_sub(limit?)?,
            (SegmentDeletionReason::RetentionMsBreach, _) => 0,
        };
        let (mut count, mut start) = (0, 0);
        let bases = self.iter().skip(1).map(|next| next.base_offset);
        for (segment, end) in self.iter().zip(bases.chain([at.log_end])) {
            let breaches = match reason {
                SegmentDeletionReason::RetentionSizeBreach => segment.bytes <= over,
                SegmentDeletionReason::RetentionMsBreach => segment.is_older(at.now, retention.ns?),
            };
            let is_empty_active = segment.base_offset == at.log_end;
            if at.high_watermark < end || is_empty_active || !breaches {
                break;
            }
            over = over.saturating_sub(segment.bytes);
            (count, start) = (count + 1, end);
        }
        (count > 0).then_some((count, start))
    }

    /// Deletes the `count` oldest. The active one is closed before that, and an empty one takes its place.
    pub(crate) fn delete(&mut self, count: u32, log_end: Offset) {
        if count as usize > self.closed.len() {
            self.roll(log_end);
        }
        self.closed.drain(..count as usize);
    }

    fn iter(&self) -> impl Iterator<Item = &Segment> {
        self.closed.iter().chain([&self.active])
    }
}

impl Segment {
    fn is_older(&self, now: Nanos, limit: Nanos) -> bool {
        self.times.is_some_and(|times| (now as Timestamp).saturating_sub(times.largest) > span(limit))
    }
}

/// A length of time, to be compared with the difference of two timestamps.
fn span(limit: Nanos) -> Timestamp {
    Timestamp::try_from(limit).unwrap_or(Timestamp::MAX)
}

/// A look at a log by the retention.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    pub now: Nanos,
    pub high_watermark: Offset,
    pub log_end: Offset,
}

#[cfg(test)]
mod tests;
