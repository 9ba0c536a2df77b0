//! What brokers, controllers and clients say to each other, reduced to what decides about replication.

use crate::model::{BrokerId, Nanos, PartitionIx};
use serde::{Deserialize, Serialize};

/// A position in a log.
pub type Offset = i64;
/// How often a partition changed its leader (KIP-101).
pub type LeaderEpoch = i32;
/// How often a partition's registration changed.
pub type PartitionEpoch = i32;
/// The metadata offset of a broker's registration (KIP-500).
pub type BrokerEpoch = i64;

/// What a record says of its time (`CreateTime`), or what the broker makes of it (`LogAppendTime`), in nanoseconds of
/// virtual time; what is older than the run is below zero.
pub type Timestamp = i64;

/// Records by identity: `count` records numbered from `first` by one producer for one partition.
///
/// Loss, duplication and order are counted by these identities. Neighbouring ranges merge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RecordRange {
    /// Which producer of the workload (not the producer id that Kafka hands out).
    pub producer: u32,
    /// Number of the first record.
    pub first: u64,
    pub count: u32,
}

impl RecordRange {
    /// Stands for a producer in the identity of a control record: no application sent it.
    pub const CONTROL: u32 = u32::MAX;

    /// The identity of a marker. One producer's markers of one kind and epoch are alike.
    pub fn of_marker(producer_id: i64, epoch: i16, commit: bool) -> RecordRange {
        let number = (producer_id as u64) << 17 | u64::from(epoch as u16) << 1 | u64::from(commit);
        RecordRange { producer: RecordRange::CONTROL, first: number, count: 1 }
    }

    /// Whether it is a marker's.
    pub fn is_control(&self) -> bool {
        self.producer == RecordRange::CONTROL
    }
}

/// A record batch: appended, replicated and recovered as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// Offset of its first record; set by the leader.
    pub base_offset: Offset,
    pub records: RecordRange,
    /// Size on disk and wire.
    pub bytes: u32,
    /// Epoch of the leader that appended it.
    pub leader_epoch: LeaderEpoch,
    /// Idempotent producer's id, -1 without idempotence.
    pub producer_id: i64,
    pub producer_epoch: i16,
    /// Sequence of the first record, -1 without idempotence; of a marker the epoch of its coordinator, which Kafka has in
    /// the control record itself.
    pub base_sequence: i32,
    /// When the first record was handed to the producer.
    pub created_at: Nanos,
    /// Largest timestamp of its records: what retention and the roll of a segment go by.
    pub max_timestamp: Timestamp,
    /// Whether it belongs to a transaction, or ends one.
    #[serde(default)]
    pub kind: BatchKind,
}

/// What a batch has to do with transactions (the attributes of record format v2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchKind {
    /// Nothing.
    #[default]
    Plain,
    /// Its records count once their transaction is committed.
    Transactional,
    /// A control record: the producer's transaction in this partition is committed.
    Commit,
    /// A control record: it is aborted.
    Abort,
}

impl BatchKind {
    /// Whether it is a marker, which takes an offset and which no application sees.
    pub fn is_control(self) -> bool {
        matches!(self, BatchKind::Commit | BatchKind::Abort)
    }
}

/// An aborted transaction's part in a fetch answer: records of this producer from this offset to its next abort
/// marker are not for who reads committed records (`FetchResponse.AbortedTransaction`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbortedTransaction {
    pub producer_id: i64,
    pub first_offset: Offset,
}

impl Batch {
    /// Offset after its last record.
    pub fn end_offset(&self) -> Offset {
        self.base_offset + Offset::from(self.records.count)
    }
}

/// Kafka's error codes, as far as they occur here. The numbers are Kafka's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[repr(i16)]
pub enum ErrorCode {
    None = 0,
    /// The offset is not in the log.
    OffsetOutOfRange = 1,
    /// This server does not host this topic-partition.
    UnknownTopicOrPartition = 3,
    /// There is no leader now.
    LeaderNotAvailable = 5,
    NotLeaderOrFollower = 6,
    /// Indefinite: it may have happened.
    RequestTimedOut = 7,
    /// A batch larger than the topic accepts.
    MessageTooLarge = 10,
    /// The connection broke before an answer.
    NetworkException = 13,
    /// The group's coordinator cannot be reached or created.
    CoordinatorNotAvailable = 15,
    /// Another broker coordinates this group.
    NotCoordinator = 16,
    /// Refused before the append: ISR smaller than the minimum.
    NotEnoughReplicas = 19,
    /// Appended, but the ISR fell below the minimum (before 3.7).
    NotEnoughReplicasAfterAppend = 20,
    /// `acks` is not -1, 0 or 1.
    InvalidRequiredAcks = 21,
    /// The member's generation is over.
    IllegalGeneration = 22,
    /// The group does not know this member.
    UnknownMemberId = 25,
    RebalanceInProgress = 27,
    /// A topic needs at least one partition, and partitions only grow.
    InvalidPartitions = 37,
    /// More replicas than brokers, or none of them alive.
    InvalidReplicationFactor = 38,
    /// Replicas twice on one broker, on an unknown broker, or none of them alive.
    InvalidReplicaAssignment = 39,
    /// Not the active controller.
    NotController = 41,
    /// The request makes no sense.
    InvalidRequest = 42,
    /// A gap or step back in the sequence of an idempotent producer.
    OutOfOrderSequenceNumber = 45,
    /// Already appended; a success without an offset.
    DuplicateSequenceNumber = 46,
    /// An older incarnation of the producer.
    InvalidProducerEpoch = 47,
    /// The log's disk failed.
    KafkaStorageError = 56,
    /// The sender knows an older leader epoch.
    FencedLeaderEpoch = 74,
    /// The sender knows a newer leader epoch.
    UnknownLeaderEpoch = 75,
    /// An older incarnation of the broker.
    StaleBrokerEpoch = 77,
    /// High watermark still behind the start of the leader's epoch.
    OffsetNotAvailable = 78,
    /// The fetch session is unknown or at another epoch: fetch in full (KIP-227).
    InvalidFetchSessionEpoch = 71,
    /// The preferred leader is not in the ISR or not alive.
    PreferredLeaderNotAvailable = 80,
    EligibleLeadersNotAvailable = 83,
    /// The partition has the leader that was asked for.
    ElectionNotNeeded = 84,
    /// The ISR member is fenced, shutting down or of another epoch.
    IneligibleReplica = 107,
    /// The change was made, and it moved leadership away from the sender.
    NewLeaderElected = 108,
    /// The partition epoch in the request is old.
    InvalidUpdateVersion = 95,
    /// Another incarnation of the broker still holds its session.
    DuplicateBrokerRegistration = 101,
    /// The transaction is in no state for this.
    InvalidTxnState = 48,
    /// The transactional id has another producer id by now.
    InvalidProducerIdMapping = 49,
    /// The transaction before is not complete yet: try again.
    ConcurrentTransactions = 51,
    /// A newer process of the same transactional id has begun.
    ProducerFenced = 90,
    /// The transaction has to be aborted (KIP-890).
    TransactionAbortable = 120,
    /// A newer coordinator has written a marker of this producer.
    TransactionCoordinatorFenced = 52,
    /// `transaction.timeout.ms` of the producer is above `transaction.max.timeout.ms` of the brokers.
    InvalidTransactionTimeout = 50,
}

impl ErrorCode {
    /// Kafka's name in capitals.
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::None => "NONE",
            ErrorCode::OffsetOutOfRange => "OFFSET_OUT_OF_RANGE",
            ErrorCode::UnknownTopicOrPartition => "UNKNOWN_TOPIC_OR_PARTITION",
            ErrorCode::LeaderNotAvailable => "LEADER_NOT_AVAILABLE",
            ErrorCode::NotLeaderOrFollower => "NOT_LEADER_OR_FOLLOWER",
            ErrorCode::RequestTimedOut => "REQUEST_TIMED_OUT",
            ErrorCode::MessageTooLarge => "MESSAGE_TOO_LARGE",
            ErrorCode::NetworkException => "NETWORK_EXCEPTION",
            ErrorCode::CoordinatorNotAvailable => "COORDINATOR_NOT_AVAILABLE",
            ErrorCode::NotCoordinator => "NOT_COORDINATOR",
            ErrorCode::NotEnoughReplicas => "NOT_ENOUGH_REPLICAS",
            ErrorCode::NotEnoughReplicasAfterAppend => "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
            ErrorCode::InvalidRequiredAcks => "INVALID_REQUIRED_ACKS",
            ErrorCode::IllegalGeneration => "ILLEGAL_GENERATION",
            ErrorCode::UnknownMemberId => "UNKNOWN_MEMBER_ID",
            ErrorCode::RebalanceInProgress => "REBALANCE_IN_PROGRESS",
            ErrorCode::InvalidPartitions => "INVALID_PARTITIONS",
            ErrorCode::InvalidReplicationFactor => "INVALID_REPLICATION_FACTOR",
            ErrorCode::InvalidReplicaAssignment => "INVALID_REPLICA_ASSIGNMENT",
            ErrorCode::NotController => "NOT_CONTROLLER",
            ErrorCode::InvalidRequest => "INVALID_REQUEST",
            ErrorCode::OutOfOrderSequenceNumber => "OUT_OF_ORDER_SEQUENCE_NUMBER",
            ErrorCode::DuplicateSequenceNumber => "DUPLICATE_SEQUENCE_NUMBER",
            ErrorCode::InvalidProducerEpoch => "INVALID_PRODUCER_EPOCH",
            ErrorCode::InvalidTxnState => "INVALID_TXN_STATE",
            ErrorCode::InvalidProducerIdMapping => "INVALID_PRODUCER_ID_MAPPING",
            ErrorCode::ConcurrentTransactions => "CONCURRENT_TRANSACTIONS",
            ErrorCode::ProducerFenced => "PRODUCER_FENCED",
            ErrorCode::TransactionCoordinatorFenced => "TRANSACTION_COORDINATOR_FENCED",
            ErrorCode::InvalidTransactionTimeout => "INVALID_TRANSACTION_TIMEOUT",
            ErrorCode::TransactionAbortable => "TRANSACTION_ABORTABLE",
            ErrorCode::KafkaStorageError => "KAFKA_STORAGE_ERROR",
            ErrorCode::FencedLeaderEpoch => "FENCED_LEADER_EPOCH",
            ErrorCode::UnknownLeaderEpoch => "UNKNOWN_LEADER_EPOCH",
            ErrorCode::StaleBrokerEpoch => "STALE_BROKER_EPOCH",
            ErrorCode::OffsetNotAvailable => "OFFSET_NOT_AVAILABLE",
            ErrorCode::InvalidFetchSessionEpoch => "INVALID_FETCH_SESSION_EPOCH",
            ErrorCode::PreferredLeaderNotAvailable => "PREFERRED_LEADER_NOT_AVAILABLE",
            ErrorCode::EligibleLeadersNotAvailable => "ELIGIBLE_LEADERS_NOT_AVAILABLE",
            ErrorCode::ElectionNotNeeded => "ELECTION_NOT_NEEDED",
            ErrorCode::NewLeaderElected => "NEW_LEADER_ELECTED",
            ErrorCode::IneligibleReplica => "INELIGIBLE_REPLICA",
            ErrorCode::InvalidUpdateVersion => "INVALID_UPDATE_VERSION",
            ErrorCode::DuplicateBrokerRegistration => "DUPLICATE_BROKER_REGISTRATION",
        }
    }
}

/// How many copies an acknowledgement waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Acks {
    /// `acks=0`: none.
    Zero,
    /// `acks=1`: the leader's append.
    One,
    /// `acks=all`: every member of the current ISR.
    All,
}

/// Whether a leader was elected from replicas known to be complete.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Recovery {
    /// Yes, or the leader has said so since.
    #[default]
    Recovered,
    /// Elected uncleanly and not yet confirmed.
    Recovering,
}

/// The controller's account of one partition (`PartitionRegistration`).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct PartitionRegistration {
    /// In assignment order; the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
    /// In sync, in Kafka's order.
    pub isr: Vec<BrokerId>,
    /// Eligible leader replicas (KIP-966).
    pub elr: Vec<BrokerId>,
    /// At most one in shipped code.
    pub last_known_elr: Vec<BrokerId>,
    /// `None` is Kafka's -1.
    pub leader: Option<BrokerId>,
    /// Bumped whenever a change names a leader.
    pub leader_epoch: LeaderEpoch,
    /// Bumped by every change.
    pub partition_epoch: PartitionEpoch,
    /// Whether the leader was elected cleanly.
    pub recovery: Recovery,
    /// Replicas being added by a reassignment.
    pub adding: Vec<BrokerId>,
    /// Replicas being removed by a reassignment.
    pub removing: Vec<BrokerId>,
}

/// A change of one partition (`PartitionChangeRecord`): only what changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct PartitionChange {
    pub partition: Option<PartitionIx>,
    pub isr: Option<Vec<BrokerId>>,
    pub elr: Option<Vec<BrokerId>>,
    /// New last known ELR.
    pub last_known_elr: Option<Vec<BrokerId>>,
    /// New leader; `Some(None)` is Kafka's -1. Naming one, even the same, bumps the leader epoch.
    pub leader: Option<Option<BrokerId>>,
    pub recovery: Option<Recovery>,
    pub replicas: Option<Vec<BrokerId>>,
    pub adding: Option<Vec<BrokerId>>,
    pub removing: Option<Vec<BrokerId>>,
}

/// A leader's proposal of another ISR (`AlterPartition`, one partition of it).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlterPartition {
    pub partition: PartitionIx,
    pub leader_epoch: LeaderEpoch,
    /// The partition epoch that the leader knows.
    pub partition_epoch: PartitionEpoch,
    /// The ISR it wants, each with the broker epoch it saw; -1 skips that check.
    pub new_isr: Vec<(BrokerId, BrokerEpoch)>,
    /// The recovery state it reports.
    pub recovery: Recovery,
}

/// The controller's answer to [`AlterPartition`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlterPartitionResponse {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// On success the partition as it is now.
    pub state: Option<PartitionRegistration>,
}

/// What a follower or consumer asks of one partition (`Fetch`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FetchPartition {
    pub partition: PartitionIx,
    /// The leader epoch the asker knows, -1 for none.
    pub current_leader_epoch: LeaderEpoch,
    pub fetch_offset: Offset,
    /// Epoch of the last batch the asker has, -1 for none.
    pub last_fetched_epoch: LeaderEpoch,
    /// The asker's log start.
    pub log_start: Offset,
}

/// Largest epoch not above the one asked for, and where it ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct EpochEnd {
    pub epoch: LeaderEpoch,
    /// First offset after it.
    pub end_offset: Offset,
}

/// A partition's part of a fetch answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchedPartition {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// The asker's log has left the leader's here; nothing else is told then.
    pub diverging: Option<EpochEnd>,
    /// The leader's high watermark.
    pub high_watermark: Offset,
    /// The leader's log start.
    pub log_start: Offset,
    /// A consumer should rather read from this follower (KIP-392).
    pub preferred_read_replica: Option<BrokerId>,
    /// The data, in order.
    pub batches: Vec<Batch>,
    /// To who reads committed records only: transactions in the data, or before it, that were aborted.
    pub aborted: Vec<AbortedTransaction>,
}
