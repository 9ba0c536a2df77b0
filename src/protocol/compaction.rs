//! Which records of a log the cleaner removes, and what it has left out so far (`LogCleaner`, kafka.md#compaction).

use crate::model::Nanos;
use crate::protocol::intervals::Intervals;
use crate::protocol::wire::Offset;
use std::collections::BTreeMap;

/// What a topic with `cleanup.policy=compact` sets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Compaction {
    /// `min.cleanable.dirty.ratio`, in millionths.
    pub min_dirty_ppm: u64,
    /// `min.compaction.lag.ms`.
    pub min_lag_ns: Nanos,
    /// `max.compaction.lag.ms`; `None` is never.
    pub max_lag_ns: Option<Nanos>,
    /// `delete.retention.ms`.
    pub delete_retention_ns: Nanos,
}

/// Records of one key that stand one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct KeyedRecords {
    pub offset: Offset,
    pub count: u32,
    pub key: u32,
    /// They have no value: they delete the key.
    pub tombstone: bool,
}

impl KeyedRecords {
    fn end(&self) -> Offset {
        self.offset + Offset::from(self.count)
    }
}

/// How long a tombstone stays when nothing of its key follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TombstoneRule {
    /// Since 3.1 (KAFKA-8522): `delete.retention.ms` after the first cleaning that met it.
    Horizon { now: Nanos, retention: Nanos },
    /// Before: as long as its segment is not that much older than the newest one cleaned before.
    SegmentAge { upto: Nanos },
}

/// One pass over a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cleaning {
    /// First dirty offset, and the first that is not cleaned.
    pub dirty: (Offset, Offset),
    pub tombstones: TombstoneRule,
}

/// What a pass removed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Removed {
    pub offsets: Intervals,
    /// How many of them were tombstones of their key's end, removed because their time was over.
    pub tombstones: u64,
}

/// What the cleaner has done with a replica's log so far; it is on the disk.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cleaned {
    /// `cleaner-offset-checkpoint`.
    checkpoint: Offset,
    removed: Intervals,
    /// When tombstones that a pass has met may go.
    delete_horizons: BTreeMap<Offset, Nanos>,
}

impl Cleaned {
    /// Offsets whose records are gone.
    pub(crate) fn removed(&self) -> &Intervals {
        &self.removed
    }

    /// Where the dirty part of a log begins (`cleanableOffsets`).
    pub(crate) fn first_dirty(&self, log_start: Offset, log_end: Offset) -> Offset {
        if self.checkpoint > log_end { log_start } else { self.checkpoint.max(log_start) }
    }

    /// The log was cut (`maybeTruncateCheckpoint`).
    pub(crate) fn truncate_to(&mut self, offset: Offset) {
        self.checkpoint = self.checkpoint.min(offset);
        self.removed = self.removed.within(0, offset.max(0) as u64);
        self.delete_horizons.split_off(&offset);
    }

    /// The log starts later.
    pub(crate) fn drop_below(&mut self, start: Offset) {
        if !self.removed.ranges().is_empty() {
            self.removed = self.removed.within(start.max(0) as u64, u64::MAX);
        }
        self.delete_horizons = self.delete_horizons.split_off(&start);
    }

    /// Removes from a log, whose records with a key that may come again are `keyed`, in order: what has a later
    /// record of its key in the dirty part, and tombstones whose time is over. Nothing at or above the end of the
    /// dirty part is looked at (`Cleaner.shouldRetainRecord`).
    pub(crate) fn clean(
        &mut self,
        keyed: &[KeyedRecords],
        cleaning: Cleaning,
        modified_at: impl Fn(Offset) -> Nanos,
    ) -> Removed {
        let (from, upto) = cleaning.dirty;
        let within = |run: &&KeyedRecords| run.offset < upto;
        let mut latest = BTreeMap::new();
        for run in keyed.iter().filter(within).filter(|run| run.end() > from) {
            latest.insert(run.key, run.end().min(upto) - 1);
        }
        let mut removed = Removed::default();
        for run in keyed.iter().filter(within) {
            let end = run.end().min(upto);
            let kept_from = latest.get(&run.key).map_or(run.offset, |last| (*last).clamp(run.offset, end));
            self.remove(run.offset, kept_from, &mut removed.offsets);
            if run.tombstone {
                let kept = (kept_from..end).filter(|offset| !self.removed.contains(*offset as u64));
                for offset in kept.collect::<Vec<_>>() {
                    if self.is_over(offset, cleaning.tombstones, modified_at(offset)) {
                        self.remove(offset, offset + 1, &mut removed.offsets);
                        removed.tombstones += 1;
                    }
                }
            }
        }
        self.checkpoint = upto;
        removed
    }

    fn remove(&mut self, from: Offset, end: Offset, newly: &mut Intervals) {
        let mut fresh = Intervals::default();
        fresh.add(from as u64, end.max(from) as u64);
        for (first, end) in fresh.without(&self.removed).ranges() {
            newly.add(*first, *end);
            self.removed.add(*first, *end);
        }
        while let Some(offset) =
            self.delete_horizons.range(from..end.max(from)).next().map(|(offset, _)| *offset)
        {
            self.delete_horizons.remove(&offset);
        }
    }

    /// Whether a tombstone may go. The first pass that meets it gives it its time.
    fn is_over(&mut self, offset: Offset, rule: TombstoneRule, modified_at: Nanos) -> bool {
        match rule {
            TombstoneRule::SegmentAge { upto } => modified_at <= upto,
            TombstoneRule::Horizon { now, retention } => match self.delete_horizons.get(&offset) {
                Some(horizon) => now >= *horizon,
                None => {
                    self.delete_horizons.insert(offset, now.saturating_add(retention));
                    false
                }
            },
        }
    }
}

#[cfg(test)]
mod tests;
