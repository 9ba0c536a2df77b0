//! How a follower makes its log a prefix of its leader's (`AbstractFetcherThread`, kafka.md#truncation).

use crate::model::{BrokerId, Nanos};
use crate::protocol::log::Log;
use crate::protocol::profile::Truncation;
use crate::protocol::wire::{EpochEnd, LeaderEpoch, Offset};

/// A follower's state beside its log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FollowerState {
    /// Whom; `None` while there is no leader.
    pub leader: Option<BrokerId>,
    pub epoch: LeaderEpoch,
    /// Place of the fetcher that serves it.
    pub fetcher: Option<u32>,
    pub state: PartitionFetchState,
    /// Its fetcher's source knows where it reads. Answers count only then.
    pub offset_sent: bool,
    /// The first truncation is over.
    pub truncation_completed: bool,
}

/// What a follower does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PartitionFetchState {
    /// Fetches from its log end.
    Fetching,
    /// Needs to know where its newest epoch ends in the leader's log.
    NeedsEpochEnd,
    /// Needs to know where the leader's log starts and ends.
    NeedsOffsets,
    /// Waits after an error.
    Delayed(Nanos),
    /// Fenced: waits for newer metadata.
    Failed,
}

/// Why a log was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub enum TruncationCause {
    /// The leader's epochs end there.
    Diverging(EpochEnd),
    /// Cut to the own high watermark: the rule up to 0.10, or no epoch in common.
    HighWatermark,
    /// The leader's log ends before.
    LeaderEnd(Offset),
    /// The leader's log starts after the own end.
    LeaderStart(Offset),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OffsetTruncationState {
    /// The new log end.
    pub to: Offset,
    pub cause: TruncationCause,
    /// False: ask again from there.
    pub completed: bool,
}

/// What a new follower does first, and the cut it makes before.
pub(crate) fn initial_fetch_state(
    kind: Truncation,
    log: &Log,
    high_watermark: Offset,
) -> (PartitionFetchState, Option<OffsetTruncationState>) {
    let to_high_watermark =
        OffsetTruncationState { to: high_watermark, cause: TruncationCause::HighWatermark, completed: true };
    match kind {
        Truncation::ToHighWatermark => (PartitionFetchState::Fetching, Some(to_high_watermark)),
        // A log without epochs, as before message format v2, has nothing to compare: the high watermark is all
        // there is.
        _ if log.epochs().latest().is_none() => (PartitionFetchState::Fetching, Some(to_high_watermark)),
        // The first fetch carries the last epoch, and the leader answers with where the logs diverge (IBP 2.7).
        Truncation::ViaFetch => (PartitionFetchState::Fetching, None),
        Truncation::Kip101 | Truncation::Kip279 | Truncation::Kip320 => {
            (PartitionFetchState::NeedsEpochEnd, None)
        }
    }
}

/// Where to cut when the leader says that its epochs up to the one asked for end at `leaders`; `None` when
/// it knows of no such epoch (`getOffsetTruncationState`).
pub(crate) fn offset_truncation_state(
    kind: Truncation,
    log: &Log,
    high_watermark: Offset,
    leaders: Option<EpochEnd>,
) -> OffsetTruncationState {
    let Some(leaders) = leaders else {
        return OffsetTruncationState {
            to: high_watermark,
            cause: TruncationCause::HighWatermark,
            completed: true,
        };
    };
    let cause = TruncationCause::Diverging(leaders);
    let to = |offset: Offset| offset.min(log.end());
    // KIP-101 alone looks at the offset and never at whose epoch it ends.
    if kind == Truncation::Kip101 {
        return OffsetTruncationState { to: to(leaders.end_offset), cause, completed: true };
    }
    match log.end_offset_for(leaders.epoch) {
        // An epoch in common: up to its earlier end both logs were written by the same leader and are equal.
        Some(mine) if mine.epoch == leaders.epoch => {
            OffsetTruncationState { to: to(mine.end_offset.min(leaders.end_offset)), cause, completed: true }
        }
        // The leader knows none of this epoch. Cut to the end of the next older one and ask again: each round
        // drops at least one epoch, so it ends.
        Some(mine) => OffsetTruncationState { to: to(mine.end_offset), cause, completed: false },
        None => OffsetTruncationState { to: to(leaders.end_offset), cause, completed: true },
    }
}

/// What to do when the fetch offset is outside the leader's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OutOfRange {
    /// The leader's log ends before: cut there.
    TruncateTo(Offset),
    /// The leader's log starts behind the own end: drop everything.
    TruncateFullyAndStartAt(Offset),
    /// The range has changed meanwhile: go on.
    Resume,
}

/// `fetchOffsetAndTruncate`.
pub(crate) fn out_of_range(log_end: Offset, leader_start: Offset, leader_end: Offset) -> OutOfRange {
    // An unclean election: the leader has less. Its log is the truth now, whatever this replica had.
    if leader_end < log_end {
        OutOfRange::TruncateTo(leader_end)
    } else if leader_start > log_end {
        OutOfRange::TruncateFullyAndStartAt(leader_start)
    } else {
        OutOfRange::Resume
    }
}
