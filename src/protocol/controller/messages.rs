//! What goes into the controller and what comes out: requests, metadata records with their causes, answers.

use crate::model::{BrokerId, Nanos, PartitionIx, TopicIx};
use crate::protocol::controller::partition_change::Election;
use crate::protocol::controller::quorum::QuorumInput;
use crate::protocol::wire::{
    AlterPartition, AlterPartitionResponse, BrokerEpoch, ErrorCode, Offset, PartitionChange,
    PartitionRegistration,
};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

/// A log directory of a broker (KIP-858).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DirectoryId(pub u64);

impl DirectoryId {
    /// The broker has not told yet where the replica lives.
    pub const UNASSIGNED: DirectoryId = DirectoryId(0);
}

/// The topic settings that the controller decides by; `None` is the cluster's value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct TopicConfig {
    /// `min.insync.replicas`.
    pub min_isr: Option<usize>,
    /// `unclean.leader.election.enable`.
    pub unclean: Option<bool>,
}

/// A broker that introduces itself (`BrokerRegistrationRequest`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    pub broker: BrokerId,
    /// New with every start of the process.
    pub incarnation: u64,
    /// The epoch in the marker of its last clean shutdown, -1 without one.
    pub previous_epoch: BrokerEpoch,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Its log directories that are online.
    pub directories: Vec<DirectoryId>,
}

/// A sign of life (`BrokerHeartbeatRequest`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    pub broker: BrokerId,
    /// The epoch that its registration was answered with.
    pub epoch: BrokerEpoch,
    /// How far it has applied the metadata log.
    pub metadata_offset: Offset,
    /// It wants to be, or to stay, fenced.
    pub want_fence: bool,
    /// It wants to stop.
    pub want_shutdown: bool,
    /// Log directories that have failed.
    pub offline_directories: Vec<DirectoryId>,
    /// It tells which of its log directories take no new replicas (`cordoned.log.dirs`, KIP-1066). None of them is
    /// cordoned here: what counts is that the controller writes it down.
    pub tells_cordoned: bool,
}

/// Where the replicas of new partitions go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Placement {
    /// The controller chooses (`StripedReplicaPlacer`).
    Striped {
        partitions: usize,
        /// How many replicas each.
        replication_factor: usize,
        /// Seed of the choice.
        seed: u64,
    },
    /// One list a partition, the preferred leader first.
    Manual(Vec<Vec<BrokerId>>),
}

/// Something that happens to the controller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ControllerInput {
    /// Time has reached [`crate::protocol::controller::Controller::next_wake`].
    Wake,
    /// A controller node or its network changed.
    Quorum(QuorumInput),
    Register(Registration),
    Heartbeat(Heartbeat),
    /// A leader wants another ISR.
    AlterPartition {
        from: BrokerId,
        broker_epoch: BrokerEpoch,
        request: AlterPartition,
    },
    /// A broker tells in which directory a replica lives (`AssignReplicasToDirs`).
    AssignDirectory {
        from: BrokerId,
        broker_epoch: BrokerEpoch,
        partition: PartitionIx,
        directory: DirectoryId,
    },
    /// A new topic; it gets the next [`TopicIx`], its partitions the next indices.
    CreateTopic {
        placement: Placement,
        config: TopicConfig,
    },
    /// More partitions for a topic; they get the next indices, not adjacent to the old ones.
    AddPartitions {
        topic: TopicIx,
        /// The new ones only.
        placement: Placement,
    },
    /// Another replica list for a partition.
    Reassign {
        partition: PartitionIx,
        /// What it should have in the end.
        replicas: Vec<BrokerId>,
    },
    /// Another replica count for a topic: a reassignment of each partition, added replicas spread over racks.
    SetReplicationFactor {
        topic: TopicIx,
        /// Replicas of each partition.
        replication_factor: usize,
    },
    /// Other settings for a topic, or for the cluster when there is no topic.
    SetConfig {
        topic: Option<TopicIx>,
        config: TopicConfig,
    },
    /// Another level of `eligible.leader.replicas.version`.
    SetElr(bool),
    /// `kafka-leader-election`.
    Elect {
        partitions: Vec<PartitionIx>,
        /// `Preferred` or `Unclean`.
        election: Election,
    },
}

/// Why a partition changed, as data; wording is for whoever shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Cause {
    /// The broker's session ran out.
    BrokerFenced {
        broker: BrokerId,
        /// When it was heard of last.
        last_heartbeat: Nanos,
        /// When the controller looked.
        now: Nanos,
    },
    /// The broker asked to be fenced, or was allowed to stop.
    BrokerLeft { broker: BrokerId },
    /// The broker is fit to lead again.
    BrokerUnfenced { broker: BrokerId },
    /// The broker wants to stop and hands over its partitions.
    ControlledShutdown { broker: BrokerId },
    /// A new process of the broker registered.
    BrokerRestarted {
        broker: BrokerId,
        /// Whether the one before had stopped cleanly.
        clean: bool,
    },
    /// A log directory of the broker failed.
    DirectoryOffline { broker: BrokerId },
    /// The broker told in which directory the replica lives.
    DirectoryAssigned { broker: BrokerId },
    /// The leader asked for it.
    AlterPartition { leader: BrokerId },
    /// `auto.leader.rebalance.enable` moved leadership to the first replica.
    PreferredLeaderCheck,
    /// The periodic look at leaderless partitions of topics with unclean election.
    UncleanElectionCheck,
    /// Somebody asked for an election.
    ElectionRequested { election: Election },
    /// Somebody asked for another replica list.
    ReassignmentRequested,
    /// `unclean.leader.election.enable` was switched on (ZooKeeper acts at once).
    UncleanEnabled,
}

/// One record of the metadata log, as far as it decides about replication.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MetadataRecord {
    /// `eligible.leader.replicas.version`.
    ElrFeature {
        /// Whether it is at least 1.
        on: bool,
    },
    /// A broker's process is known and fenced.
    RegisterBroker {
        registration: Registration,
        /// Its epoch from now on.
        epoch: BrokerEpoch,
        /// Whether it has yet to be unfenced; not so under ZooKeeper.
        fenced: bool,
    },
    BrokerRegistrationChange {
        broker: BrokerId,
        epoch: BrokerEpoch,
        /// Fenced or unfenced, if that changed.
        fenced: Option<bool>,
        /// It is shutting down from now on.
        in_controlled_shutdown: bool,
        /// The directories that are left, if some failed.
        directories: Option<Vec<DirectoryId>>,
    },
    /// A broker has told which of its log directories are cordoned: none (KIP-1066, since 4.3).
    CordonedDirectories { broker: BrokerId, epoch: BrokerEpoch },
    /// A topic exists; it gets the next index.
    Topic { topic: TopicIx },
    /// A topic's settings, or the cluster's.
    Config { topic: Option<TopicIx>, config: TopicConfig },
    /// The ELR of a topic, or of all, is void.
    ClearElr { topic: Option<TopicIx> },
    /// A partition exists; it gets the next index.
    Partition {
        partition: PartitionIx,
        topic: TopicIx,
        /// Its number within the topic.
        number: i32,
        state: PartitionRegistration,
        /// A directory for each replica.
        directories: Vec<DirectoryId>,
    },
    PartitionChange {
        /// What of it; its `partition` is set.
        change: PartitionChange,
        /// New directories, one a replica.
        directories: Option<Vec<DirectoryId>>,
        cause: Cause,
    },
}

/// Records that are written together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetadataBatch {
    /// Offset of the first record; the others follow without gaps.
    pub base_offset: Offset,
    /// When the controller wrote them.
    pub at: Nanos,
    pub records: Vec<MetadataRecord>,
}

impl MetadataBatch {
    /// Offset of the last record.
    pub fn last_offset(&self) -> Offset {
        self.base_offset + self.records.len() as Offset - 1
    }
}

/// The controller's answer to one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ControllerResult {
    Registered {
        epoch: BrokerEpoch,
    },
    Heartbeat {
        /// The broker is fenced.
        fenced: bool,
        /// It may stop now.
        should_shut_down: bool,
        /// It has applied everything there was.
        caught_up: bool,
    },
    /// To [`ControllerInput::AlterPartition`].
    AlterPartition(AlterPartitionResponse),
    /// Topic or partitions exist.
    Created {
        topic: TopicIx,
        /// The new partitions' indices.
        partitions: Range<u32>,
    },
    /// Done, or why not; of several partitions the first refusal.
    Result(ErrorCode),
}

/// What the controller wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ControllerOutput {
    /// Write these to the metadata log; brokers learn of them once they are committed.
    Append(MetadataBatch),
    /// Answers the request of this step once the metadata log is committed up to `after`.
    Response {
        /// Offset that must be committed; the last one there is.
        after: Offset,
        result: ControllerResult,
    },
    /// Another controller node is active, or none.
    ActiveController {
        /// Its number within the quorum.
        node: Option<u32>,
        /// Grows with every election.
        epoch: u32,
    },
}
