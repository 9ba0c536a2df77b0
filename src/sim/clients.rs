//! The clients' machines: what producers and consumers have in common, and how they talk to brokers.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::consumer::Consumer;
use crate::protocol::messages::{ListOffset, Request};
use crate::protocol::producer::Producer;
use crate::protocol::wire::Offset;
use crate::sim::channels::ConnectionKind;
use crate::sim::event::{Message, QueuedEvent, Timer};
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::rng::Rng;
use crate::sim::workload::Workload;
use crate::sim::world::World;
use std::collections::{BTreeMap, VecDeque};

/// Requests of the desk have this bit; those of the machine itself have not.
pub(super) const RUNTIME_REQUEST: u64 = 1 << 62;

/// A broker that refused a connection is not asked again for so long (`reconnect.backoff.max.ms`).
pub(super) const RECONNECT_BACKOFF: Nanos = 1_000_000_000;

/// `socket.connection.setup.timeout.ms`.
const CONNECTION_SETUP: Nanos = 10_000_000_000;

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

    /// Everything that a new process does not know.
    pub(super) fn reset(&mut self, state: ClientState) {
        self.state = state;
        self.start += 1;
        self.requests.clear();
        self.inbox.clear();
        self.timer.clear();
    }

    fn note(&mut self, to: Node, ask: ClientRequest) -> u64 {
        self.next_request += 1;
        let correlation = RUNTIME_REQUEST | self.next_request;
        self.requests.insert(correlation, (to, ask));
        correlation
    }

    /// Some broker: one that has not just refused, and of those one with the least to answer, so that one
    /// that stands still is asked last (`NetworkClient.leastLoadedNode`).
    fn least_loaded_broker(&mut self, now: Nanos, load: &[usize]) -> Node {
        let asked = |at: usize| self.requests.values().filter(|(node, _)| *node as usize == at).count();
        let busy = |at: usize| (self.backoff_until[at] > now, load[at].saturating_add(asked(at)));
        let busy: Vec<(bool, usize)> = (0..load.len()).map(busy).collect();
        let least = busy.iter().min();
        let idle: Vec<usize> = (0..busy.len()).filter(|at| Some(&busy[*at]) == least).collect();
        idle[self.rng.below(idle.len() as u64) as usize] as Node
    }
}

/// A producer of the scenario.
#[derive(Clone)]
pub(super) struct ProducerClient {
    pub(super) runtime: ClientRuntime,
    pub(super) producer: Producer,
    pub(super) workload: Workload,
    pub(super) topic: u32,
    /// Records handed in, acknowledged and given up, by all its processes so far.
    pub(super) sent: u64,
    pub(super) acked: u64,
    pub(super) failed: u64,
}

/// A member of a group of the scenario.
#[derive(Clone)]
pub(super) struct GroupMember {
    pub(super) runtime: ClientRuntime,
    pub(super) consumer: Consumer,
    pub(super) group: u32,
    pub(super) nth: u32,
    pub(super) topics: Vec<u32>,
    /// Offset after the last record processed, of each partition it ever had.
    pub(super) done: BTreeMap<PartitionIx, Offset>,
    pub(super) owns: Vec<PartitionIx>,
}

impl GroupMember {
    /// Up to where it has read a partition that it owns.
    pub(super) fn position(&self, partition: PartitionIx) -> Option<Offset> {
        let owned = self.runtime.state != ClientState::Ended && self.owns.contains(&partition);
        owned.then(|| self.done.get(&partition).copied().unwrap_or(0))
    }
}

impl World {
    pub(super) fn runtime(&mut self, client: u32) -> &mut ClientRuntime {
        match self.producers.get_mut(client as usize) {
            Some(_) => &mut self.producers[client as usize].runtime,
            None => {
                let at = client as usize - self.producers.len();
                &mut self.members[at].runtime
            }
        }
    }

    pub(super) fn is_producer(&self, client: u32) -> bool {
        (client as usize) < self.producers.len()
    }

    fn least_loaded(&mut self, client: u32) -> Node {
        let load = |id: BrokerId| match self.producers.get(client as usize) {
            Some(producer) => producer.producer.load(id),
            None => self.members[client as usize - self.producers.len()].consumer.load(id),
        };
        let load: Vec<usize> = self.scenario.cluster.ids().map(load).collect();
        let now = self.now;
        self.runtime(client).least_loaded_broker(now, &load)
    }

    /// Asks some broker who leads the client's partitions.
    pub(super) fn request_metadata(&mut self, client: u32) {
        let topics: Vec<u32> = match self.is_producer(client) {
            true => vec![self.producers[client as usize].topic],
            false => self.members[client as usize - self.producers.len()].topics.clone(),
        };
        let of = |topic: u32| self.topics.list()[topic as usize].partitions.iter().copied();
        let asked = topics.into_iter().flat_map(of).collect();
        let to = self.least_loaded(client);
        self.send_request(client, to, ClientRequest::Metadata, Request::Metadata(asked));
    }

    /// Asks some broker for a producer id.
    pub(super) fn request_producer_id(&mut self, client: u32) {
        let to = self.least_loaded(client);
        let correlation = self.register_request(client, to, ClientRequest::ProducerId);
        self.send(self.net.client(client), to, Message::InitProducerId { correlation });
    }

    /// Asks a broker for an end of a log.
    pub(super) fn ask_offset(&mut self, client: u32, broker: BrokerId, asked: ListOffset) {
        let to = self.net.broker(broker);
        self.send_request(
            client,
            to,
            ClientRequest::Offset(asked.partition),
            Request::ListOffsets(vec![asked]),
        );
    }

    pub(super) fn send_request(&mut self, client: u32, to: Node, ask: ClientRequest, request: Request) {
        let correlation = self.register_request(client, to, ask);
        self.send(self.net.client(client), to, Message::Request { correlation, request });
    }

    /// Remembers a question, and when the client gives it up.
    pub(super) fn register_request(&mut self, client: u32, to: Node, ask: ClientRequest) -> u64 {
        let runtime = self.runtime(client);
        let correlation = runtime.note(to, ask);
        let until = self.now + self.timeout_of(client, to, ask);
        self.queue.push(until, QueuedEvent::RequestTimeout(client, correlation));
        correlation
    }

    /// How long a client waits for an answer: for a connection to a machine that is silent
    /// `socket.connection.setup.timeout.ms`.
    fn timeout_of(&mut self, client: u32, to: Node, ask: ClientRequest) -> Nanos {
        let off = self
            .broker_of(to)
            .and_then(|id| self.host_ref(id))
            .is_some_and(|h| h.process == ProcessState::PoweredOff);
        let silent = off || self.net.is_cut(self.net.client(client), to);
        match (ask, self.runtime(client).request_timeout) {
            (ClientRequest::Connect(_), timeout_of) if silent => timeout_of.min(CONNECTION_SETUP),
            (_, timeout_of) => timeout_of,
        }
    }
}
