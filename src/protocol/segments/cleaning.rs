//! Which segments a cleaning may touch, and what it makes of them (`LogCleanerManager.cleanableOffsets`,
//! `Cleaner.groupSegmentsBySize`).

use super::{Check, Segment, Segments, Times, span};
use crate::model::Nanos;
use crate::protocol::compaction::Compaction;
use crate::protocol::wire::{Offset, Timestamp};

/// What a cleaning of a log would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cleanable {
    /// From the first dirty offset to the first that may not be cleaned.
    pub dirty: (Offset, Offset),
    pub clean_bytes: u64,
    pub dirty_bytes: u64,
    /// `max.compaction.lag.ms` is over.
    pub is_overdue: bool,
}

impl Cleanable {
    /// Dirty bytes of a million that may be cleaned or are clean.
    pub(crate) fn dirty_ppm(&self) -> u64 {
        let total = u128::from(self.clean_bytes + self.dirty_bytes);
        (u128::from(self.dirty_bytes) * 1_000_000).checked_div(total).unwrap_or(0) as u64
    }

    /// Whether the cleaner takes it (`grabFilthiestCompactedLog`).
    pub(crate) fn is_due(&self, compaction: &Compaction) -> bool {
        self.dirty_bytes > 0 && (self.is_overdue || self.dirty_ppm() > compaction.min_dirty_ppm)
    }
}

impl Segments {
    /// Where the segment that is written to begins.
    #[cfg(test)]
    pub(crate) fn active_base(&self) -> Offset {
        self.active.base_offset
    }

    /// What may be cleaned: closed segments, wholly below the high watermark, and older than `min.compaction.lag.ms`.
    pub(crate) fn cleanable(&self, first_dirty: Offset, compaction: &Compaction, at: Check) -> Cleanable {
        let too_new = |segment: &Segment| {
            let age = |times: Times| (at.now as Timestamp).saturating_sub(times.largest);
            compaction.min_lag_ns > 0
                && segment.times.is_some_and(|times| age(times) < span(compaction.min_lag_ns))
        };
        let mut cleanable = Cleanable {
            dirty: (first_dirty, first_dirty),
            clean_bytes: 0,
            dirty_bytes: 0,
            is_overdue: false,
        };
        for (segment, end) in self.closed_with_ends() {
            let is_dirty = end > first_dirty;
            if at.high_watermark < end || is_dirty && too_new(segment) {
                break;
            }
            if !is_dirty {
                cleanable.clean_bytes += segment.bytes;
                continue;
            }
            cleanable.dirty_bytes += segment.bytes;
            cleanable.dirty.1 = end;
            let waited = segment.times.map(|times| (at.now as Timestamp).saturating_sub(times.first));
            let limit = compaction.max_lag_ns.map(span);
            cleanable.is_overdue |= waited.zip(limit).is_some_and(|(waited, limit)| waited > limit);
        }
        cleanable
    }

    /// Closed segments below `upto` were cleaned: neighbours that fit into `max_bytes` become one, and each has the
    /// bytes that are left.
    pub(crate) fn cleaned(&mut self, upto: Offset, max_bytes: u64, left: impl Fn(Offset, Offset) -> u64) {
        let count = self.closed_with_ends().take_while(|(_, end)| *end <= upto).count();
        let mut groups: Vec<Segment> = Vec::new();
        for segment in self.closed.drain(..count) {
            match groups.last_mut().filter(|group| group.bytes + segment.bytes <= max_bytes) {
                Some(group) => group.absorb(&segment),
                None => groups.push(segment),
            }
        }
        groups.into_iter().rev().for_each(|group| self.closed.push_front(group));
        self.measure(upto, left);
    }

    /// Counts the bytes of segments that begin below `upto` anew.
    pub(crate) fn measure(&mut self, upto: Offset, left: impl Fn(Offset, Offset) -> u64) {
        let ends: Vec<Offset> = self.closed_with_ends().map(|(_, end)| end).collect();
        for (segment, end) in self.closed.iter_mut().zip(ends).take_while(|(one, _)| one.base_offset < upto) {
            segment.bytes = left(segment.base_offset, end);
        }
        if self.active.base_offset < upto {
            self.active.bytes = left(self.active.base_offset, upto);
        }
    }

    /// About when the segment of an offset was last written to.
    pub(crate) fn modified_at(&self, offset: Offset) -> Nanos {
        let at = self.closed.partition_point(|segment| segment.base_offset <= offset);
        let segment = at.checked_sub(1).and_then(|at| self.closed.get(at)).unwrap_or(&self.active);
        segment.times.map_or(0, |times| times.modified)
    }

    /// The same of the last segment that begins below an offset; `None` when there is none.
    pub(crate) fn modified_below(&self, offset: Offset) -> Option<Nanos> {
        let at = self.closed.partition_point(|segment| segment.base_offset < offset).checked_sub(1)?;
        self.closed.get(at)?.times.map(|times| times.modified)
    }

    fn closed_with_ends(&self) -> impl Iterator<Item = (&Segment, Offset)> {
        let bases = self.iter().skip(1).map(|next| next.base_offset);
        self.closed.iter().zip(bases)
    }
}

impl Segment {
    fn absorb(&mut self, next: &Segment) {
        self.bytes += next.bytes;
        self.times = match (self.times, next.times) {
            (Some(mine), Some(theirs)) => Some(Times {
                first: mine.first,
                largest: mine.largest.max(theirs.largest),
                modified: mine.modified.max(theirs.modified),
            }),
            (mine, theirs) => mine.or(theirs),
        };
    }
}
