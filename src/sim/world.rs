//! The whole state of a run at one moment, and its main loop: one event of the queue after the other.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::BrokerOutput;
use crate::protocol::consumer::ConsumerOutput;
use crate::protocol::controller::ControllerOutput;
use crate::protocol::group::GroupOutput;
use crate::protocol::producer::ProducerOutput;
use crate::protocol::profile::Profile;
use crate::scenario::Scenario;
use crate::sim::clients::Clients;
use crate::sim::clock::BOOT;
use crate::sim::event::{Message, QueuedEvent, TimerKind};
use crate::sim::machines::Machines;
use crate::sim::network::Node;
use crate::sim::observed::Observed;
use crate::sim::observers::Observers;
use crate::sim::process::ProcessTimes;
use crate::sim::queue::Queue;
use crate::sim::quota::QuotaWindow;
use crate::sim::rng::Rng;
use crate::sim::script::{NextEvent, Script};
use crate::sim::trace::{EventKind, Names};
use std::sync::Arc;

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
    pub(super) process_times: ProcessTimes,
    /// No knob turns it.
    pub(super) quota_window: QuotaWindow,
    pub(super) machines: Machines,
    pub(super) clients: Clients,
    pub(super) observers: Observers,
    pub(super) script: Script,
    pub(super) rng: Rng,
    /// Events of the queue handled so far.
    pub(super) events: u64,
    pub(super) scratch: Scratch,
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
        // What happens at the very end of a second belongs to it.
        self.sample_until(at.saturating_sub(1));
        self.now = at;
        self.events += 1;
        match due {
            QueuedEvent::Arrival { from, to, message } => self.arrive(from, to, message),
            QueuedEvent::Departure { from, to, message } => self.send(from, to, message),
            QueuedEvent::TakenIn { from, to, message } => self.deliver(from, to, message),
            QueuedEvent::Timer(kind) => self.timer(kind),
            QueuedEvent::Workload(client) => self.workload_due(client),
            QueuedEvent::BootFinished(id, start) => self.booted(id, start),
            QueuedEvent::ProcessEnds(id, start) => self.process_ends(id, start),
            QueuedEvent::BrokerContinues(id) => self.broker_continues(id),
            QueuedEvent::ClientContinues(client) => self.client_continues(client),
            QueuedEvent::MetadataCommitted(batch) => self.committed(batch),
            QueuedEvent::ChannelUnmuted(id, client) => self.unmuted(id, client),
            QueuedEvent::RequestTimeout(client, correlation) => self.request_timed_out(client, correlation),
            QueuedEvent::ClientStart(client) => self.start_client(client),
            QueuedEvent::TryEnds(ended) => self.try_ends(ended),
            QueuedEvent::HandedOver(client, start) => self.handed_over(client, start),
            QueuedEvent::RetryTopic(retried) => self.retried(retried),
            QueuedEvent::MemberRestart(client, start) => self.restart_member(client, start),
            QueuedEvent::BrokerRequestTimeout(id, correlation) => {
                self.broker_request_timed_out(id, correlation)
            }
            QueuedEvent::ScriptDue => {}
            QueuedEvent::Compact => self.compact(),
        }
        self.run_script();
        self.audit();
        true
    }

    /// Goes on until `until`, all events of that time included.
    pub(super) fn advance(&mut self, until: Nanos) {
        while self.step(until) {}
        self.now = self.now.max(until);
        self.sample_until(self.now);
    }

    /// Takes the sample of the seconds that are over by then.
    fn sample_until(&mut self, time: Nanos) {
        if self.observers.sampler().is_due(time) {
            let gauges = self.gauges();
            self.observers.sample(time, gauges);
        }
    }

    /// A message is at its machine, whose network may be busy with others.
    fn arrive(&mut self, from: Node, to: Node, message: Message) {
        let in_at = self.machines.net.taken_in_at(self.now, from, to, || message.bytes());
        if in_at > self.now {
            self.queue.push(in_at, QueuedEvent::TakenIn { from, to, message });
        } else {
            self.deliver(from, to, message);
        }
    }

    fn deliver(&mut self, from: Node, to: Node, message: Message) {
        let controllers = self.machines.net.controllers();
        match to {
            _ if to < controllers => self.arrive_at_broker(from, BrokerId(to as i32 + 1), message),
            _ if to == controllers => self.arrive_at_controller(from, message),
            _ => self.arrive_at_client(from, to - controllers - 1, message),
        }
    }

    fn timer(&mut self, kind: TimerKind) {
        let (now, queue) = (self.now, &mut self.queue);
        let fires = match kind {
            TimerKind::Broker(id) => self.machines.host_mut(id).timer.fires(now, kind, queue),
            TimerKind::Controller => self.machines.control.timer.fires(now, kind, queue),
            TimerKind::Group(group) => self.clients.group_mut(group).timer.fires(now, kind, queue),
            TimerKind::Client(client) => self.clients.runtime_mut(client).timer.fires(now, kind, queue),
            TimerKind::Transactions(at) => self.clients.transactions_mut(at).timer.fires(now, kind, queue),
        };
        if !fires {
            return;
        }
        match kind {
            TimerKind::Broker(id) => self.wake_broker(id),
            TimerKind::Controller => self.wake_controller(),
            TimerKind::Group(group) => self.wake_group(group),
            TimerKind::Client(client) => self.wake_client(client),
            TimerKind::Transactions(at) => self.wake_transactions(at),
        }
    }

    /// Sends a message that leaves at `at`.
    pub(super) fn send_at(&mut self, at: Nanos, from: Node, to: Node, message: Message) {
        if at > self.now && self.machines.net.is_limited() {
            return self.queue.push(at, QueuedEvent::Departure { from, to, message });
        }
        self.machines.send(&mut self.queue, at, (from, to), message);
    }

    /// Sends a message now.
    pub(super) fn send(&mut self, from: Node, to: Node, message: Message) {
        self.send_at(self.now, from, to, message);
    }

    /// Sends on what waited for links that are healed now.
    pub(super) fn release_held(&mut self) {
        self.machines.release_held(&mut self.queue, self.now);
    }

    /// Does what is due of the scenario's events.
    pub(super) fn run_script(&mut self) {
        while self.now >= BOOT && !self.script.is_over(&self.scenario) {
            let mut script = self.script;
            let next = script.advance(&self.observed());
            self.script = script;
            match next {
                // A refusal is in the trace, and the run goes on.
                NextEvent::Happens(act) => _ = self.apply(act),
                NextEvent::DueAt(at) => self.queue.push(at, QueuedEvent::ScriptDue),
                NextEvent::Waits => return,
            }
        }
    }

    /// The world without its observers.
    pub(super) fn observed(&self) -> Observed<'_> {
        Observed {
            now: self.now,
            scenario: &self.scenario,
            profile: &self.profile,
            machines: &self.machines,
            clients: &self.clients,
        }
    }

    /// The observers, and what they see.
    pub(super) fn split(&mut self) -> (&mut Observers, Observed<'_>) {
        let World { now, scenario, profile, machines, clients, observers, .. } = self;
        (observers, Observed { now: *now, scenario, profile, machines, clients })
    }

    /// Has Kafka's promises checked, if somebody wants that.
    pub(super) fn audit(&mut self) {
        if self.observers.is_auditing() {
            let (observers, world) = self.split();
            observers.audit(&world);
        }
    }

    /// Notes an event; answers its number.
    pub(super) fn record_event(&mut self, kind: EventKind, cause: Option<u64>) -> u64 {
        self.observers.record(self.now, kind, cause)
    }

    /// Calls `each` with what everything is called.
    pub(super) fn with_names<T>(&self, each: impl FnOnce(&Names<'_>) -> T) -> T {
        let producers: Vec<String> = self.scenario.producers.iter().map(|spec| spec.name.clone()).collect();
        let groups: Vec<String> = self.scenario.groups.iter().map(|spec| spec.name.clone()).collect();
        let partition = |ix: PartitionIx| self.machines.topics.partition_name(ix);
        each(&Names { partition: &partition, producers: &producers, groups: &groups })
    }

    /// Merges logs below what every replica in sync has flushed and every group has read.
    fn compact(&mut self) {
        for ix in (0..self.machines.control.committed.partitions.len() as u32).map(PartitionIx) {
            let state = self.machines.control.committed.partitions[ix.at()].clone();
            let flushed = state.isr.iter().filter_map(|id| {
                let replica = self.machines.host(*id)?.broker.replica(ix)?;
                Some(replica.storage().flushed().min(replica.high_watermark()))
            });
            let read = self.clients.members().iter().filter_map(|member| member.position(ix));
            let Some(below) = flushed.chain(read).min() else { continue };
            for host in self.machines.hosts_mut() {
                host.broker.merge_below(ix, below);
            }
        }
        self.queue.push(self.now + COMPACT_EVERY, QueuedEvent::Compact);
    }

    pub(super) fn begin_compacting(&mut self) {
        self.queue.push(self.now + COMPACT_EVERY, QueuedEvent::Compact);
    }
}
