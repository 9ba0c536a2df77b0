//! Which leader epoch starts where in a log (`LeaderEpochFileCache`, KIP-101).

use crate::protocol::wire::{EpochEnd, LeaderEpoch, Offset};

/// The start of an epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EpochStart {
    pub epoch: LeaderEpoch,
    pub start: Offset,
}

/// Epoch starts, strictly increasing in both columns.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct LeaderEpochCache {
    entries: Vec<EpochStart>,
}

impl LeaderEpochCache {
    /// Notes that `epoch` starts at `start`, unless it is known. Epochs that never got a record give way.
    pub(crate) fn assign(&mut self, epoch: LeaderEpoch, start: Offset) {
        // Every append comes here; only the first of an epoch has something to say.
        if self.entries.last().is_some_and(|last| last.epoch >= epoch) {
            return;
        }
        // A leader notes its epoch before it writes. If it never wrote, its entry would claim an offset that
        // belongs to a later epoch, and the cache would not increase in both columns.
        while self.entries.last().is_some_and(|last| last.start >= start) {
            self.entries.pop();
        }
        debug_assert!(
            self.entries.last().is_none_or(|last| last.epoch < epoch && last.start < start),
            "epochs and their starts grow together"
        );
        self.entries.push(EpochStart { epoch, start });
    }

    pub(crate) fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|last| last.epoch)
    }

    pub(crate) fn entries(&self) -> &[EpochStart] {
        &self.entries
    }

    /// The epoch of the record at `offset`.
    pub(crate) fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|entry| entry.start <= offset);
        after.checked_sub(1).map(|at| self.entries[at].epoch)
    }

    /// The largest known epoch not above `epoch` and where it ends; `log_end` ends the newest.
    ///
    /// `None` for an epoch newer than all known ones or in an empty cache. An epoch older than all
    /// known ones ends where the first of them starts (`LeaderEpochFileCache.endOffsetFor`).
    pub(crate) fn end_offset_for(&self, epoch: LeaderEpoch, log_end: Offset) -> Option<EpochEnd> {
        let above = self.entries.partition_point(|entry| entry.epoch <= epoch);
        match (above.checked_sub(1).map(|at| self.entries[at]), self.entries.get(above)) {
            (Some(own), None) if own.epoch == epoch => Some(EpochEnd { epoch, end_offset: log_end }),
            // An epoch newer than all known ones: the asker knows more than this log does.
            (_, None) => None,
            (Some(own), Some(next)) => Some(EpochEnd { epoch: own.epoch, end_offset: next.start }),
            (None, Some(next)) => Some(EpochEnd { epoch, end_offset: next.start }),
        }
    }

    /// Forgets epochs that start at or after the new log end.
    pub(crate) fn truncate_end(&mut self, end: Offset) {
        while self.entries.last().is_some_and(|last| last.start >= end) {
            self.entries.pop();
        }
    }

    /// Forgets epochs that end before the new log start.
    pub(crate) fn truncate_start(&mut self, start: Offset) {
        let first = self.entries.partition_point(|entry| entry.start <= start).saturating_sub(1);
        self.entries.drain(..first);
        if let Some(entry) = self.entries.first_mut() {
            entry.start = entry.start.max(start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(LeaderEpoch, Offset)]) -> LeaderEpochCache {
        let mut cache = LeaderEpochCache::default();
        entries.iter().for_each(|&(epoch, start)| cache.assign(epoch, start));
        cache
    }

    fn end(cache: &LeaderEpochCache, epoch: LeaderEpoch) -> Option<(LeaderEpoch, Offset)> {
        cache.end_offset_for(epoch, 20).map(|end| (end.epoch, end.end_offset))
    }

    #[test]
    fn an_epoch_ends_where_the_next_one_starts() {
        let cache = cache(&[(1, 0), (2, 5), (5, 9)]);
        assert_eq!(end(&cache, 0), Some((0, 0)));
        assert_eq!(end(&cache, 1), Some((1, 5)));
        assert_eq!(end(&cache, 4), Some((2, 9)));
        assert_eq!(end(&cache, 5), Some((5, 20)));
        assert_eq!(end(&cache, 6), None);
        assert_eq!(end(&LeaderEpochCache::default(), 0), None);
    }

    #[test]
    fn an_epoch_without_records_gives_way() {
        let cache = cache(&[(1, 0), (2, 5), (3, 5), (3, 7), (2, 9)]);
        let entries: Vec<_> = cache.entries().iter().map(|entry| (entry.epoch, entry.start)).collect();
        assert_eq!(entries, [(1, 0), (3, 5)]);
    }

    #[test]
    fn truncation_at_both_ends() {
        let mut cache = cache(&[(1, 0), (2, 5), (5, 9)]);
        cache.truncate_end(9);
        assert_eq!(cache.latest(), Some(2));
        cache.truncate_start(7);
        assert_eq!(cache.entries(), [EpochStart { epoch: 2, start: 7 }]);
        assert_eq!((cache.epoch_at(6), cache.epoch_at(7)), (None, Some(2)));
    }
}
