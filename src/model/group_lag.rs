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
    /// ([`Self::deleted_unread`]), and a commit beyond the end leaves nothing ([`Self::beyond_end`]). What a share
    /// group's coordinator counts goes before; where such a group has no start offset, only an empty log tells its lag.
    pub fn lag_of(&self, group: &Group, offset: &GroupOffset) -> Lag {
        let partition = self.partitions.view(offset.partition);
        let is_empty = partition.log_start().is_some_and(|start| partition.high_watermark() == Some(start));
        match (offset.committed, offset.told_lag, partition.high_watermark()) {
            (None, ..) if offset.is_refused => Lag::Unknown,
            (None, ..) if !group.is_share() => Lag::NoCommit,
            (None, ..) if is_empty => Lag::Records(0),
            (Some(_), Some(told), _) => Lag::Records(told.max(0)),
            (None, ..) | (Some(_), None, None) => Lag::Unknown,
            (Some(committed), None, Some(end)) => {
                let next = partition.log_start().map_or(committed, |start| committed.max(start));
                Lag::Records((end - next).max(0))
            }
        }
    }

    /// How many records of a group's lag in one partition lie behind the last stable offset: a transaction is open, and
    /// only who reads uncommitted records can read them. Not known where the last stable offset is not.
    pub fn behind_open_transaction(&self, offset: &GroupOffset) -> Option<i64> {
        let partition = self.partitions.view(offset.partition);
        let next = offset.committed?.max(partition.log_start().unwrap_or(0));
        Some((partition.high_watermark()? - partition.last_stable()?.max(next)).max(0))
    }

    /// A group's whole lag; a lower bound where that of some partitions is not known.
    pub fn lag_of_group(&self, group: &Group) -> Lag {
        let Some(offsets) = group.offsets.get() else { return Lag::Unknown };
        let (mut total, mut whole) = (None, true);
        for offset in offsets.iter() {
            match self.lag_of(group, offset) {
                Lag::Records(records) | Lag::AtLeast(records) => {
                    total = Some(i64::saturating_add(total.unwrap_or(0), records));
                }
                Lag::Unknown => whole = false,
                Lag::NoCommit => {}
            }
        }
        match (total, whole) {
            (Some(records), true) => Lag::Records(records),
            // "At least none" says nothing.
            (Some(records), false) if records > 0 => Lag::AtLeast(records),
            (_, false) => Lag::Unknown,
            (None, true) => Lag::NoCommit,
        }
    }

    /// How many records were deleted before the group read them, if any were.
    pub fn deleted_unread(&self, offset: &GroupOffset) -> Option<i64> {
        let start = self.partitions.view(offset.partition).log_start()?;
        Some(start - offset.committed?).filter(|records| *records > 0)
    }

    /// By how many records a group's commit lies beyond the end of the log, if by more than a race between the two
    /// reads explains. A race takes members that commit meanwhile: without any, one record is too many. (A consumer
    /// that assigns partitions itself commits without being a member; a look too many is the lesser harm.)
    pub fn beyond_end(&self, group: &Group, offset: &GroupOffset) -> Option<i64> {
        let partition = self.partitions.view(offset.partition);
        let end = partition.high_watermark()?;
        let held = end - partition.log_start().unwrap_or(0);
        let nobody_commits = group.member_count.get() == Some(&0);
        let race = if nobody_commits { 0 } else { (held / RACE_PART).clamp(RACE_LEAST, RACE_RECORDS) };
        Some(offset.committed? - end).filter(|ahead| *ahead > race)
    }
}
