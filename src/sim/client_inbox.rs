//! What comes to a client's machine, and what never comes: answers, refusals, connections that break.

use crate::model::BrokerId;
use crate::protocol::consumer::ConsumerInput;
use crate::protocol::messages::{Answer, KnownLeader};
use crate::protocol::producer::{PartitionLeader, ProducerInput};
use crate::protocol::wire::ErrorCode;
use crate::sim::channels::{LANES, Lane};
use crate::sim::clients::{AVOID, Ask, ClientState, DESK, RETRY};
use crate::sim::due::{Due, Message};
use crate::sim::network::Node;
use crate::sim::world::World;

impl World {
    pub(super) fn arrive_at_client(&mut self, from: Node, client: u32, message: Message) {
        match self.desk(client).state {
            ClientState::Ended => {}
            ClientState::Paused => self.desk(client).inbox.push_back((from, message)),
            ClientState::Up => self.client_hears(from, client, message),
        }
    }

    pub(super) fn client_hears(&mut self, from: Node, client: u32, message: Message) {
        match message {
            Message::Answer { correlation, answer } if correlation & DESK != 0 => {
                if let Some((_, ask)) = self.desk(client).asks.remove(&correlation) {
                    self.answered(client, ask, answer);
                }
            }
            Message::Answer { correlation, answer } => {
                self.machine_answered(from, client, correlation, answer)
            }
            Message::Refused { correlation } => self.refused(from, client, correlation),
            Message::Reset => LANES.iter().for_each(|lane| self.connection_gone(from, client, *lane)),
            Message::ProducerId { correlation, id } => {
                if self.desk(client).asks.remove(&correlation).is_some() {
                    self.step_producer(client, ProducerInput::ProducerId { id, epoch: 0 });
                }
            }
            Message::GroupReply { correlation, reply } => {
                if let Some((_, Ask::Coordinator(asked))) = self.desk(client).asks.remove(&correlation) {
                    let input = ConsumerInput::Coordinator { correlation: asked, reply: &reply };
                    self.step_consumer(client, input);
                }
            }
            _ => {}
        }
    }

    fn machine_answered(&mut self, from: Node, client: u32, request: u64, answer: Answer) {
        let Some(broker) = self.broker_of(from) else { return };
        match answer {
            Answer::Produce(results) => self.produce_answered(client, broker, request, &results),
            Answer::Fetch(fetched) => {
                let input = ConsumerInput::Fetched { request, results: &fetched.partitions };
                self.step_consumer(client, input);
            }
            Answer::Disconnect => self.disconnected(client, broker),
            _ => {}
        }
    }

    fn disconnected(&mut self, client: u32, broker: BrokerId) {
        match self.is_producer(client) {
            true => self.step_producer(client, ProducerInput::Disconnected { broker }),
            false => self.step_consumer(client, ConsumerInput::Disconnected { broker }),
        }
    }

    fn refused(&mut self, from: Node, client: u32, correlation: u64) {
        let until = self.now + AVOID;
        if let Some(avoid) = self.desk(client).avoid_until.get_mut(from as usize) {
            *avoid = until;
        }
        match self.desk(client).asks.remove(&correlation) {
            Some((_, ask)) => self.ask_failed(client, ask),
            None if correlation & DESK == 0 => {
                if let Some(broker) = self.broker_of(from) {
                    self.disconnected(client, broker);
                }
            }
            None => {}
        }
    }

    /// A connection is gone, and with it everything that was asked over it.
    fn connection_gone(&mut self, from: Node, client: u32, lane: Lane) {
        let lost: Vec<(u64, Ask)> = {
            let asks = self.desk(client).asks.iter();
            let of_it = |node: Node, ask: &Ask| node == from && ask.lane() == lane;
            asks.filter(|(_, (node, ask))| of_it(*node, ask)).map(|(id, (_, ask))| (*id, *ask)).collect()
        };
        if let Some(broker) = self.broker_of(from).filter(|_| lane == Lane::Requests) {
            self.disconnected(client, broker);
        }
        for (correlation, ask) in lost {
            if self.desk(client).asks.remove(&correlation).is_some() {
                self.ask_failed(client, ask);
            }
        }
    }

    /// A request was not answered in time: the client closes the connection over which it went
    /// (`NetworkClient.handleTimedOutRequests`).
    pub(super) fn hang_up(&mut self, client: u32, on: Node, lane: Lane) {
        self.send(self.net.client(client), on, Message::Closed(lane));
        self.connection_gone(on, client, lane);
    }

    /// The client has waited long enough. One that stands still finds out when it goes on.
    pub(super) fn give_up(&mut self, client: u32, correlation: u64) {
        if self.desk(client).state == ClientState::Paused {
            return self.queue.push(self.now + RETRY, Due::GiveUp(client, correlation));
        }
        if correlation == DESK {
            if self.desk(client).state == ClientState::Up && self.is_producer(client) {
                self.want_producer_id(client);
            }
        } else if let Some((node, ask)) = self.desk(client).asks.remove(&correlation) {
            let until = self.now + AVOID;
            if let Some(avoid) = self.desk(client).avoid_until.get_mut(node as usize) {
                *avoid = until;
            }
            self.ask_failed(client, ask);
            self.hang_up(client, node, ask.lane());
        }
    }

    fn ask_failed(&mut self, client: u32, ask: Ask) {
        let error = ErrorCode::NetworkException;
        match ask {
            Ask::Metadata if self.is_producer(client) => {
                self.step_producer(client, ProducerInput::MetadataFailed);
            }
            Ask::Metadata => self.step_consumer(client, ConsumerInput::MetadataFailed),
            Ask::Connect(broker) => self.disconnected(client, broker),
            Ask::ProducerId => self.queue.push(self.now + RETRY, Due::GiveUp(client, DESK)),
            Ask::Coordinator(correlation) => {
                self.step_consumer(client, ConsumerInput::CoordinatorFailed { correlation, error });
            }
            Ask::Offset(partition) => {
                self.step_consumer(client, ConsumerInput::ListedOffset { partition, error, offset: -1 });
            }
            Ask::Epoch(partition) => {
                self.step_consumer(client, ConsumerInput::EndOfEpoch { partition, error, end: None });
            }
        }
    }

    fn answered(&mut self, client: u32, ask: Ask, answer: Answer) {
        match (ask, answer) {
            (Ask::Connect(broker), Answer::Metadata(_)) => {
                self.step_producer(client, ProducerInput::Connected { broker });
            }
            (Ask::Metadata, Answer::Metadata(known)) => self.metadata_answered(client, &known),
            (Ask::Offset(partition), Answer::ListOffsets(listed)) => {
                let Some(listed) = listed.first() else { return };
                let (error, offset) = (listed.error, listed.offset);
                self.step_consumer(client, ConsumerInput::ListedOffset { partition, error, offset });
            }
            (Ask::Epoch(partition), Answer::EpochEnds(ends)) => {
                let Some(end) = ends.first() else { return };
                let (error, end) = (end.error, end.end);
                self.step_consumer(client, ConsumerInput::EndOfEpoch { partition, error, end });
            }
            (ask, _) => self.ask_failed(client, ask),
        }
    }

    fn metadata_answered(&mut self, client: u32, known: &[KnownLeader]) {
        let leaders: Vec<PartitionLeader> = known
            .iter()
            .map(|known| PartitionLeader {
                partition: known.partition,
                leader: known.leader,
                epoch: known.leader_epoch,
            })
            .collect();
        match self.is_producer(client) {
            true => self.step_producer(client, ProducerInput::Metadata(&leaders)),
            false => self.step_consumer(client, ConsumerInput::Metadata(&leaders)),
        }
    }
}
