//! What clients ask of brokers, beside produce and fetch requests.

use crate::model::{BrokerId, Nanos};
use crate::protocol::messages::{BrokerRequest, ListOffsetsPartition};
use crate::sim::client_runtime::ClientRequest;
use crate::sim::event::{ConnectionKind, Message, QueuedEvent};
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::world::World;

impl World {
    /// Whom a client asks what any broker can answer, and when.
    fn least_loaded(&mut self, client: u32) -> (Node, Nanos) {
        let load = self.scenario.cluster.ids().map(|id| self.clients.load(client, id));
        let load: Vec<usize> = load.collect();
        self.clients.runtime_mut(client).least_loaded_broker(self.now, &load)
    }

    /// Asks some broker who leads the client's partitions.
    pub(super) fn request_metadata(&mut self, client: u32) {
        let topics = self.machines.topics.list();
        let produced_or_read = self.clients.topics(client).iter();
        let asked = produced_or_read.flat_map(|topic| topics[*topic as usize].partitions.iter().copied());
        let asked = asked.collect();
        let (to, at) = self.least_loaded(client);
        let correlation = self.register_request(client, to, at, ClientRequest::Metadata);
        let message = Message::Request { correlation, request: BrokerRequest::Metadata(asked) };
        self.send_at(at, self.machines.net.client(client), to, message);
    }

    /// Asks some broker for a producer id.
    pub(super) fn request_producer_id(&mut self, client: u32) {
        let (to, at) = self.least_loaded(client);
        let correlation = self.register_request(client, to, at, ClientRequest::ProducerId);
        self.send_at(at, self.machines.net.client(client), to, Message::InitProducerId { correlation });
    }

    /// Asks a broker for an end of a log.
    pub(super) fn ask_offset(&mut self, client: u32, broker: BrokerId, asked: ListOffsetsPartition) {
        let to = self.machines.net.broker(broker);
        self.send_request(
            client,
            to,
            ClientRequest::Offset(asked.partition),
            BrokerRequest::ListOffsets(vec![asked]),
        );
    }

    pub(super) fn send_request(
        &mut self,
        client: u32,
        to: Node,
        kind: ClientRequest,
        request: BrokerRequest,
    ) {
        let correlation = self.register_request(client, to, self.now, kind);
        self.send(self.machines.net.client(client), to, Message::Request { correlation, request });
    }

    /// Remembers a question that is asked at `at`, and when the client gives it up.
    pub(super) fn register_request(
        &mut self,
        client: u32,
        to: Node,
        at: Nanos,
        request: ClientRequest,
    ) -> u64 {
        let correlation = self.clients.runtime_mut(client).note(to, request);
        let silent = self.is_unanswered_attempt(client, to, request);
        let until = self.clients.runtime_mut(client).connections.deadline(to, at, silent);
        self.queue.push(until, QueuedEvent::RequestTimeout(client, correlation));
        correlation
    }

    /// Whether a request waits for a connection that nobody takes, not even to refuse it.
    pub(super) fn is_unanswered_attempt(&self, client: u32, to: Node, request: ClientRequest) -> bool {
        let host = self.machines.broker_of(to).and_then(|id| self.machines.host(id));
        let off = host.is_some_and(|host| host.process == ProcessState::PoweredOff);
        let net = &self.machines.net;
        let silent = off || net.is_cut(net.client(client), to);
        let established = self.clients.runtime(client).connections.is_established(to);
        silent && !established && request.connection_kind() == ConnectionKind::Requests
    }
}
