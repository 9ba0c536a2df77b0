//! The cluster's machines: brokers, controllers, and the network between them and to the clients.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::controller::Controller;
use crate::protocol::log::Log;
use crate::protocol::messages::Peer;
use crate::protocol::wire::{LeaderEpoch, Offset};
use crate::scenario::Scenario;
use crate::sim::channels::Answered;
use crate::sim::control::ControlPlane;
use crate::sim::event::{Message, QueuedEvent};
use crate::sim::host::Host;
use crate::sim::network::{Network, Node};
use crate::sim::queue::Queue;
use crate::sim::replica_offsets::ReplicaOffsets;
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
        let leaves_at = self.net.leaves_at(at, from, || message.bytes());
        let arrival = self.net.arrival(leaves_at, from, to);
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
        host.broker.replica(partition)?.leader_state().map(|_| leader)
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

    /// The marks of a partition's replicas, in assignment order.
    pub(super) fn replica_offsets(&self, partition: PartitionIx) -> Vec<ReplicaOffsets> {
        let replicas = &self.control.committed.partitions[partition.at()].replicas;
        replicas.iter().filter_map(|id| self.offsets_on(*id, partition)).collect()
    }

    fn offsets_on(&self, id: BrokerId, partition: PartitionIx) -> Option<ReplicaOffsets> {
        let host = self.host(id)?;
        let replica = host.broker.replica(partition)?;
        let epochs = replica.log().epochs().entries();
        Some(ReplicaOffsets {
            broker: id,
            runs: host.process.is_up(),
            log_start: replica.log().start(),
            flushed: replica.storage().flushed(),
            high_watermark: replica.high_watermark(),
            log_end: replica.log().end(),
            leader_epoch: replica.log().latest_epoch(),
            epochs: epochs.iter().map(|entry| (entry.epoch, entry.start)).collect(),
        })
    }

    /// Brokers whose log holds a record.
    pub(super) fn holders(&self, partition: PartitionIx, producer: u32, number: u64) -> Vec<BrokerId> {
        let replicas = self.control.committed.partitions[partition.at()].replicas.iter();
        let holds = |id: &BrokerId| {
            self.log(*id, partition).is_some_and(|log| !offsets_in(log, producer, number).is_empty())
        };
        replicas.copied().filter(holds).collect()
    }
}

/// Offsets of a record in a log.
pub(super) fn offsets_in(log: &Log, producer: u32, number: u64) -> Vec<Offset> {
    let mut found = Vec::new();
    log.for_each_range(log.start(), |offset, _, records| {
        let within = number.checked_sub(records.first).filter(|ahead| *ahead < u64::from(records.count));
        if let Some(ahead) = within.filter(|_| records.producer == producer) {
            found.push(offset + ahead as Offset);
        }
        true
    });
    found
}
