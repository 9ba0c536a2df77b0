//! What a client's process holds beside its state machine: connections and requests under way.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::client::ConnectionSettings;
use crate::sim::connections::{Connections, Load};
use crate::sim::event::{ConnectionKind, Message, Timer};
use crate::sim::network::Node;
use crate::sim::rng::Rng;
use std::collections::{BTreeMap, VecDeque};

/// Requests of the runtime have this bit; those of the state machine have not.
pub(super) const RUNTIME_REQUEST: u64 = 1 << 62;

/// Between two attempts to get a producer id.
pub(super) const RETRY_BACKOFF: Nanos = 100_000_000;

/// Whether a client's process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClientState {
    /// Not yet, or no more.
    Ended,
    Up,
    Paused,
}

/// What a client was told of its throttling.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Throttled {
    /// Answers with a throttle time.
    pub(super) answers: u64,
    /// The sum of these times.
    pub(super) time: Nanos,
}

/// What a client has asked, beside produce and fetch requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClientRequest {
    Metadata,
    Connect(BrokerId),
    ProducerId,
    /// The coordinator; its machine's number of the request.
    Coordinator(u64),
    /// The coordinator of its transactional id; its machine's number of the request.
    Transactions(u64),
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
    pub(super) connections: Connections,
    pub(super) rng: Rng,
    /// Counts the starts of the process.
    pub(super) start: u64,
    /// The next answer to a write, or to a commit, is lost.
    pub(super) loses_answer: bool,
    /// By brokers, for going beyond its quota; all its processes so far.
    pub(super) throttled: Throttled,
}

impl ClientRuntime {
    pub(super) fn new(brokers: usize, rng: Rng, settings: ConnectionSettings) -> Self {
        let seed = rng.clone().next_u64();
        ClientRuntime {
            state: ClientState::Ended,
            resumed: false,
            timer: Timer::default(),
            inbox: VecDeque::new(),
            requests: BTreeMap::new(),
            next_request: 0,
            connections: Connections::new(brokers, settings, seed),
            rng,
            start: 0,
            loses_answer: false,
            throttled: Throttled::default(),
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
        self.loses_answer = false;
        self.requests.clear();
        self.inbox.clear();
        self.timer.clear();
        self.connections.forget();
    }

    pub(super) fn note(&mut self, to: Node, ask: ClientRequest) -> u64 {
        self.next_request += 1;
        let correlation = RUNTIME_REQUEST | self.next_request;
        self.requests.insert(correlation, (to, ask));
        correlation
    }

    /// The broker to ask what any broker can answer, and when; `load` is what it has to answer already.
    pub(super) fn least_loaded_broker(&mut self, now: Nanos, load: &[usize]) -> (Node, Nanos) {
        let mut loads: Vec<Load> = load.iter().map(|total| Load { asked: 0, total: *total }).collect();
        for (node, request) in self.requests.values() {
            let Some(load) = loads.get_mut(*node as usize) else { continue };
            load.total = load.total.saturating_add(1);
            load.asked += usize::from(request.connection_kind() == ConnectionKind::Requests);
        }
        self.connections.least_loaded(now, &loads, &mut self.rng)
    }
}
