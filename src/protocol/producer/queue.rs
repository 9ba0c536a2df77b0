//! What a producer keeps for each partition and for each broker.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::producer::batch::BatchId;
use crate::protocol::wire::LeaderEpoch;
use std::collections::VecDeque;

/// One partition: its batches in the order in which they are sent.
#[derive(Clone, Debug)]
pub(super) struct PartitionQueue {
    pub(super) partition: PartitionIx,
    /// Place of its leader among the nodes.
    pub(super) node: Option<u32>,
    pub(super) epoch: LeaderEpoch,
    pub(super) batches: VecDeque<BatchId>,
    /// Number of the next record that is accepted.
    pub(super) next_record: u64,
    /// A batch is out and `max.in.flight` is 1 (`guaranteeMessageOrder`).
    pub(super) muted: bool,
    pub(super) sequences: PartitionSequences,
}

/// The line of sequences of one partition (`TxnPartitionEntry`).
#[derive(Clone, Debug)]
pub(super) struct PartitionSequences {
    /// The producer id and epoch that the line belongs to.
    pub(super) identity: (i64, i16),
    pub(super) next: i32,
    /// -1 before the first success.
    pub(super) last_acked: i32,
    /// Batches with a sequence that are neither done nor failed, by sequence; queued retries too.
    pub(super) open: Vec<BatchId>,
    /// A batch expired after it was sent: nothing new goes out until the rest has settled.
    pub(super) unresolved: bool,
}

impl PartitionQueue {
    pub(super) fn new(partition: PartitionIx) -> Self {
        PartitionQueue {
            partition,
            node: None,
            epoch: -1,
            batches: VecDeque::new(),
            next_record: 0,
            muted: false,
            sequences: PartitionSequences {
                identity: (-1, -1),
                next: 0,
                last_acked: -1,
                open: Vec::new(),
                unresolved: false,
            },
        }
    }
}

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct InFlightRequest {
    pub(super) request: u64,
    pub(super) sent_at: Nanos,
    /// With the places of their partitions, which are muted even when the batch has expired meanwhile.
    pub(super) batches: Vec<(u32, BatchId)>,
}

/// The connection to a broker (`ClusterConnectionStates`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ConnectionState {
    Disconnected,
    /// It was asked for.
    Connecting,
    /// Requests can be sent.
    Ready,
}

/// One broker and the connection to it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) broker: BrokerId,
    /// `broker.rack`, as the metadata has it.
    pub(super) rack: Option<u32>,
    /// Places of the partitions that it leads.
    pub(super) queues: Vec<u32>,
    /// Where the next drain starts.
    pub(super) drain_from: usize,
    pub(super) in_flight: VecDeque<InFlightRequest>,
    /// No head batch of its partitions is ready before this time.
    pub(super) ready_at: Nanos,
    /// `ready_at` has to be worked out again.
    pub(super) stale: bool,
    pub(super) connection: ConnectionState,
    /// No new connection before this time (`reconnect.backoff.ms`).
    pub(super) blocked_until: Nanos,
    /// The broker throttles this client: no request before this time (`ClusterConnectionStates.throttle`).
    pub(super) throttled_until: Nanos,
    /// Connections in a row that were lost or could not be made.
    pub(super) failures: u32,
}

impl Node {
    pub(super) fn new(broker: BrokerId) -> Self {
        Node {
            broker,
            rack: None,
            queues: Vec::new(),
            drain_from: 0,
            in_flight: VecDeque::new(),
            ready_at: Nanos::MAX,
            stale: false,
            connection: ConnectionState::Disconnected,
            blocked_until: 0,
            throttled_until: 0,
            failures: 0,
        }
    }
}
