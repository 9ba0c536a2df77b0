//! The cluster's machines: brokers, controllers, and the network between them and to the clients.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::controller::Controller;
use crate::protocol::log::Log;
use crate::protocol::messages::Peer;
use crate::protocol::wire::LeaderEpoch;
use crate::scenario::Scenario;
use crate::sim::channels::Answered;
use crate::sim::control::ControlPlane;
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::host::Host;
use crate::sim::network::{Network, Node};
use crate::sim::queue::Queue;
use crate::sim::topics::Topics;

#[derive(Clone)]
pub(super) struct Machines {
    /// Brokers, by id from 1.
    hosts: Vec<Host>,
    pub(super) control: ControlPlane,
    pub(super) topics: Topics,
    pub(super) net: Network,
    /// Messages on links that are cut, in the order in which they were sent.
    held: Vec<(Node, Node, Message)>,
}

impl Machines {
    pub(super) fn new(hosts: Vec<Host>, controller: Controller, scenario: &Scenario, seed: u64) -> Machines {
        Machines {
            hosts,
            control: ControlPlane::new(controller, scenario.cluster.controllers),
            topics: Topics::default(),
            net: Network::of(scenario, seed),
            held: Vec::new(),
        }
    }

    pub(super) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    pub(super) fn hosts_mut(&mut self) -> &mut [Host] {
        &mut self.hosts
    }

    /// A broker's machine, if there is one.
    pub(super) fn host(&self, id: BrokerId) -> Option<&Host> {
        self.hosts.get((id.0 as usize).checked_sub(1)?)
    }

    /// The machine of a broker that exists.
    pub(super) fn host_mut(&mut self, id: BrokerId) -> &mut Host {
        &mut self.hosts[id.0 as usize - 1]
    }

    /// The number of the client at a machine.
    pub(super) fn client_of(&self, node: Node) -> Option<u32> {
        node.checked_sub(self.net.controllers() + 1)
    }

    /// The broker at a machine.
    pub(super) fn broker_of(&self, node: Node) -> Option<BrokerId> {
        (node < self.net.controllers()).then_some(BrokerId(node as i32 + 1))
    }

    pub(super) fn peer(&self, node: Node) -> Peer {
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

    /// A broker's answer to a client is in the socket at `leaves_at`.
    pub(super) fn answer_client(
        &mut self,
        id: BrokerId,
        client: u32,
        request: u64,
        leaves_at: Nanos,
    ) -> Answered {
        let Machines { hosts, net, .. } = self;
        let round_trip = || net.round_trip(net.broker(id), net.client(client));
        hosts[id.0 as usize - 1].channels.answered(client, request, leaves_at, round_trip)
    }

    /// Sends a message that leaves at `at`. Over a cut link it waits until the link is healed.
    pub(super) fn send(
        &mut self,
        queue: &mut Queue<QueuedEvent>,
        at: Nanos,
        (from, to): (Node, Node),
        message: Message,
    ) {
        if self.net.is_cut(from, to) {
            self.held.push((from, to, message));
            return;
        }
        let arrival = self.net.arrival(at, from, to);
        queue.push(arrival, QueuedEvent::Arrival { from, to, message });
    }

    /// Sends on what waited for links that are healed now.
    pub(super) fn release_held(&mut self, queue: &mut Queue<QueuedEvent>, now: Nanos) {
        for (from, to, message) in std::mem::take(&mut self.held) {
            self.send(queue, now, (from, to), message);
        }
    }

    /// Who leads a partition, as the controller has committed it.
    pub(super) fn leader(&self, partition: PartitionIx) -> Option<BrokerId> {
        self.control.committed.partitions.get(partition.at())?.leader
    }

    /// A partition's leader, if its process runs and knows that it leads.
    pub(super) fn serving_leader(&self, partition: PartitionIx) -> Option<BrokerId> {
        let leader = self.leader(partition)?;
        let host = self.host(leader).filter(|host| host.process.is_up())?;
        host.broker.replica(partition)?.leadership().map(|_| leader)
    }

    /// The log that consumers read, whose it is and in which epoch.
    pub(super) fn leading_log(&self, partition: PartitionIx) -> Option<(BrokerId, LeaderEpoch, &Log)> {
        let state = self.control.committed.partitions.get(partition.at())?;
        let leader = state.leader?;
        Some((leader, state.leader_epoch, self.log(leader, partition)?))
    }

    /// A broker's copy of a partition.
    pub(super) fn log(&self, id: BrokerId, partition: PartitionIx) -> Option<&Log> {
        self.host(id)?.broker.replica(partition).map(|replica| replica.log())
    }
}
