//! What a client's process holds beside its state machine: connections and requests under way.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::sim::event::{ConnectionKind, Message, Timer};
use crate::sim::network::Node;
use crate::sim::rng::Rng;
use std::collections::{BTreeMap, VecDeque};

/// Requests of the runtime have this bit; those of the state machine have not.
pub(super) const RUNTIME_REQUEST: u64 = 1 << 62;

/// A broker that refused a connection is not connected to again for so long (`reconnect.backoff.max.ms`).
pub(super) const RECONNECT_BACKOFF: Nanos = 1_000_000_000;

/// `socket.connection.setup.timeout.ms`.
pub(super) const CONNECTION_SETUP: Nanos = 10_000_000_000;

/// Between two attempts to get a producer id.
pub(super) const RETRY_BACKOFF: Nanos = 100_000_000;

/// Whether a client's process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClientState {
    /// Not yet, or no more.
    Ended,
    Up,
    Paused,
}

/// What a client has asked, beside produce and fetch requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClientRequest {
    Metadata,
    Connect(BrokerId),
    ProducerId,
    /// The coordinator; its machine's number of the request.
    Coordinator(u64),
    /// An end of a log.
    Offset(PartitionIx),
    /// Where an epoch ends.
    Epoch(PartitionIx),
}

impl ClientRequest {
    /// The connection that it goes over.
    pub(super) fn connection_kind(&self) -> ConnectionKind {
        if matches!(self, ClientRequest::Coordinator(_)) {
            ConnectionKind::Coordinator
        } else {
            ConnectionKind::Requests
        }
    }
}

/// What a client's process holds beside its machine: connections and questions under way.
#[derive(Clone)]
pub(super) struct ClientRuntime {
    pub(super) state: ClientState,
    /// It was resumed at this instant and has not run since.
    pub(super) resumed: bool,
    pub(super) timer: Timer,
    pub(super) inbox: VecDeque<(Node, Message)>,
    pub(super) requests: BTreeMap<u64, (Node, ClientRequest)>,
    next_request: u64,
    pub(super) backoff_until: Vec<Nanos>,
    pub(super) rng: Rng,
    /// Counts the starts of the process.
    pub(super) start: u64,
    pub(super) request_timeout: Nanos,
}

impl ClientRuntime {
    pub(super) fn new(brokers: usize, rng: Rng, request_timeout: Nanos) -> Self {
        ClientRuntime {
            state: ClientState::Ended,
            resumed: false,
            timer: Timer::default(),
            inbox: VecDeque::new(),
            requests: BTreeMap::new(),
            next_request: 0,
            backoff_until: vec![0; brokers],
            rng,
            start: 0,
            request_timeout,
        }
    }

    /// Its process gets processor time.
    pub(super) fn is_running(&self) -> bool {
        self.state == ClientState::Up && !self.resumed
    }

    /// Everything that a new process does not know.
    pub(super) fn reset(&mut self, state: ClientState) {
        (self.state, self.resumed) = (state, false);
        self.start += 1;
        self.requests.clear();
        self.inbox.clear();
        self.timer.clear();
    }

    pub(super) fn note(&mut self, to: Node, ask: ClientRequest) -> u64 {
        self.next_request += 1;
        let correlation = RUNTIME_REQUEST | self.next_request;
        self.requests.insert(correlation, (to, ask));
        correlation
    }

    /// Some broker: one that has not just refused, and of those one with the least to answer, so that one
    /// that is paused is asked last (`NetworkClient.leastLoadedNode`).
    pub(super) fn least_loaded_broker(&mut self, now: Nanos, load: &[usize]) -> Node {
        let asked = |at: usize| self.requests.values().filter(|(node, _)| *node as usize == at).count();
        let busy = |at: usize| (self.backoff_until[at] > now, load[at].saturating_add(asked(at)));
        let busy: Vec<(bool, usize)> = (0..load.len()).map(busy).collect();
        let least = busy.iter().min();
        let idle: Vec<usize> = (0..busy.len()).filter(|at| Some(&busy[*at]) == least).collect();
        idle[self.rng.below(idle.len() as u64) as usize] as Node
    }
}
