//! What members say to their coordinator, and what it answers.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::wire::{ErrorCode, LeaderEpoch, Offset};

/// A member's id, handed out by the coordinator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct MemberId(pub u64);

/// A position to commit, or a committed one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct PartitionOffset {
    pub partition: PartitionIx,
    /// The next offset to read.
    pub offset: Offset,
    /// Epoch of the last record read, -1 when not known (KIP-320).
    pub leader_epoch: LeaderEpoch,
}

/// What a consumer asks of the coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GroupRequest {
    /// `JoinGroup`
    Join {
        /// Its id, if it has one already.
        member: Option<MemberId>,
        /// `group.instance.id` as a number: a static member.
        instance: Option<u32>,
        /// `session.timeout.ms`
        session_timeout: Nanos,
        /// `max.poll.interval.ms`
        rebalance_timeout: Nanos,
    },
    /// `SyncGroup`; only the leader brings an assignment.
    Sync {
        member: MemberId,
        generation: i32,
        /// Partitions of every member.
        assignment: Vec<(MemberId, Vec<PartitionIx>)>,
    },
    /// `Heartbeat`
    Heartbeat { member: MemberId, generation: i32 },
    /// `LeaveGroup`
    Leave { member: MemberId },
    /// `OffsetCommit`
    Commit {
        /// Who; `None` with generation -1 is a consumer without a group membership.
        member: Option<MemberId>,
        generation: i32,
        offsets: Vec<PartitionOffset>,
    },
    /// `OffsetFetch`
    FetchOffsets { partitions: Vec<PartitionIx> },
}

/// What the coordinator answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GroupResponse {
    /// To a join, once the barrier is passed.
    Joined {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        member: MemberId,
        generation: i32,
        /// To the leader only: all members in the order in which they are assigned; empty for the others.
        members: Vec<MemberId>,
    },
    /// To a sync, once the leader has brought the assignment.
    Synced {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// What this member owns now.
        partitions: Vec<PartitionIx>,
    },
    Heartbeat {
        /// [`ErrorCode::RebalanceInProgress`] asks to join again.
        error: ErrorCode,
    },
    Left,
    Committed {
        /// One for all partitions.
        error: ErrorCode,
    },
    /// To a fetch of offsets: only partitions with a committed offset.
    Offsets {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        offsets: Vec<PartitionOffset>,
    },
}

/// What the group's partition of `__consumer_offsets` can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum OffsetsPartition {
    /// Led, and at or above its minimum ISR.
    #[default]
    Writable,
    /// Led, but commits are not replicated: they time out.
    BelowMinIsr,
    /// No leader: the coordinator is not available. What it knew is read again from the log later.
    NoLeader,
}

/// What happens to a coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GroupInput {
    Request {
        /// Address of the consumer: answers go there.
        from: u32,
        /// Chosen by the consumer; the answer carries it.
        correlation: u64,
        request: GroupRequest,
    },
    /// The state of the offsets partition, whenever it changes.
    Offsets(OffsetsPartition),
    /// The offsets partition is led by a replica that has none of the group's records.
    LogLost,
    /// A time that [`GroupOutput::Wake`] asked for has come.
    Wake,
}

/// What a coordinator wants done or has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GroupOutput {
    Reply {
        /// Address of the consumer.
        to: u32,
        correlation: u64,
        reply: GroupResponse,
    },
    Rebalancing,
    /// A rebalance ended: this generation is assigned.
    Stable {
        generation: i32,
        members: u32,
    },
    /// A member's session expired.
    Expired {
        member: MemberId,
    },
    /// Step with [`GroupInput::Wake`] at this time.
    Wake(Nanos),
}
