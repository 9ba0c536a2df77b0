//! What goes into a broker and what comes out of it.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerEvent, TopicSettings};
use crate::protocol::compaction::KeyedRecords;
use crate::protocol::messages::{BrokerRequest, BrokerResponse, ControllerRequest, ControllerResponse, Peer};
use crate::protocol::storage::SurvivingTail;
use crate::protocol::wire::{BrokerEpoch, Offset, PartitionRegistration};
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BrokerInput {
    /// Somebody asks. The answer carries the same correlation.
    Request {
        from: Peer,
        /// The asker's number of the request.
        correlation: u64,
        request: BrokerRequest,
    },
    /// Another broker's answer to this broker's request.
    Response {
        correlation: u64,
        response: BrokerResponse,
    },
    ControllerResponse {
        correlation: u64,
        response: ControllerResponse,
    },
    /// A request of this broker will never be answered: the connection broke or it could not be made.
    Failed {
        correlation: u64,
    },
    /// A peer's connection is gone: its fetch sessions and parked fetches are dropped.
    Disconnected {
        peer: Peer,
    },
    /// The metadata log as this broker sees it goes on to `offset`.
    Metadata {
        /// Offset of the last record applied.
        offset: i64,
        /// What changed, in order.
        updates: Vec<MetadataUpdate>,
    },
    /// The answer to [`BrokerOutput::WantKeys`]: records with a key that may come again, in order.
    Keys {
        partition: PartitionIx,
        keyed: Vec<KeyedRecords>,
    },
    /// The time of [`BrokerOutput::WakeAt`] has come. Needless wakes do no harm.
    Wake,
    /// The process starts, its boot and log recovery over. Metadata follows as [`BrokerInput::Metadata`].
    Start {
        /// New at every start.
        incarnation: u64,
        /// Nanoseconds from the first look at the metadata to the request to be unfenced.
        ready_after: Nanos,
    },
    /// SIGTERM: a controlled shutdown, which ends with [`BrokerOutput::Stopped`].
    Stop,
    /// SIGKILL or a crash of the process: the page cache keeps everything written.
    Kill,
    /// The host loses power: unflushed batches are at risk.
    PowerLoss {
        /// Which of them are left.
        surviving_tail: SurvivingTail,
    },
    /// The disk is lost and an empty one takes its place. The process dies of it.
    DiskLost,
}

/// One change in the metadata log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum MetadataUpdate {
    /// A partition as it is now.
    Partition {
        partition: PartitionIx,
        /// Shared by all brokers that hear of it.
        state: Arc<PartitionRegistration>,
    },
    /// A partition's topic settings as they are now.
    Topic { partition: PartitionIx, settings: TopicSettings },
    /// A partition was deleted.
    #[expect(dead_code, reason = "no scenario deletes a topic yet")]
    Removed { partition: PartitionIx },
    /// A broker's registration as it is now.
    Broker { broker: BrokerId, registration: BrokerRegistration },
}

/// What a broker knows about another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BrokerRegistration {
    pub epoch: BrokerEpoch,
    /// It is out of service.
    pub fenced: bool,
    /// It is about to stop.
    pub in_controlled_shutdown: bool,
    pub rack: Option<u32>,
}

impl BrokerRegistration {
    /// Whether it may be in an ISR.
    pub(crate) fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
}

/// What a step wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BrokerOutput {
    Response {
        to: Peer,
        correlation: u64,
        response: BrokerResponse,
    },
    Request {
        to: BrokerId,
        /// Unique in the life of this `Broker` value, restarts included.
        correlation: u64,
        request: BrokerRequest,
    },
    /// Ask the active controller.
    ControllerRequest {
        correlation: u64,
        request: ControllerRequest,
    },
    /// Step with [`BrokerInput::Wake`] at this time. A later one replaces an earlier one.
    WakeAt(Nanos),
    /// The disk was used; a driver may hold back the rest of the step's outputs for the time it takes.
    Disk {
        bytes: u64,
        /// Forced writes that the step waited for.
        fsyncs: u32,
    },
    /// The cleaner reads a log: step with the keys of its records below this offset, at once. A machine knows records by
    /// identity only.
    WantKeys {
        partition: PartitionIx,
        below: Offset,
    },
    Event(BrokerEvent),
    /// The process has ended in good order.
    Stopped,
}
