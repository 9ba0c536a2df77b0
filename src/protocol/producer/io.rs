//! What goes into a producer and what comes out.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::RecordKey;
use crate::protocol::transaction::{TransactionRequest, TransactionResponse};
use crate::protocol::wire::{Acks, Batch, ErrorCode, LeaderEpoch, Offset, RecordRange};
use serde::Serialize;

/// Where a record goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecordTarget {
    /// The application names the partition.
    Partition(PartitionIx),
    /// By key: its hash modulo the partitions that the producer knows, unless the partitioner ignores keys.
    Key(RecordKey),
    /// No key: the partitioner decides.
    NoKey,
}

impl RecordTarget {
    /// The number of its key, if that may come again.
    pub(super) fn key(self) -> Option<u32> {
        match self {
            RecordTarget::Key(RecordKey::Numbered(number)) => Some(number),
            _ => None,
        }
    }
}

/// A partition's part of a produce answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PartitionResponse {
    pub partition: PartitionIx,
    /// Refusal, or [`ErrorCode::None`].
    pub error: ErrorCode,
    /// Offset of the batch's first record; -1 when not known.
    pub base_offset: Offset,
    /// The leader that a broker of 3.7 or later names when it is not the leader (KIP-951).
    pub current_leader: Option<(BrokerId, LeaderEpoch)>,
}

/// What happens to a producer. Slices are only read during the step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProducerInput<'a> {
    /// The application calls `send()` for `count` equal records at this instant.
    Send {
        target: RecordTarget,
        count: u32,
        /// Key, value and headers of one, in bytes.
        record_bytes: u32,
    },
    /// The application sends records again after it was told that they failed; they keep their identity.
    Resend {
        partition: PartitionIx,
        records: RecordRange,
        /// Key, value and headers of one, in bytes.
        record_bytes: u32,
    },
    /// A broker answers; late or unknown ids are ignored. Never sent for `acks=0`.
    Response {
        broker: BrokerId,
        /// [`ProducerRequest::id`].
        request: u64,
        /// One entry for each batch of the request.
        results: &'a [PartitionResponse],
    },
    /// Answer to [`ProducerOutput::Connect`]: requests can be sent.
    Connected { broker: BrokerId },
    /// The connection broke or could not be made: everything in flight to this broker is unanswered.
    Disconnected { broker: BrokerId },
    /// An answer says that its broker throttles this client for so long; the answer itself comes after it.
    Throttled { broker: BrokerId, throttle: Nanos },
    /// Answer to [`ProducerOutput::WantMetadata`]: all partitions of the topic, in their order.
    Metadata(&'a [PartitionLeader]),
    /// The metadata request failed or timed out.
    MetadataFailed,
    /// Answer to [`ProducerOutput::WantProducerId`].
    ProducerId {
        id: i64,
        /// Its epoch, 0 for a new id.
        epoch: i16,
    },
    /// `commitTransaction()` or `abortTransaction()`: nothing is sent until [`ProducerOutput::TransactionEnded`].
    EndTransaction {
        /// Else it is an abort.
        commit: bool,
    },
    /// Answer to [`ProducerOutput::Coordinator`]; `None` when there will be none.
    Coordinator { correlation: u64, reply: Option<&'a TransactionResponse> },
    /// `flush()`: what is buffered is sent without waiting for linger.
    #[expect(dead_code, reason = "no simulated application calls it yet")]
    Flush,
    /// A time that [`ProducerOutput::Wake`] asked for has come; superfluous ones do no harm.
    Wake,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProducerRequest {
    /// Unique for this producer, ascending.
    pub id: u64,
    pub broker: BrokerId,
    /// How many copies to wait for. With [`Acks::Zero`] the broker answers nothing.
    pub acks: Acks,
    /// How long the broker may wait for them (`request.timeout.ms`).
    pub timeout: Nanos,
    /// At most one batch for a partition; offsets and leader epochs are not set yet.
    pub batches: Vec<(PartitionIx, Batch)>,
}

/// Why `send()` itself threw; the records were never accepted and have no identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub enum SendError {
    /// No metadata within `max.block.ms`.
    NoMetadata,
    /// No memory within `max.block.ms`.
    BufferExhausted,
    /// One record is larger than `max.request.size` or `buffer.memory`.
    RecordTooLarge,
    /// The topic had no such partition within `max.block.ms`.
    UnknownPartition,
}

/// What a producer wants done or has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ProducerOutput {
    Request(ProducerRequest),
    /// Open a connection: answer with [`ProducerInput::Connected`] or [`ProducerInput::Disconnected`].
    Connect {
        broker: BrokerId,
    },
    /// A request was not answered in time: the connection is closed from this end.
    CloseConnection {
        broker: BrokerId,
    },
    /// `send()` has returned for these records of one key that may come again, in the order of the calls.
    Accepted {
        partition: PartitionIx,
        records: RecordRange,
        /// The number of their key.
        key: u32,
    },
    /// The application hears of success.
    Acked {
        partition: PartitionIx,
        records: RecordRange,
        /// Offset of the first; `None` with `acks=0` and for a duplicate that the broker no longer knows.
        base_offset: Option<Offset>,
        /// From `send()` of the first record until now.
        first_latency: Nanos,
        /// From `send()` of the last record until now.
        last_latency: Nanos,
    },
    /// The application hears of failure.
    Failed {
        partition: PartitionIx,
        records: RecordRange,
        /// The last error; [`ErrorCode::RequestTimedOut`] when `delivery.timeout.ms` passed.
        error: ErrorCode,
        /// Whether the records may be in the log all the same.
        indefinite: bool,
        /// From `send()` of the first record until now.
        first_latency: Nanos,
    },
    /// `send()` threw: these many records were not accepted.
    Rejected {
        count: u32,
        error: SendError,
    },
    /// `send()` blocks: the application's thread stands still until [`ProducerOutput::Unblocked`].
    Blocked,
    /// No `send()` blocks any more.
    Unblocked,
    /// Ask any broker for metadata.
    WantMetadata,
    /// Ask any broker for a producer id (`InitProducerId`).
    WantProducerId,
    /// The idempotent producer goes on with a new epoch and sequence 0 (KIP-360).
    EpochBumped {
        epoch: i16,
    },
    /// Ask the coordinator of the `transactional.id`.
    Coordinator {
        correlation: u64,
        request: TransactionRequest,
    },
    /// `initTransactions()` has returned: the application may send.
    TransactionsReady,
    /// `commitTransaction()` or `abortTransaction()` has returned.
    TransactionEnded {
        /// Else it was aborted.
        committed: bool,
    },
    /// The transaction cannot be committed any more: the application has to abort it.
    AbortNeeded {
        error: ErrorCode,
    },
    /// The producer cannot go on: a newer process has begun, or its transaction was aborted for it.
    Fenced {
        error: ErrorCode,
    },
    /// Step with [`ProducerInput::Wake`] at this time.
    Wake(Nanos),
}
