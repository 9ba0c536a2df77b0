//! The whole simulated world at one moment, and how it goes on: one event of the queue after the other.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::BrokerOutput;
use crate::protocol::consumer::ConsumerOutput;
use crate::protocol::controller::ControllerOutput;
use crate::protocol::group::GroupOutput;
use crate::protocol::producer::ProducerOutput;
use crate::protocol::profile::Profile;
use crate::scenario::Scenario;
use crate::sim::clients::{GroupMember, ProducerClient};
use crate::sim::control::ControlPlane;
use crate::sim::event::{Message, QueuedEvent, TimerKind};
use crate::sim::groups::GroupCoordinator;
use crate::sim::host::Host;
use crate::sim::invariants::Auditor;
use crate::sim::ledger::Ledger;
use crate::sim::meter::Meter;
use crate::sim::network::{Network, Node};
use crate::sim::queue::Queue;
use crate::sim::rng::Rng;
use crate::sim::script::Script;
use crate::sim::topics::Topics;
use crate::sim::trace::{EventKind, Names, Trace};
use std::sync::Arc;

/// Before the run begins the cluster boots for so long; times shown to people start after it.
pub(super) const BOOT: Nanos = 10_000_000_000;

/// How often logs are merged where nobody needs their batches any more.
const COMPACT_EVERY: Nanos = 5_000_000_000;

/// Everything there is. A clone is a checkpoint.
#[derive(Clone)]
pub(super) struct World {
    pub(super) now: Nanos,
    pub(super) seed: u64,
    pub(super) queue: Queue<QueuedEvent>,
    pub(super) scenario: Arc<Scenario>,
    pub(super) profile: Profile,
    pub(super) net: Network,
    /// Messages on links that are cut, in the order in which they were sent.
    pub(super) held: Vec<(Node, Node, Message)>,
    pub(super) hosts: Vec<Host>,
    pub(super) control: ControlPlane,
    pub(super) topics: Topics,
    pub(super) producers: Vec<ProducerClient>,
    pub(super) members: Vec<GroupMember>,
    pub(super) groups: Vec<GroupCoordinator>,
    pub(super) ledger: Ledger,
    pub(super) meter: Meter,
    pub(super) trace: Trace,
    pub(super) script: Script,
    pub(super) rng: Rng,
    /// Next producer id that a broker hands out, and next identity of a producer.
    pub(super) next_producer_id: i64,
    pub(super) identities: Vec<u32>,
    pub(super) events: u64,
    pub(super) scratch: Scratch,
    /// Checks Kafka's promises after every event, if somebody wants that.
    pub(super) auditor: Option<Box<Auditor>>,
}

/// Emptied lists of outputs to use again.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) broker: Vec<BrokerOutput>,
    pub(super) controller: Vec<ControllerOutput>,
    pub(super) producer: Vec<ProducerOutput>,
    pub(super) consumer: Vec<ConsumerOutput>,
    pub(super) group: Vec<GroupOutput>,
}

impl Clone for Scratch {
    fn clone(&self) -> Self {
        Scratch::default()
    }
}

impl World {
    /// Handles the next event if it is due by `until`. Says whether there was one.
    pub(super) fn step(&mut self, until: Nanos) -> bool {
        let Some((at, due)) = self.queue.pop_until(until) else { return false };
        debug_assert!(at >= self.now, "time ran backwards");
        self.now = at;
        self.events += 1;
        match due {
            QueuedEvent::Arrival { from, to, message } => self.arrive(from, to, message),
            QueuedEvent::Timer(timed) => self.timer(timed),
            QueuedEvent::Workload(client) => self.workload_due(client),
            QueuedEvent::BootFinished(id, start) => self.booted(id, start),
            QueuedEvent::MetadataCommitted(batch) => self.committed(batch),
            QueuedEvent::ChannelUnmuted(id, client) => self.unmuted(id, client),
            QueuedEvent::RequestTimeout(client, correlation) => self.request_timed_out(client, correlation),
            QueuedEvent::ClientStart(client) => self.start_client(client),
            QueuedEvent::ScriptDue => {}
            QueuedEvent::Compact => self.compact(),
        }
        self.run_script();
        if self.auditor.is_some() {
            self.audit();
        }
        true
    }

    /// Goes on until `until`, all events of that time included.
    pub(super) fn advance(&mut self, until: Nanos) {
        while self.step(until) {}
        self.now = self.now.max(until);
    }

    fn arrive(&mut self, from: Node, to: Node, message: Message) {
        let controllers = self.net.controllers();
        match to {
            _ if to < controllers => self.arrive_at_broker(from, BrokerId(to as i32 + 1), message),
            _ if to == controllers => self.arrive_at_controller(from, message),
            _ => self.arrive_at_client(from, to - controllers - 1, message),
        }
    }

    fn timer(&mut self, timed: TimerKind) {
        let (now, queue) = (self.now, &mut self.queue);
        let fires = match timed {
            TimerKind::Broker(id) => self.hosts[id.0 as usize - 1].timer.fires(now, timed, queue),
            TimerKind::Controller => self.control.timer.fires(now, timed, queue),
            TimerKind::Group(group) => self.groups[group as usize].timer.fires(now, timed, queue),
            TimerKind::Client(client) => match self.producers.get_mut(client as usize) {
                Some(producer) => producer.runtime.timer.fires(now, timed, queue),
                None => {
                    let member = client as usize - self.producers.len();
                    self.members[member].runtime.timer.fires(now, timed, queue)
                }
            },
        };
        if !fires {
            return;
        }
        match timed {
            TimerKind::Broker(id) => self.wake_broker(id),
            TimerKind::Controller => self.wake_controller(),
            TimerKind::Group(group) => self.wake_group(group),
            TimerKind::Client(client) => self.wake_client(client),
        }
    }

    /// Sends a message that leaves at `at`.
    pub(super) fn send_at(&mut self, at: Nanos, from: Node, to: Node, message: Message) {
        if self.net.is_cut(from, to) {
            self.held.push((from, to, message));
            return;
        }
        let arrival = self.net.arrival(at, from, to);
        self.queue.push(arrival, QueuedEvent::Arrival { from, to, message });
    }

    /// Sends a message now.
    pub(super) fn send(&mut self, from: Node, to: Node, message: Message) {
        self.send_at(self.now, from, to, message);
    }

    /// Sends on what waited for links that are healed now.
    pub(super) fn release_held(&mut self) {
        for (from, to, message) in std::mem::take(&mut self.held) {
            self.send(from, to, message);
        }
    }

    /// Notes an event; answers its number.
    pub(super) fn record_event(&mut self, kind: EventKind, cause: Option<u64>) -> u64 {
        self.trace.add(self.now.saturating_sub(BOOT), kind, cause)
    }

    /// A client's number for a machine, and the other way round.
    pub(super) fn client_of(&self, node: Node) -> Option<u32> {
        node.checked_sub(self.net.controllers() + 1)
    }

    /// The broker at a machine.
    pub(super) fn broker_of(&self, node: Node) -> Option<BrokerId> {
        (node < self.net.controllers()).then_some(BrokerId(node as i32 + 1))
    }

    pub(super) fn host(&mut self, id: BrokerId) -> &mut Host {
        &mut self.hosts[id.0 as usize - 1]
    }

    pub(super) fn host_ref(&self, id: BrokerId) -> Option<&Host> {
        self.hosts.get((id.0 as usize).checked_sub(1)?)
    }

    /// Who leads a partition, as the controller has committed it.
    pub(super) fn leader(&self, partition: PartitionIx) -> Option<BrokerId> {
        self.control.committed.partitions.get(partition.at())?.leader
    }

    /// Calls `each` with what everything is called.
    pub(super) fn with_names<T>(&self, each: impl FnOnce(&Names<'_>) -> T) -> T {
        let producers: Vec<String> = self.scenario.producers.iter().map(|spec| spec.name.clone()).collect();
        let groups: Vec<String> = self.scenario.groups.iter().map(|spec| spec.name.clone()).collect();
        let partition = |ix: PartitionIx| self.topics.partition_name(ix);
        each(&Names { partition: &partition, producers: &producers, groups: &groups })
    }

    /// Merges logs below what every replica in sync has flushed and every group has read.
    fn compact(&mut self) {
        for ix in (0..self.control.committed.partitions.len() as u32).map(PartitionIx) {
            let state = self.control.committed.partitions[ix.at()].clone();
            let flushed = state.isr.iter().filter_map(|id| {
                let replica = self.host_ref(*id)?.broker.replica(ix)?;
                Some(replica.storage().flushed().min(replica.high_watermark()))
            });
            let read = self.members.iter().filter_map(|member| member.position(ix));
            let Some(below) = flushed.chain(read).min() else { continue };
            for host in &mut self.hosts {
                host.broker.merge_below(ix, below);
            }
        }
        self.queue.push(self.now + COMPACT_EVERY, QueuedEvent::Compact);
    }

    pub(super) fn begin_compacting(&mut self) {
        self.queue.push(self.now + COMPACT_EVERY, QueuedEvent::Compact);
    }
}
