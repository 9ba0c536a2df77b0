//! What a broker reports about itself: facts with their cause, worded only when shown.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::wire::{EpochEnd, ErrorCode, LeaderEpoch, Offset};
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
    ShrinkAsked {
        partition: PartitionIx,
        /// Whom, and how far behind each is.
        out: Vec<Laggard>,
        /// The leader's log end.
        log_end: Offset,
    },
    /// The leader wants a follower in the ISR.
    ExpandAsked {
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
    LogLost { partition: PartitionIx, from: Offset, to: Offset, fault: Fault },
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
    State { from: BrokerState, to: BrokerState },
}

/// A follower that leaves the ISR, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Laggard {
    pub follower: BrokerId,
    /// Its log end as the leader knows it, -1 when it has not fetched in this epoch.
    pub log_end: Offset,
    /// When it last had everything; a new leader gives every member the benefit of the doubt.
    pub last_caught_up: Option<Nanos>,
    /// When it last fetched in this epoch, if it did.
    pub last_fetch: Option<Nanos>,
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

/// Why data was flushed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum FlushCause {
    /// `flush.messages` was reached.
    FlushMessages,
    /// `flush.ms` was over when the flush scheduler looked.
    FlushMs,
    /// The segment was full.
    SegmentRoll,
    /// The operating system wrote old pages.
    OsWriteback,
    /// The broker stops in good order.
    Shutdown,
}

/// Why a log was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
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

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Fault {
    PowerLoss,
    DiskLost,
}

/// Where a broker is in its life (`BrokerState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum BrokerState {
    NotRunning,
    /// Registering, or catching up with its own registration.
    Starting,
    /// Registered and caught up, still fenced.
    Recovery,
    Running,
    /// Waits for the controller to move its leaderships.
    PendingControlledShutdown,
}
