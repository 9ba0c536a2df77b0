//! What a client receives: answers, refusals, resets; and what it does when an answer never comes.

use crate::model::BrokerId;
use crate::protocol::consumer::ConsumerInput;
use crate::protocol::group::GroupResponse;
use crate::protocol::messages::{BrokerResponse, PartitionLeader};
use crate::protocol::producer::ProducerInput;
use crate::protocol::wire::ErrorCode;
use crate::sim::client_runtime::{ClientRequest, ClientState, RETRY_BACKOFF, RUNTIME_REQUEST};
use crate::sim::event::{ConnectionKind, Message, QueuedEvent};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    pub(super) fn arrive_at_client(&mut self, from: Node, client: u32, message: Message) {
        let runtime = self.clients.runtime_mut(client);
        match runtime.state {
            ClientState::Ended => {}
            ClientState::Up if runtime.is_running() => self.client_receives(from, client, message),
            ClientState::Up | ClientState::Paused => runtime.inbox.push_back((from, message)),
        }
    }

    pub(super) fn client_receives(&mut self, from: Node, client: u32, message: Message) {
        if self.clients.runtime(client).loses_answer && is_answer_to_write_or_commit(&message) {
            return self.lose_answer(from, client, &message);
        }
        match message {
            Message::Response { correlation, response, .. } if correlation & RUNTIME_REQUEST != 0 => {
                if let Some((_, ask)) = self.clients.runtime_mut(client).requests.remove(&correlation) {
                    self.clients.runtime_mut(client).connections.answered(from);
                    self.answered(from, client, ask, response);
                }
            }
            Message::Response { correlation, response, throttle } => {
                self.clients.runtime_mut(client).connections.answered(from);
                self.client_throttled(client, from, throttle);
                self.machine_answered(from, client, correlation, response)
            }
            Message::Refused { correlation } => self.refused(from, client, correlation),
            Message::Reset => {
                ConnectionKind::ALL.iter().for_each(|kind| self.connection_closed(from, client, *kind))
            }
            Message::ProducerId { correlation, id } => {
                if self.clients.runtime_mut(client).requests.remove(&correlation).is_some() {
                    self.clients.runtime_mut(client).connections.answered(from);
                    self.step_producer(client, ProducerInput::ProducerId { id, epoch: 0 });
                }
            }
            Message::TransactionResponse { correlation, reply } => {
                if let Some((_, ClientRequest::Transactions(asked))) =
                    self.clients.runtime_mut(client).requests.remove(&correlation)
                {
                    self.clients.runtime_mut(client).connections.answered(from);
                    self.transaction_answered(client, asked, Some(&reply));
                }
            }
            Message::GroupResponse { correlation, reply } => {
                if let Some((_, ClientRequest::Coordinator(asked))) =
                    self.clients.runtime_mut(client).requests.remove(&correlation)
                {
                    let input = ConsumerInput::Coordinator { correlation: asked, reply: &reply };
                    self.step_consumer(client, input);
                }
            }
            _ => {}
        }
    }

    /// An answer is lost as answers are: with the connection that it came over.
    fn lose_answer(&mut self, from: Node, client: u32, answer: &Message) {
        self.clients.runtime_mut(client).loses_answer = false;
        self.record_event(EventKind::AnswerLost(self.process_of(client)), None);
        let kind = match answer {
            Message::GroupResponse { .. } => ConnectionKind::Coordinator,
            _ => ConnectionKind::Requests,
        };
        self.close_connection(client, from, kind);
    }

    fn machine_answered(&mut self, from: Node, client: u32, request: u64, answer: BrokerResponse) {
        let Some(broker) = self.machines.broker_of(from) else { return };
        match answer {
            BrokerResponse::Produce(results) => self.produce_answered(client, broker, request, &results),
            BrokerResponse::Fetch(fetched) => {
                let input = ConsumerInput::Fetched { request, results: &fetched.partitions };
                self.step_consumer(client, input);
            }
            BrokerResponse::Disconnect => {
                self.clients.runtime_mut(client).connections.lost(from, self.now);
                self.disconnected(client, broker)
            }
            _ => {}
        }
    }

    fn disconnected(&mut self, client: u32, broker: BrokerId) {
        if self.clients.is_producer(client) {
            self.step_producer(client, ProducerInput::Disconnected { broker })
        } else {
            self.step_consumer(client, ConsumerInput::Disconnected { broker })
        }
    }

    fn refused(&mut self, from: Node, client: u32, correlation: u64) {
        let now = self.now;
        let runtime = self.clients.runtime_mut(client);
        let asked = runtime.requests.remove(&correlation);
        if asked.is_none_or(|(_, ask)| ask.connection_kind() == ConnectionKind::Requests) {
            runtime.connections.failed(from, now, false);
        }
        match asked {
            Some((_, ask)) => self.request_failed(client, ask),
            None if correlation & RUNTIME_REQUEST == 0 => {
                if let Some(broker) = self.machines.broker_of(from) {
                    self.disconnected(client, broker);
                }
            }
            None => {}
        }
    }

    /// A connection is gone, and with it every request on it.
    fn connection_closed(&mut self, from: Node, client: u32, kind: ConnectionKind) {
        let lost: Vec<(u64, ClientRequest)> = {
            let asks = self.clients.runtime_mut(client).requests.iter();
            let of_it = |node: Node, ask: &ClientRequest| node == from && ask.connection_kind() == kind;
            asks.filter(|(_, (node, ask))| of_it(*node, ask)).map(|(id, (_, ask))| (*id, *ask)).collect()
        };
        if let Some(broker) = self.machines.broker_of(from).filter(|_| kind == ConnectionKind::Requests) {
            self.clients.runtime_mut(client).connections.lost(from, self.now);
            self.disconnected(client, broker);
        }
        for (correlation, ask) in lost {
            if self.clients.runtime_mut(client).requests.remove(&correlation).is_some() {
                self.request_failed(client, ask);
            }
        }
    }

    /// A request was not answered in time: the client closes the connection over which it went
    /// (`NetworkClient.handleTimedOutRequests`).
    pub(super) fn close_connection(&mut self, client: u32, on: Node, kind: ConnectionKind) {
        self.send(self.machines.net.client(client), on, Message::Closed(kind));
        self.connection_closed(on, client, kind);
    }

    /// A request has timed out. A paused client finds out when it is resumed.
    pub(super) fn request_timed_out(&mut self, client: u32, correlation: u64) {
        let runtime = self.clients.runtime_mut(client);
        if runtime.state != ClientState::Ended && !runtime.is_running() {
            return self
                .queue
                .push(self.now + RETRY_BACKOFF, QueuedEvent::RequestTimeout(client, correlation));
        }
        if correlation == RUNTIME_REQUEST {
            if self.clients.runtime_mut(client).state == ClientState::Up && self.clients.is_producer(client) {
                self.request_producer_id(client);
            }
        } else if let Some((node, ask)) = self.clients.runtime_mut(client).requests.remove(&correlation) {
            let unanswered = self.is_unanswered_attempt(client, node, ask);
            if ask.connection_kind() == ConnectionKind::Requests {
                self.clients.runtime_mut(client).connections.failed(node, self.now, unanswered);
            }
            self.request_failed(client, ask);
            self.close_connection(client, node, ask.connection_kind());
        }
    }

    fn request_failed(&mut self, client: u32, ask: ClientRequest) {
        let error = ErrorCode::NetworkException;
        match ask {
            ClientRequest::Metadata if self.clients.is_producer(client) => {
                self.step_producer(client, ProducerInput::MetadataFailed);
            }
            ClientRequest::Metadata => self.step_consumer(client, ConsumerInput::MetadataFailed),
            ClientRequest::Connect(broker) => self.disconnected(client, broker),
            ClientRequest::ProducerId => self
                .queue
                .push(self.now + RETRY_BACKOFF, QueuedEvent::RequestTimeout(client, RUNTIME_REQUEST)),
            ClientRequest::Coordinator(correlation) => {
                self.step_consumer(client, ConsumerInput::CoordinatorFailed { correlation, error });
            }
            ClientRequest::Transactions(correlation) => self.transaction_answered(client, correlation, None),
            ClientRequest::Offset(partition) => {
                self.step_consumer(client, ConsumerInput::ListedOffset { partition, error, offset: -1 });
            }
            ClientRequest::Epoch(partition) => {
                self.step_consumer(client, ConsumerInput::EndOfEpoch { partition, error, end: None });
            }
        }
    }

    fn answered(&mut self, from: Node, client: u32, ask: ClientRequest, answer: BrokerResponse) {
        match (ask, answer) {
            (ClientRequest::Connect(broker), BrokerResponse::Metadata(_)) => {
                self.step_producer(client, ProducerInput::Connected { broker });
            }
            (ClientRequest::Metadata, BrokerResponse::Metadata(known)) => {
                self.metadata_answered(from, client, &known)
            }
            (ClientRequest::Offset(partition), BrokerResponse::ListOffsets(listed)) => {
                let Some(listed) = listed.first() else { return };
                let (error, offset) = (listed.error, listed.offset);
                self.step_consumer(client, ConsumerInput::ListedOffset { partition, error, offset });
            }
            (ClientRequest::Epoch(partition), BrokerResponse::OffsetsForLeaderEpoch(ends)) => {
                let Some(end) = ends.first() else { return };
                let (error, end) = (end.error, end.end);
                self.step_consumer(client, ConsumerInput::EndOfEpoch { partition, error, end });
            }
            (ask, _) => self.request_failed(client, ask),
        }
    }

    /// An answer also names the brokers that the answering one knows to be in service; one that names none is ignored.
    fn metadata_answered(&mut self, from: Node, client: u32, leaders: &[PartitionLeader]) {
        let host = self.machines.broker_of(from).and_then(|id| self.machines.host(id));
        if let Some(host) = host.filter(|host| host.process.is_alive()) {
            let named = host.broker.unfenced_brokers();
            if named.is_empty() {
                return self.request_failed(client, ClientRequest::Metadata);
            }
            self.clients.runtime_mut(client).connections.learn(&named);
        }
        if self.clients.is_producer(client) {
            self.step_producer(client, ProducerInput::Metadata(leaders))
        } else {
            self.step_consumer(client, ConsumerInput::Metadata(leaders))
        }
    }
}

fn is_answer_to_write_or_commit(message: &Message) -> bool {
    matches!(
        message,
        Message::Response { response: BrokerResponse::Produce(_), .. }
            | Message::GroupResponse { reply: GroupResponse::Committed { .. }, .. }
    )
}
