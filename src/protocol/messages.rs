//! Requests and answers between clients, brokers and the controller, each a plain value.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::wire::{
    Acks, AlterPartition, AlterPartitionResponse, Batch, BrokerEpoch, EpochEnd, ErrorCode, FetchPartition,
    FetchedPartition, LeaderEpoch, Offset,
};

/// Who asks a broker, and where its answer goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Peer {
    /// A producer, consumer or coordinator, numbered by the driver.
    Client(u32),
    Broker(BrokerId),
}

/// What a broker can be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BrokerRequest {
    Produce(ProduceRequest),
    /// Read, as follower or consumer.
    Fetch(FetchRequest),
    /// `OffsetsForLeaderEpoch`: where epochs end.
    OffsetsForLeaderEpoch(Vec<OffsetForLeaderPartition>),
    /// First or next offset.
    ListOffsets(Vec<ListOffsetsPartition>),
    /// Who leads these partitions, as this broker believes; empty asks for all.
    Metadata(Vec<PartitionIx>),
}

/// The answer to a [`BrokerRequest`] of the same name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BrokerResponse {
    /// One entry for each batch, in the order asked. Never sent for `acks=0`.
    Produce(Vec<ProducePartitionResponse>),
    /// Partitions with data, news or an error.
    Fetch(FetchResponse),
    /// In the order asked.
    OffsetsForLeaderEpoch(Vec<EpochEndOffset>),
    /// In the order asked.
    ListOffsets(Vec<ListOffsetsPartitionResponse>),
    /// In the order asked.
    Metadata(Vec<PartitionLeader>),
    /// The broker closes the connection: the only sign of a failed `acks=0` write.
    Disconnect,
}

/// `Produce`: at most one batch a partition, as the Java producer drains them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProduceRequest {
    /// How many copies to wait for.
    pub acks: Acks,
    /// How long to wait for them (`request.timeout.ms` of the producer).
    pub timeout_ns: Nanos,
    /// What to append. The leader sets base offset and leader epoch.
    pub batches: Vec<(PartitionIx, Batch)>,
}

/// What became of one batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ProducePartitionResponse {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// Offset of the first record, -1 on an error before the append.
    pub base_offset: Offset,
    /// The batch was in the log before; the offset is that of the first time.
    pub duplicate: bool,
}

/// A follower's identity in a fetch (KIP-903).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct FollowerId {
    pub broker: BrokerId,
    pub epoch: BrokerEpoch,
}

/// `Fetch`, full or incremental (KIP-227).
///
/// Epoch 0 opens a session with `partitions`. Epoch n > 0 names only what changed since epoch n-1: the
/// other partitions of the session are asked for again with the offsets they had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FetchRequest {
    /// The follower; `None` is a consumer.
    pub follower: Option<FollowerId>,
    /// Which of the asker's sessions; a follower has one for each fetcher thread.
    pub session: u32,
    /// Counts the requests of the session.
    pub session_epoch: u32,
    /// How long to wait for `min_bytes`.
    pub max_wait_ns: Nanos,
    /// Answer at once when there is so much.
    pub min_bytes: u32,
    /// Soft limit of the whole answer.
    pub max_bytes: u32,
    /// Soft limit of each partition; its first batch is given whatever its size.
    pub partition_max_bytes: u32,
    /// The consumer's `client.rack` (KIP-392).
    pub rack: Option<u32>,
    /// `isolation.level=read_committed`: up to the last stable offset.
    pub read_committed: bool,
    /// New or changed partitions of the session.
    pub partitions: Vec<FetchPartition>,
    /// Partitions that leave the session.
    pub forgotten: Vec<PartitionIx>,
}

/// The answer to a fetch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct FetchResponse {
    /// [`ErrorCode::InvalidFetchSessionEpoch`] asks for a full fetch.
    pub error: ErrorCode,
    pub session: u32,
    pub session_epoch: u32,
    /// Partitions with data, news or an error.
    pub partitions: Vec<FetchedPartition>,
}

impl FetchResponse {
    /// Bytes of the batches in it.
    pub(crate) fn bytes(&self) -> u64 {
        let batches = self.partitions.iter().flat_map(|fetched| &fetched.batches);
        batches.map(|batch| u64::from(batch.bytes)).sum()
    }
}

/// One partition of `OffsetsForLeaderEpoch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OffsetForLeaderPartition {
    pub partition: PartitionIx,
    /// The leader epoch the asker knows, -1 to skip the check.
    pub current_leader_epoch: LeaderEpoch,
    /// The epoch whose end is asked for.
    pub epoch: LeaderEpoch,
}

/// Where an epoch ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EpochEndOffset {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// The largest epoch not above the one asked for; `None` when there is none.
    pub end: Option<EpochEnd>,
}

/// Which end of a log `ListOffsets` asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OffsetSpec {
    Earliest,
    /// High watermark; for a follower the log end.
    Latest,
    /// The last stable offset: what `Latest` is to who reads committed records only.
    LatestCommitted,
}

/// One partition of `ListOffsets`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ListOffsetsPartition {
    pub partition: PartitionIx,
    /// The leader epoch the asker knows, -1 to skip the check.
    pub current_leader_epoch: LeaderEpoch,
    pub position: OffsetSpec,
}

/// The offset asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ListOffsetsPartitionResponse {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// The offset, -1 on an error.
    pub offset: Offset,
    /// Its leader epoch, -1 when unknown.
    pub leader_epoch: LeaderEpoch,
}

/// A partition's leader as a metadata response names it: in the answering broker's own view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PartitionLeader {
    pub partition: PartitionIx,
    /// `None` while the partition has no leader.
    pub leader: Option<BrokerId>,
    /// The leader's `broker.rack`.
    pub leader_rack: Option<u32>,
    pub leader_epoch: LeaderEpoch,
}

/// What a broker asks of the active controller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ControllerRequest {
    /// `BrokerRegistration`.
    Register(BrokerRegistrationRequest),
    /// `BrokerHeartbeat`.
    Heartbeat(BrokerHeartbeatRequest),
    /// `AlterPartition` of many partitions; at most one is in flight for a broker.
    AlterPartitions { broker: BrokerId, broker_epoch: BrokerEpoch, partitions: Vec<AlterPartition> },
    /// `AssignReplicasToDirs` (KIP-858): where replicas live since the disk was replaced.
    AssignDirectory {
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        directory: u64,
        /// Which replicas live there.
        partitions: Vec<PartitionIx>,
    },
}

/// The controller's answer to a [`ControllerRequest`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ControllerResponse {
    Register {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// The new incarnation's epoch, -1 on an error.
        broker_epoch: BrokerEpoch,
    },
    Heartbeat {
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// The broker has applied its own registration.
        caught_up: bool,
        fenced: bool,
        /// It may stop now.
        should_shut_down: bool,
    },
    /// To `AlterPartition`.
    AlterPartitions {
        /// Refusal of the whole request, or [`ErrorCode::None`].
        error: ErrorCode,
        /// In the order asked.
        partitions: Vec<AlterPartitionResponse>,
    },
    /// To `AssignReplicasToDirs`.
    AssignDirectory {
        /// Refusal of the whole request, or [`ErrorCode::None`].
        error: ErrorCode,
    },
}

/// `BrokerRegistration`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BrokerRegistrationRequest {
    pub broker: BrokerId,
    /// Which start of its process; new at every start.
    pub incarnation: u64,
    /// The epoch in the clean-shutdown marker, -1 after an unclean stop.
    pub previous_broker_epoch: BrokerEpoch,
    /// Its log directory; new when the disk was replaced.
    pub directory: u64,
    pub rack: Option<u32>,
}

/// `BrokerHeartbeat`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BrokerHeartbeatRequest {
    pub broker: BrokerId,
    pub broker_epoch: BrokerEpoch,
    /// How far it has applied the metadata log.
    pub metadata_offset: i64,
    /// It is not ready to serve.
    pub want_fence: bool,
    /// It wants to stop.
    pub want_shutdown: bool,
    /// It tells which of its log directories are cordoned (KIP-1066).
    pub tells_cordoned: bool,
}
