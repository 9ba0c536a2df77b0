//! How a group's committed offsets lie beside the logs that they point into.

use crate::model::{Cluster, Group, GroupOffset, Lag};

/// A commit may look this many records ahead of a log at the most.
///
/// The commit and the end of the log are two answers, at most ten seconds apart on a live screen (both are read
/// every five seconds, and a read may take five); a thousand records a second make so many of it.
const RACE_RECORDS: i64 = 10_000;
/// The part of the log that may have come in between: a log holds hours or days of records, the two answers are
/// seconds apart.
const RACE_PART: i64 = 10;
/// What is never worth a word, however short the log is.
const RACE_LEAST: i64 = 100;

impl Cluster {
    /// How many records a group has yet to read of one partition: those that are still in the log, from its
    /// committed offset to the high watermark. What retention has deleted does not count
    /// ([`Self::deleted_unread`]), and a commit beyond the end leaves nothing ([`Self::beyond_end`]).
    pub fn lag_of(&self, offset: &GroupOffset) -> Lag {
        let partition = self.partitions.view(offset.partition);
        match (offset.committed, partition.high_watermark()) {
            (None, _) => Lag::NoCommit,
            (Some(_), None) => Lag::Unknown,
            (Some(committed), Some(end)) => {
                let next = partition.log_start().map_or(committed, |start| committed.max(start));
                Lag::Records((end - next).max(0))
            }
        }
    }

    /// A group's whole lag; unknown as soon as one partition's is.
    pub fn lag_of_group(&self, group: &Group) -> Lag {
        let Some(offsets) = group.offsets.get() else { return Lag::Unknown };
        let mut total = None;
        for offset in offsets.iter() {
            match self.lag_of(offset) {
                Lag::Records(records) => total = Some(total.unwrap_or(0) + records),
                Lag::Unknown => return Lag::Unknown,
                Lag::NoCommit => {}
            }
        }
        total.map_or(Lag::NoCommit, Lag::Records)
    }

    /// How many records were deleted before the group read them, if any were.
    pub fn deleted_unread(&self, offset: &GroupOffset) -> Option<i64> {
        let start = self.partitions.view(offset.partition).log_start()?;
        Some(start - offset.committed?).filter(|records| *records > 0)
    }

    /// By how many records a commit lies beyond the end of the log, if by more than a race between the two reads
    /// explains. A group without members is no exception: consumers that assign partitions themselves commit
    /// for it.
    pub fn beyond_end(&self, offset: &GroupOffset) -> Option<i64> {
        let partition = self.partitions.view(offset.partition);
        let end = partition.high_watermark()?;
        let held = end - partition.log_start().unwrap_or(0);
        let race = (held / RACE_PART).clamp(RACE_LEAST, RACE_RECORDS);
        Some(offset.committed? - end).filter(|ahead| *ahead > race)
    }
}
