//! What a broker reports about itself: facts with their cause, worded only when shown.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::broker_lifecycle::BrokerState;
use crate::protocol::follower::TruncationCause;
use crate::protocol::leader::OutOfSyncReplica;
use crate::protocol::segments::SegmentDeletionReason;
use crate::protocol::storage::FlushCause;
use crate::protocol::wire::{ErrorCode, LeaderEpoch, Offset, RecordRange};
use serde::Serialize;

/// A fact. Those marked *detail* come only after [`super::Broker::set_detail`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum BrokerEvent {
    /// *Detail.* Records were appended.
    Appended {
        partition: PartitionIx,
        base_offset: Offset,
        /// Offset after the last.
        end_offset: Offset,
        /// As leader, else as follower.
        as_leader: bool,
    },
    /// *Detail.* The high watermark moved.
    HighWatermark { partition: PartitionIx, from: Offset, to: Offset, cause: HwCause },
    /// *Detail.* Data is safe from power loss up to here.
    Flushed {
        partition: PartitionIx,
        /// First offset not flushed.
        to: Offset,
        cause: FlushCause,
    },
    /// The high watermark cannot move while the ISR is below its minimum; told once.
    HighWatermarkFrozen { partition: PartitionIx, isr: Vec<BrokerId>, min_isr: u32 },
    /// The leader wants followers out of the ISR.
    IsrShrinkProposed {
        partition: PartitionIx,
        /// Whom, and how far behind each is.
        out: Vec<OutOfSyncReplica>,
        /// The leader's log end.
        log_end: Offset,
    },
    /// The leader wants a follower in the ISR.
    IsrExpandProposed {
        partition: PartitionIx,
        follower: BrokerId,
        log_end: Offset,
        /// The high watermark it has reached.
        high_watermark: Offset,
    },
    /// The controller confirmed an ISR.
    IsrConfirmed { partition: PartitionIx, isr: Vec<BrokerId> },
    /// The controller refused an ISR.
    IsrRefused { partition: PartitionIx, error: ErrorCode },
    BecameLeader {
        partition: PartitionIx,
        leader_epoch: LeaderEpoch,
        /// Where the epoch starts in the log.
        epoch_start: Offset,
        /// Its own high watermark.
        high_watermark: Offset,
    },
    BecameFollower {
        partition: PartitionIx,
        leader_epoch: LeaderEpoch,
        /// Whom; `None` while there is no leader.
        leader: Option<BrokerId>,
    },
    /// The log was cut.
    Truncated {
        partition: PartitionIx,
        from: Offset,
        to: Offset,
        /// The own high watermark before: committed records went if it is above `to`.
        high_watermark: Offset,
        cause: TruncationCause,
    },
    /// A fault destroyed the end of the log.
    LogLost { partition: PartitionIx, from: Offset, to: Offset, cause: LogLossCause },
    /// A write was refused, or failed after the append.
    WriteFailed {
        partition: PartitionIx,
        error: ErrorCode,
        /// Members of the ISR.
        isr: u32,
        min_isr: u32,
    },
    /// A retried batch was recognised and not appended again.
    Duplicate {
        partition: PartitionIx,
        /// Where the first one is.
        base_offset: Offset,
    },
    /// A follower's fetch was refused.
    FetchRefused { partition: PartitionIx, leader: BrokerId, error: ErrorCode },
    /// The process went through its life cycle.
    StateChanged { from: BrokerState, to: BrokerState },
    /// Retention deleted the oldest segments of a log.
    SegmentsDeleted {
        partition: PartitionIx,
        /// Where the log started.
        from: Offset,
        /// Where it starts now.
        to: Offset,
        segments: u32,
        reason: SegmentDeletionReason,
        as_leader: bool,
        /// The records in them, as far as each was in the log.
        #[serde(skip)]
        records: Vec<RecordRange>,
    },
    /// The cleaner removed records from a log.
    LogCleaned {
        partition: PartitionIx,
        /// The dirty part that it cleaned.
        from: Offset,
        to: Offset,
        /// Records removed, in the clean part, too.
        removed: u64,
        /// How many of them were tombstones whose time was over.
        tombstones: u64,
        as_leader: bool,
    },
}

/// Why a high watermark moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum HwCause {
    /// The leader itself appended and waits for nobody.
    Append,
    /// This follower has fetched up to there.
    Fetch(BrokerId),
    IsrChange,
    /// The broker became leader.
    Elected,
    /// The leader said so.
    FromLeader,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum LogLossCause {
    PowerLoss,
    DiskLost,
}
