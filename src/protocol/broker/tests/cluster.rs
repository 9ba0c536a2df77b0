//! Brokers wired to each other and to a controller.

mod control;

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::*;
use crate::protocol::messages::*;
use crate::protocol::profile::Profile;
use crate::protocol::wire::*;
use std::collections::{BTreeMap, VecDeque};

pub(super) const P0: PartitionIx = PartitionIx(0);

/// Something on its way.
#[derive(Clone, Debug)]
pub(super) enum Message {
    Request { from: Peer, to: BrokerId, correlation: u64, request: BrokerRequest },
    Response { from: BrokerId, to: Peer, correlation: u64, response: BrokerResponse },
    ToController { from: BrokerId, correlation: u64, request: ControllerRequest },
    FromController { to: BrokerId, input: BrokerInput },
}

impl Message {
    /// Messages of one link stay in order.
    pub(super) fn link(&self) -> (i64, i64) {
        let peer = |peer: &Peer| match peer {
            Peer::Broker(id) => i64::from(id.0),
            Peer::Client(id) => 1000 + i64::from(*id),
        };
        match self {
            Message::Request { from, to, .. } => (peer(from), i64::from(to.0)),
            Message::Response { from, to, .. } => (i64::from(from.0), peer(to)),
            Message::ToController { from, .. } => (i64::from(from.0), -1),
            Message::FromController { to, .. } => (-1, i64::from(to.0)),
        }
    }
}

/// The test's cluster. Everything takes no time but what `advance` lets pass.
#[derive(Clone)]
pub(super) struct Cluster {
    pub now: Nanos,
    pub brokers: Vec<Broker>,
    pub wire: VecDeque<Message>,
    pub held: Vec<BrokerId>,
    /// These do not hear of new metadata.
    pub blind: Vec<BrokerId>,
    pub state: PartitionRegistration,
    pub topic: TopicSettings,
    pub registrations: BTreeMap<BrokerId, BrokerRegistration>,
    pub metadata_offset: i64,
    pub wakes: BTreeMap<BrokerId, Nanos>,
    /// Answers to clients and events since last taken.
    pub news: Vec<News>,
    pub refuse_isr: Option<ErrorCode>,
    pub controller_up: bool,
    /// ISR changes do not reach the controller.
    pub alter_held: bool,
    pub next_record: u64,
    pub correlation: u64,
    pub incarnation: u64,
}

/// How a consumer fetches.
pub(super) struct Ask {
    pub max_wait_ns: Nanos,
    pub min_bytes: u32,
    pub rack: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) enum News {
    Event(BrokerId, BrokerEvent),
    Response(u64, BrokerResponse),
    Stopped(BrokerId),
}

pub(super) fn id(broker: usize) -> BrokerId {
    BrokerId(broker as i32)
}

impl Cluster {
    pub(super) fn new(profile: Profile, rf: usize, topic: TopicSettings) -> Self {
        let replicas: Vec<_> = (1..=rf).map(id).collect();
        Cluster {
            now: 0,
            brokers: replicas
                .iter()
                .map(|id| Broker::new(BrokerSettings::new(*id), profile.clone()))
                .collect(),
            wire: VecDeque::new(),
            held: Vec::new(),
            blind: Vec::new(),
            state: PartitionRegistration {
                isr: replicas.clone(),
                leader: Some(replicas[0]),
                replicas,
                ..PartitionRegistration::default()
            },
            topic,
            registrations: BTreeMap::new(),
            metadata_offset: 0,
            wakes: BTreeMap::new(),
            news: Vec::new(),
            refuse_isr: None,
            controller_up: true,
            alter_held: false,
            next_record: 0,
            correlation: 0,
            incarnation: 0,
        }
    }

    pub(super) fn broker(&mut self, broker: BrokerId) -> &mut Broker {
        &mut self.brokers[broker.0 as usize - 1]
    }

    pub(super) fn step(&mut self, broker: BrokerId, input: BrokerInput) {
        let (mut out, now) = (Vec::new(), self.now);
        self.broker(broker).step(now, input, &mut out);
        for output in out {
            self.carry_out(broker, output);
        }
    }

    fn carry_out(&mut self, broker: BrokerId, output: BrokerOutput) {
        match output {
            BrokerOutput::Response { to: Peer::Client(_), correlation, response } => {
                self.news.push(News::Response(correlation, response));
            }
            BrokerOutput::Response { to, correlation, response } => {
                self.wire.push_back(Message::Response { from: broker, to, correlation, response });
            }
            BrokerOutput::Request { to, correlation, request } => {
                let from = Peer::Broker(broker);
                self.wire.push_back(Message::Request { from, to, correlation, request });
            }
            BrokerOutput::ControllerRequest { correlation, request } => {
                self.wire.push_back(Message::ToController { from: broker, correlation, request });
            }
            BrokerOutput::WakeAt(at) => {
                self.wakes.insert(broker, at);
            }
            BrokerOutput::Disk { .. } | BrokerOutput::WantKeys { .. } => {}
            BrokerOutput::Event(event) => self.news.push(News::Event(broker, event)),
            BrokerOutput::Stopped => self.news.push(News::Stopped(broker)),
        }
    }

    /// Delivers everything deliverable, first come first served.
    pub(super) fn settle(&mut self) {
        for round in 0..20_000 {
            let Some(at) = (0..self.wire.len()).find(|at| self.is_deliverable(*at)) else { return };
            if round > 19_980 {
                println!("{:?}", self.wire[at]);
            }
            self.deliver(at);
        }
        panic!("the cluster does not come to rest");
    }

    /// Delivers the first message of some link.
    pub(super) fn deliver_any(&mut self, choice: usize) -> bool {
        let mut heads: Vec<usize> = Vec::new();
        for at in 0..self.wire.len() {
            let link = self.wire[at].link();
            let first = (0..at).all(|before| self.wire[before].link() != link);
            if first && self.is_deliverable(at) {
                heads.push(at);
            }
        }
        if heads.is_empty() {
            return false;
        }
        self.deliver(heads[choice % heads.len()]);
        true
    }

    fn is_deliverable(&self, at: usize) -> bool {
        let held = |id: &BrokerId| self.held.contains(id);
        match &self.wire[at] {
            Message::Request { to, .. } => !held(to),
            Message::Response { to: Peer::Broker(to), .. } => !held(to),
            Message::Response { .. } => true,
            Message::ToController { request: ControllerRequest::AlterPartitions { .. }, .. } => {
                self.controller_up && !self.alter_held
            }
            Message::ToController { .. } => self.controller_up,
            Message::FromController { to, input: BrokerInput::Metadata { .. } } => {
                !held(to) && !self.blind.contains(to)
            }
            Message::FromController { to, .. } => !held(to),
        }
    }

    fn deliver(&mut self, at: usize) {
        match self.wire.remove(at).unwrap() {
            Message::Request { from, to, correlation, request } => {
                self.request(from, to, correlation, request)
            }
            Message::Response { to: Peer::Broker(to), correlation, response, .. } => {
                self.step(to, BrokerInput::Response { correlation, response });
            }
            Message::Response { .. } => {}
            Message::ToController { from, correlation, request } => {
                self.controller(from, correlation, request);
            }
            Message::FromController { to, input } => self.step(to, input),
        }
    }

    fn request(&mut self, from: Peer, to: BrokerId, correlation: u64, request: BrokerRequest) {
        if self.broker(to).state() != BrokerState::NotRunning {
            return self.step(to, BrokerInput::Request { from, correlation, request });
        }
        if let Peer::Broker(from) = from {
            self.step(from, BrokerInput::Failed { correlation });
        }
    }

    /// Lets time pass, with everything that happens meanwhile.
    pub(super) fn advance(&mut self, by: Nanos) {
        let until = self.now + by;
        self.settle();
        loop {
            let awake = |broker: &BrokerId| !self.held.contains(broker);
            let next = self.wakes.iter().filter(|(broker, at)| awake(broker) && **at <= until);
            let Some((broker, at)) =
                next.min_by_key(|(broker, at)| (**at, **broker)).map(|(b, at)| (*b, *at))
            else {
                break;
            };
            self.wakes.remove(&broker);
            self.now = self.now.max(at);
            self.step(broker, BrokerInput::Wake);
            self.settle();
        }
        self.now = until;
    }

    /// Everybody starts and the partition exists.
    pub(super) fn start_all(&mut self) {
        for broker in self.state.replicas.clone() {
            self.start(broker);
        }
    }

    pub(super) fn start(&mut self, broker: BrokerId) {
        self.incarnation += 1;
        self.wakes.remove(&broker);
        let incarnation = self.incarnation;
        self.step(broker, BrokerInput::Start { incarnation, ready_after: 0 });
        let offset = self.metadata_offset;
        let mut updates: Vec<_> = self
            .registrations
            .iter()
            .map(|(broker, registration)| MetadataUpdate::Broker {
                broker: *broker,
                registration: *registration,
            })
            .collect();
        updates.push(MetadataUpdate::Topic { partition: P0, settings: self.topic });
        updates.push(self.partition_update());
        self.wire.push_back(Message::FromController {
            to: broker,
            input: BrokerInput::Metadata { offset, updates },
        });
    }

    /// The process ends; its connections break.
    pub(super) fn end(&mut self, broker: BrokerId, input: BrokerInput) {
        self.step(broker, input);
        self.wakes.remove(&broker);
        let mut failed = Vec::new();
        self.wire.retain(|message| match message {
            Message::FromController { to, .. } => *to != broker,
            Message::ToController { from, .. } => *from != broker,
            Message::Response { to, .. } => *to != Peer::Broker(broker),
            Message::Request { from, .. } => *from != Peer::Broker(broker),
        });
        for other in &self.brokers {
            failed.extend(other.waiting_for(broker).map(|correlation| (other.settings().id, correlation)));
        }
        for (other, correlation) in failed {
            self.wire
                .push_back(Message::FromController { to: other, input: BrokerInput::Failed { correlation } });
            let peer = Peer::Broker(broker);
            self.wire
                .push_back(Message::FromController { to: other, input: BrokerInput::Disconnected { peer } });
        }
    }

    /// A producer's write of new records.
    pub(super) fn produce(
        &mut self,
        to: BrokerId,
        acks: Acks,
        count: u32,
        sequence: Option<(i16, i32)>,
    ) -> u64 {
        let (producer_epoch, base_sequence) = sequence.unwrap_or((-1, -1));
        let records = RecordRange { producer: 0, first: self.next_record, count };
        self.next_record += u64::from(count);
        let batch = Batch {
            base_offset: -1,
            records,
            bytes: 100 * count,
            leader_epoch: -1,
            producer_id: if sequence.is_some() { 7 } else { -1 },
            producer_epoch,
            base_sequence,
            created_at: self.now,
            max_timestamp: self.now as i64,
            kind: Default::default(),
        };
        self.correlation += 1;
        let (correlation, timeout_ns) = (self.correlation, 30_000_000_000);
        let request = BrokerRequest::Produce(ProduceRequest { acks, timeout_ns, batches: vec![(P0, batch)] });
        self.wire.push_back(Message::Request { from: Peer::Client(0), to, correlation, request });
        correlation
    }

    /// A consumer's fetch in full.
    pub(super) fn consume(&mut self, from: BrokerId, fetch_offset: Offset, ask: Ask) -> u64 {
        self.correlation += 1;
        let asked = FetchPartition {
            partition: P0,
            current_leader_epoch: -1,
            fetch_offset,
            last_fetched_epoch: -1,
            log_start: -1,
        };
        let request = BrokerRequest::Fetch(FetchRequest {
            follower: None,
            session: 0,
            session_epoch: 0,
            max_wait_ns: ask.max_wait_ns,
            min_bytes: ask.min_bytes,
            max_bytes: u32::MAX,
            partition_max_bytes: u32::MAX,
            rack: ask.rack,
            read_committed: false,
            partitions: vec![asked],
            forgotten: Vec::new(),
        });
        let correlation = self.correlation;
        self.wire.push_back(Message::Request { from: Peer::Client(9), to: from, correlation, request });
        correlation
    }
}
