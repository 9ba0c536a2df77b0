//! What members say to their coordinator, and what it answers.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::wire::{ErrorCode, LeaderEpoch, Offset};

/// A member's id, handed out by the coordinator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MemberId(pub u64);

/// A position to commit, or a committed one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PartitionOffset {
    /// Which partition.
    pub partition: PartitionIx,
    /// The next offset to read.
    pub offset: Offset,
    /// Epoch of the last record read, -1 when not known (KIP-320).
    pub leader_epoch: LeaderEpoch,
}

/// What a consumer asks of the coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupRequest {
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
        /// Who.
        member: MemberId,
        /// Generation it joined.
        generation: i32,
        /// Partitions of every member.
        assignment: Vec<(MemberId, Vec<PartitionIx>)>,
    },
    /// `Heartbeat`
    Heartbeat {
        /// Who.
        member: MemberId,
        /// Its generation.
        generation: i32,
    },
    /// `LeaveGroup`
    Leave {
        /// Who.
        member: MemberId,
    },
    /// `OffsetCommit`
    Commit {
        /// Who; `None` with generation -1 is a consumer without a group membership.
        member: Option<MemberId>,
        /// Its generation.
        generation: i32,
        /// What to commit.
        offsets: Vec<PartitionOffset>,
    },
    /// `OffsetFetch`
    FetchOffsets {
        /// Of which partitions.
        partitions: Vec<PartitionIx>,
    },
}

/// What the coordinator answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupReply {
    /// To a join, once the barrier is passed.
    Joined {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// The member's id.
        member: MemberId,
        /// The new generation.
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
    /// To a heartbeat.
    Heartbeat {
        /// [`ErrorCode::RebalanceInProgress`] asks to join again.
        error: ErrorCode,
    },
    /// To a leave.
    Left,
    /// To a commit.
    Committed {
        /// One for all partitions.
        error: ErrorCode,
    },
    /// To a fetch of offsets: only partitions with a committed offset.
    Offsets {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// The committed offsets.
        offsets: Vec<PartitionOffset>,
    },
}

/// What the group's partition of `__consumer_offsets` can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OffsetsPartition {
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
pub enum GroupInput {
    /// A consumer asks.
    Request {
        /// Address of the consumer: answers go there.
        from: u32,
        /// Chosen by the consumer; the answer carries it.
        correlation: u64,
        /// What it asks.
        request: GroupRequest,
    },
    /// The state of the offsets partition, whenever it changes.
    Offsets(OffsetsPartition),
    /// A time that [`GroupOutput::Wake`] asked for has come.
    Wake,
}

/// What a coordinator wants done or has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupOutput {
    /// Answer this consumer.
    Reply {
        /// Address of the consumer.
        to: u32,
        /// Of its request.
        correlation: u64,
        /// The answer.
        reply: GroupReply,
    },
    /// A rebalance began.
    Rebalancing,
    /// A rebalance ended: this generation is assigned.
    Stable {
        /// The generation.
        generation: i32,
        /// How many members.
        members: u32,
    },
    /// A member's session expired.
    Expired {
        /// Who.
        member: MemberId,
    },
    /// Step with [`GroupInput::Wake`] at this time.
    Wake(Nanos),
}
