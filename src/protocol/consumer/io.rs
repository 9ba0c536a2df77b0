//! What goes into a consumer and what comes out.

use crate::model::{BrokerId, Nanos, OnPoison, PartitionIx};
use crate::protocol::group::{GroupRequest, GroupResponse, PartitionOffset};
use crate::protocol::messages::{OffsetSpec, PartitionLeader};
use crate::protocol::wire::{
    EpochEnd, ErrorCode, FetchPartition, FetchedPartition, LeaderEpoch, Offset, RecordRange,
};
use serde::Serialize;

/// What happens to a consumer. A crash is no input: the driver drops the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConsumerInput<'a> {
    /// The application subscribes and starts to poll.
    Start,
    /// The application calls `close()` at this instant, with whatever it has in hand unprocessed.
    Close,
    /// Answer to [`ConsumerOutput::WantMetadata`]: all partitions of the topic, in their order.
    Metadata(&'a [PartitionLeader]),
    /// The metadata request failed or timed out.
    MetadataFailed,
    /// A broker answers a fetch; late or unknown ids are ignored.
    Fetched {
        /// [`ConsumerFetch::id`].
        request: u64,
        /// Partitions with data or an error; the others may be left out. Batches may start before the
        /// offset asked for and end at or below the high watermark.
        results: &'a [FetchedPartition],
    },
    /// The connection broke or could not be made.
    Disconnected { broker: BrokerId },
    /// An answer says that its broker throttles this client for so long; the answer itself comes after it.
    Throttled { broker: BrokerId, throttle: Nanos },
    /// Answer to [`ConsumerOutput::ListOffset`].
    ListedOffset {
        partition: PartitionIx,
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// The offset asked for.
        offset: Offset,
    },
    /// Answer to [`ConsumerOutput::EndOfEpoch`].
    EndOfEpoch {
        partition: PartitionIx,
        /// Refusal, or [`ErrorCode::None`].
        error: ErrorCode,
        /// `None` when the leader knows no such epoch.
        end: Option<EpochEnd>,
    },
    /// The coordinator answers; unknown correlations are ignored.
    Coordinator { correlation: u64, reply: &'a GroupResponse },
    /// A request to the coordinator went unanswered: it is gone, or is not there.
    CoordinatorFailed {
        correlation: u64,
        /// Why: [`ErrorCode::CoordinatorNotAvailable`] or [`ErrorCode::NetworkException`].
        error: ErrorCode,
    },
    /// Answer to [`ConsumerOutput::Attempt`]: whether the record was processed. Superfluous ones do no harm.
    Attempted { done: bool },
    /// The other topic has the record of [`ConsumerOutput::GaveUp`].
    HandedOver,
    /// A time that [`ConsumerOutput::Wake`] asked for has come; superfluous ones do no harm.
    Wake,
}

/// A fetch request: one at a time for each broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ConsumerFetch {
    /// Unique for this consumer, ascending.
    pub id: u64,
    pub broker: BrokerId,
    /// `fetch.max.wait.ms`
    pub max_wait: Nanos,
    /// `fetch.min.bytes`
    pub min_bytes: u32,
    /// `fetch.max.bytes`
    pub max_bytes: u32,
    /// `max.partition.fetch.bytes`
    pub max_partition_bytes: u32,
    /// What is asked of each partition.
    pub partitions: Vec<FetchPartition>,
}

/// Why a consumer threw out of `poll()`. It stands still then.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub enum ConsumerError {
    /// No committed offset and no reset policy (`NoOffsetForPartitionException`).
    NoOffset,
    /// The position is outside of the log and there is no reset policy (`OffsetOutOfRangeException`).
    OutOfRange,
    /// The log was truncated below the position and there is no reset policy (`LogTruncationException`).
    LogTruncation,
}

/// What a consumer wants done or has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ConsumerOutput {
    Fetch(ConsumerFetch),
    /// Ask the partition's leader for an end of its log.
    ListOffset {
        broker: BrokerId,
        partition: PartitionIx,
        at: OffsetSpec,
    },
    /// Ask the partition's leader where an epoch ends (`OffsetsForLeaderEpoch`).
    EndOfEpoch {
        broker: BrokerId,
        partition: PartitionIx,
        /// The leader epoch that the consumer knows.
        current_leader_epoch: LeaderEpoch,
        /// The epoch of its position.
        epoch: LeaderEpoch,
    },
    /// Ask the group's coordinator.
    Coordinator {
        /// Comes back with the answer.
        correlation: u64,
        request: GroupRequest,
    },
    /// A fetch was not answered in time: the connection is closed from this end.
    CloseConnection {
        broker: BrokerId,
    },
    /// Ask any broker for metadata.
    WantMetadata,
    /// `poll()` returned these records.
    Delivered {
        partition: PartitionIx,
        /// Offset of the first.
        offset: Offset,
        records: RecordRange,
    },
    /// The application has processed these records: their effect on the world is done.
    Processed {
        partition: PartitionIx,
        /// Offset of the first.
        offset: Offset,
        records: RecordRange,
    },
    /// The application begins to process one record; answer with [`ConsumerInput::Attempted`].
    Attempt {
        partition: PartitionIx,
        offset: Offset,
        record: RecordRange,
        /// Which try it is, from 1.
        nth: u32,
    },
    /// The record failed at each of its tries. A dead letter topic and a retry topic must have it before the
    /// application goes on: answer with [`ConsumerInput::HandedOver`]. After a crash the consumer stands still.
    GaveUp {
        partition: PartitionIx,
        offset: Offset,
        record: RecordRange,
        /// What is done with it; never [`OnPoison::Retry`], which gives nothing up.
        answer: OnPoison,
    },
    /// A commit is known to be done.
    Committed(PartitionOffset),
    /// A commit failed (`CommitFailedException` or a timeout).
    CommitFailed(ErrorCode),
    /// A rebalance gave or took partitions: these are owned now.
    Assigned(Vec<PartitionIx>),
    /// The position was moved: reset policy or epoch validation.
    Moved {
        partition: PartitionIx,
        /// From here; `None` when there was no position.
        from: Option<Offset>,
        to: Offset,
    },
    /// The consumer left the group because the application did not poll for `max.poll.interval.ms`.
    PollTimedOut,
    /// `poll()` threw.
    Failed {
        partition: PartitionIx,
        error: ConsumerError,
    },
    /// `close()` is done.
    Closed,
    /// Step with [`ConsumerInput::Wake`] at this time.
    Wake(Nanos),
}
