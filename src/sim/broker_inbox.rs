//! What comes to a broker's machine, and what its process makes of it.

use crate::model::BrokerId;
use crate::protocol::broker::BrokerInput;
use crate::protocol::messages::Peer;
use crate::sim::channels::ConnectionKind;
use crate::sim::event::Message;
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::world::World;

impl World {
    pub(super) fn arrive_at_broker(&mut self, from: Node, id: BrokerId, message: Message) {
        match self.host(id).process {
            ProcessState::Up => self.take_message(id, from, message),
            ProcessState::Paused => self.host(id).inbox.push_back((from, message)),
            ProcessState::PoweredOff => {}
            _ => self.refuse(id, from, &message),
        }
    }

    /// Nobody listens: a request is refused, everything else is for a process that is gone.
    fn refuse(&mut self, id: BrokerId, from: Node, message: &Message) {
        let here = self.net.broker(id);
        if let Message::Request { correlation, .. }
        | Message::Group { correlation, .. }
        | Message::InitProducerId { correlation } = message
        {
            self.send(here, from, Message::Refused { correlation: *correlation });
        }
    }

    /// What the process reads: of a client's connection one request at a time.
    pub(super) fn take_message(&mut self, id: BrokerId, from: Node, message: Message) {
        match (self.client_of(from), message) {
            (Some(client), message) if message.is_request() => self.client_request(id, client, message),
            (Some(client), Message::Closed(kind)) => self.channel_closed(id, client, kind),
            (_, message) => self.serve(id, from, message),
        }
    }

    /// What the process does with what it has read.
    pub(super) fn serve(&mut self, id: BrokerId, from: Node, message: Message) {
        match message {
            Message::Request { correlation, request } => {
                let from = self.peer(from);
                self.step_broker(id, BrokerInput::Request { from, correlation, request });
            }
            Message::Answer { correlation, answer } => {
                if self.host(id).asked.remove(&correlation).is_some() {
                    self.step_broker(id, BrokerInput::Answer { correlation, answer });
                }
            }
            Message::ControlAnswer { correlation, answer } => {
                if self.host(id).asked.remove(&correlation).is_some() {
                    self.step_broker(id, BrokerInput::ControllerAnswer { correlation, answer });
                }
            }
            Message::Refused { correlation } => {
                if self.host(id).asked.remove(&correlation).is_some() {
                    self.step_broker(id, BrokerInput::Failed { correlation });
                }
            }
            Message::Reset => self.connection_lost(id, from),
            Message::Metadata { offset, updates, start } => {
                if start == self.host(id).start {
                    let updates = updates.to_vec();
                    self.step_broker(id, BrokerInput::Metadata { offset, updates });
                }
            }
            Message::Group { group, correlation, request } => {
                self.ask_group(id, from, group, correlation, request);
            }
            Message::InitProducerId { correlation } => {
                let answer = Message::ProducerId { correlation, id: self.next_producer_id };
                self.next_producer_id += 1;
                self.answer(id, self.peer(from), correlation, self.now, answer);
            }
            Message::ControlPlane { .. }
            | Message::Closed(_)
            | Message::GroupReply { .. }
            | Message::ProducerId { .. } => {}
        }
    }

    fn connection_lost(&mut self, id: BrokerId, other: Node) {
        if let Some(client) = self.client_of(other) {
            ConnectionKind::ALL.iter().for_each(|kind| self.channel_closed(id, client, *kind));
        }
        let host = self.host(id);
        let lost: Vec<u64> = host
            .asked
            .iter()
            .filter(|(_, node)| **node == other)
            .map(|(correlation, _)| *correlation)
            .collect();
        for correlation in lost {
            self.host(id).asked.remove(&correlation);
            self.step_broker(id, BrokerInput::Failed { correlation });
        }
        let peer = self.peer(other);
        self.step_broker(id, BrokerInput::Disconnected { peer });
    }

    fn peer(&self, node: Node) -> Peer {
        match self.broker_of(node) {
            Some(id) => Peer::Broker(id),
            None => Peer::Client(self.client_of(node).unwrap_or(u32::MAX)),
        }
    }

    pub(super) fn node_of(&self, peer: Peer) -> Node {
        match peer {
            Peer::Broker(id) => self.net.broker(id),
            Peer::Client(client) => self.net.client(client),
        }
    }
}
