//! What a broker receives: from clients one request of a connection at a time, from brokers and controllers as it comes.

use crate::model::{BrokerId, Nanos};
use crate::protocol::broker::BrokerInput;
use crate::protocol::messages::{BrokerRequest, Peer};
use crate::sim::channels::{Answered, Received};
use crate::sim::event::{ConnectionKind, Message, QueuedEvent};
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::transactions::TRANSACTION_REQUEST;
use crate::sim::world::World;

impl World {
    pub(super) fn arrive_at_broker(&mut self, from: Node, id: BrokerId, message: Message) {
        let host = self.machines.host_mut(id);
        match host.process {
            ProcessState::Up if host.is_running() => self.take_message(id, from, message),
            ProcessState::Up | ProcessState::Paused => {
                self.machines.host_mut(id).inbox.push_back((from, message))
            }
            ProcessState::PoweredOff => {}
            _ => self.refuse(id, from, &message),
        }
    }

    /// Nobody listens: a request is refused, everything else is for a process that is gone.
    fn refuse(&mut self, id: BrokerId, from: Node, message: &Message) {
        let here = self.machines.net.broker(id);
        if let Message::Request { correlation, .. }
        | Message::Group { correlation, .. }
        | Message::Transactions { correlation, .. }
        | Message::InitProducerId { correlation } = message
        {
            self.send(here, from, Message::Refused { correlation: *correlation });
        }
    }

    /// What the process reads: of a client's connection one request at a time.
    pub(super) fn take_message(&mut self, id: BrokerId, from: Node, message: Message) {
        if message.is_request() && !self.machines.host_mut(id).broker.accepts_connections() {
            return self.refuse(id, from, &message);
        }
        match (self.machines.client_of(from), message) {
            (Some(client), message) if message.is_request() => self.client_request(id, client, message),
            (Some(client), Message::Closed(kind)) => self.channel_closed(id, client, kind),
            (_, message) => self.serve(id, from, message),
        }
    }

    /// What the process does with what it has read.
    pub(super) fn serve(&mut self, id: BrokerId, from: Node, message: Message) {
        match message {
            Message::Request { correlation, request: BrokerRequest::Produce(request) } => {
                self.take_produce(id, self.machines.peer(from), correlation, request);
            }
            Message::Request { correlation, request } => {
                let from = self.machines.peer(from);
                self.step_broker(id, BrokerInput::Request { from, correlation, request });
            }
            Message::Response { correlation, response, .. } => {
                if self.machines.host_mut(id).asked.remove(&correlation).is_some() {
                    if correlation & TRANSACTION_REQUEST != 0 {
                        return self.marker_answered(correlation, &response);
                    }
                    self.step_broker(id, BrokerInput::Response { correlation, response });
                }
            }
            Message::ControllerResponse { correlation, response } => {
                if self.machines.host_mut(id).asked.remove(&correlation).is_some() {
                    self.step_broker(id, BrokerInput::ControllerResponse { correlation, response });
                }
            }
            Message::Refused { correlation } => {
                if self.machines.host_mut(id).asked.remove(&correlation).is_some() {
                    self.request_of_broker_failed(id, correlation);
                }
            }
            Message::Reset => self.connection_lost(id, from),
            Message::Metadata { offset, updates, start } => {
                if start == self.machines.host_mut(id).start {
                    let updates = updates.to_vec();
                    self.step_broker(id, BrokerInput::Metadata { offset, updates });
                }
            }
            Message::Group { group, correlation, request } => {
                self.ask_group(id, from, group, correlation, request);
            }
            Message::Transactions { transactions, correlation, request } => {
                self.ask_transactions(id, from, transactions, correlation, request);
            }
            Message::TransactionResponse { correlation, reply } => {
                if self.machines.host_mut(id).asked.remove(&correlation).is_some() {
                    self.verified(id, correlation, reply.error());
                }
            }
            Message::InitProducerId { correlation } => {
                let answer = Message::ProducerId { correlation, id: self.clients.new_producer_id() };
                self.answer(id, self.machines.peer(from), correlation, self.now, answer);
            }
            Message::ControllerRequest { .. }
            | Message::Closed(_)
            | Message::GroupResponse { .. }
            | Message::ProducerId { .. } => {}
        }
    }

    fn request_of_broker_failed(&mut self, id: BrokerId, correlation: u64) {
        if correlation & TRANSACTION_REQUEST != 0 {
            self.transaction_request_failed(id, correlation);
        } else {
            self.step_broker(id, BrokerInput::Failed { correlation });
        }
    }

    fn connection_lost(&mut self, id: BrokerId, other: Node) {
        if let Some(client) = self.machines.client_of(other) {
            ConnectionKind::ALL.iter().for_each(|kind| self.channel_closed(id, client, *kind));
        }
        let host = self.machines.host_mut(id);
        let lost: Vec<u64> = host
            .asked
            .iter()
            .filter(|(_, node)| **node == other)
            .map(|(correlation, _)| *correlation)
            .collect();
        for correlation in lost {
            self.machines.host_mut(id).asked.remove(&correlation);
            self.request_of_broker_failed(id, correlation);
        }
        let peer = self.machines.peer(other);
        self.step_broker(id, BrokerInput::Disconnected { peer });
    }

    /// A client's request came to a broker that runs.
    pub(super) fn client_request(&mut self, id: BrokerId, client: u32, message: Message) {
        match self.machines.host_mut(id).channels.receive(self.now, client, message) {
            Received::Readable(message) => self.serve_client(id, client, message),
            Received::Waits(None) => {}
            Received::Waits(Some(at)) => self.queue.push(at, QueuedEvent::ChannelUnmuted(id, client)),
        }
    }

    /// A broker reads what may be read of a client's requests.
    pub(super) fn unmuted(&mut self, id: BrokerId, client: u32) {
        if !self.machines.host_mut(id).is_running() {
            return;
        }
        let now = self.now;
        for message in self.machines.host_mut(id).channels.read(client, now) {
            self.serve_client(id, client, message);
        }
    }

    fn serve_client(&mut self, id: BrokerId, client: u32, message: Message) {
        let unanswered = message.wants_no_answer().then(|| message.correlation()).flatten();
        let message = self.under_quota(id, client, message);
        self.serve(id, self.machines.net.client(client), message);
        if let Some(request) = unanswered {
            self.answer_leaves(id, Peer::Client(client), request, self.now);
            let throttle = self.throttle_produce(id, client, request);
            self.mute(id, Peer::Client(client), throttle);
        }
    }

    /// A request is done with, and its answer in the socket at `leaves_at`. Says whether the client still gets it.
    pub(super) fn answer_leaves(&mut self, id: BrokerId, to: Peer, request: u64, leaves_at: Nanos) -> bool {
        let Peer::Client(client) = to else { return true };
        let sent = self.machines.answer_client(id, client, request, leaves_at);
        if matches!(sent, Answered::Delivered(true) | Answered::ToClosed(true)) {
            self.queue.push(leaves_at, QueuedEvent::ChannelUnmuted(id, client));
        }
        matches!(sent, Answered::Delivered(_))
    }

    /// Answers a request, if there is still somebody to hear it.
    pub(super) fn answer(
        &mut self,
        id: BrokerId,
        to: Peer,
        request: u64,
        leaves_at: Nanos,
        message: Message,
    ) {
        if self.answer_leaves(id, to, request, leaves_at) {
            self.send_at(leaves_at, self.machines.net.broker(id), self.machines.node_of(to), message);
        }
    }

    /// A client closed a connection, or its process has ended.
    pub(super) fn channel_closed(&mut self, id: BrokerId, client: u32, kind: ConnectionKind) {
        let only_reads = kind == ConnectionKind::Requests && !self.clients.is_producer(client);
        self.machines.host_mut(id).channels.close(client, kind, only_reads);
    }

    /// A broker was resumed.
    pub(super) fn unmute_all(&mut self, id: BrokerId) {
        let now = self.now;
        for client in self.machines.host_mut(id).channels.waiting() {
            self.queue.push(now, QueuedEvent::ChannelUnmuted(id, client));
        }
    }
}
