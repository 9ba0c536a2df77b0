//! The controllers' side: requests in, metadata records out, and their way to the brokers.

mod requests;

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerRegistration, MetadataUpdate};
use crate::protocol::controller::quorum::{QuorumEvent, QuorumInput};
use crate::protocol::controller::{
    Answer, Cause, Controller, ControllerInput, ControllerOutput, MetadataBatch, MetadataRecord,
    partition_change,
};
use crate::protocol::wire::{ErrorCode, PartitionState};
use crate::sim::event::{Message, QueuedEvent, Timer, TimerKind};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// `controller.quorum.append.linger.ms` and one forced write among the voters.
const COMMIT: Nanos = 28_000_000;

/// The metadata as brokers may know it: committed.
#[derive(Clone, Default)]
pub(super) struct Committed {
    pub partitions: Vec<Arc<PartitionState>>,
    pub brokers: BTreeMap<BrokerId, BrokerRegistration>,
    /// Offset of the last record.
    pub offset: i64,
}

/// Records that are written and not yet committed.
#[derive(Clone)]
struct Pending {
    last_offset: i64,
    updates: Arc<[MetadataUpdate]>,
}

#[derive(Clone)]
pub(super) struct ControlPlane {
    pub(super) controller: Controller,
    pub(super) timer: Timer,
    pub(super) committed: Committed,
    /// As the controller has decided, committed or not.
    decided: Vec<Arc<PartitionState>>,
    registered: BTreeMap<BrokerId, BrokerRegistration>,
    pending: VecDeque<Pending>,
    batches: u64,
    commits_at: Nanos,
    pub(super) nodes_up: Vec<bool>,
    /// The whole site lost its power, controllers and all.
    pub(super) without_power: bool,
    /// The last change of each partition, and the last wish of its leader, by event number.
    changes: BTreeMap<PartitionIx, u64>,
    isr_requests: BTreeMap<PartitionIx, u64>,
    refusals: BTreeMap<PartitionIx, ErrorCode>,
    /// The event that told of the active controller, and those that told of each broker.
    active_event: Option<u64>,
    broker_events: BTreeMap<BrokerId, u64>,
}

impl ControlPlane {
    pub(super) fn new(controller: Controller, nodes: u32) -> Self {
        ControlPlane {
            controller,
            timer: Timer::default(),
            committed: Committed { offset: -1, ..Committed::default() },
            decided: Vec::new(),
            registered: BTreeMap::new(),
            pending: VecDeque::new(),
            batches: 0,
            commits_at: 0,
            nodes_up: vec![true; nodes as usize],
            without_power: false,
            changes: BTreeMap::new(),
            isr_requests: BTreeMap::new(),
            refusals: BTreeMap::new(),
            active_event: None,
            broker_events: BTreeMap::new(),
        }
    }

    /// Remembers that a leader asked for another ISR.
    pub(super) fn note_isr_request(&mut self, partition: PartitionIx, seq: u64) {
        self.isr_requests.insert(partition, seq);
    }

    /// The event of a partition's last change.
    pub(super) fn last_change(&self, partition: PartitionIx) -> Option<u64> {
        self.changes.get(&partition).copied()
    }

    /// Whether this refusal is news: the first of its kind since the partition last changed.
    pub(super) fn first_refusal(&mut self, partition: PartitionIx, error: ErrorCode) -> bool {
        self.refusals.insert(partition, error) != Some(error)
    }
}

impl World {
    pub(super) fn arrive_at_controller(&mut self, from: Node, message: Message) {
        let Message::ControlPlane { correlation, request } = message else { return };
        let here = self.net.controllers();
        if !self.control.nodes_up.contains(&true) {
            return self.send(here, from, Message::Refused { correlation });
        }
        let (answer, at) = self.ask_controller(request);
        self.send_at(at, here, from, Message::ControlAnswer { correlation, answer });
    }

    /// Steps the controller; answers with its answer and when that may be told.
    pub(super) fn step_controller(&mut self, input: ControllerInput) -> (Option<Answer>, Nanos) {
        let mut out = std::mem::take(&mut self.scratch.controller);
        let mut answered = (None, self.now);
        self.control.controller.step(self.now, input, &mut out);
        for output in out.drain(..) {
            match output {
                ControllerOutput::Append(batch) => self.append(batch),
                ControllerOutput::Answer { after, answer } => {
                    let committed = after <= self.control.committed.offset;
                    let at = if committed { self.now } else { self.control.commits_at.max(self.now) };
                    answered = (Some(answer), at);
                }
                ControllerOutput::ActiveController { node, epoch } => self.active_controller(node, epoch),
            }
        }
        self.scratch.controller = out;
        if let Some(at) = self.control.controller.next_wake() {
            self.control.timer.set(at.max(self.now), TimerKind::Controller, &mut self.queue);
        }
        answered
    }

    pub(super) fn wake_controller(&mut self) {
        self.step_controller(ControllerInput::Wake);
    }

    /// Something happened to the controller nodes.
    pub(super) fn step_quorum(&mut self, event: QuorumEvent) {
        let jitter = self.rng.below(1_000_000_000);
        self.step_controller(ControllerInput::Quorum(QuorumInput { event, jitter }));
    }

    fn active_controller(&mut self, node: Option<u32>, epoch: u32) {
        let cause = self.control.active_event;
        self.control.active_event =
            Some(self.record_event(EventKind::ActiveController { node, epoch }, cause));
        if node.is_some() {
            let waiting: Vec<BrokerId> = self
                .hosts
                .iter()
                .filter(|host| host.wants_metadata)
                .map(|host| host.broker.settings().id)
                .collect();
            waiting.into_iter().for_each(|id| self.send_image(id));
        }
    }

    /// Records were written: tells what they change and has them committed a little later.
    fn append(&mut self, batch: MetadataBatch) {
        let last_offset = batch.last_offset();
        let mut updates = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            self.apply_record(record, &mut updates);
        }
        self.control.pending.push_back(Pending { last_offset, updates: updates.into() });
        self.control.commits_at = self.control.commits_at.max(self.now + COMMIT);
        self.queue.push(self.control.commits_at, QueuedEvent::MetadataCommitted(self.control.batches));
        self.control.batches += 1;
    }

    fn apply_record(&mut self, record: MetadataRecord, updates: &mut Vec<MetadataUpdate>) {
        match record {
            MetadataRecord::RegisterBroker { registration, epoch, fenced } => {
                let racks = &self.scenario.cluster.racks;
                let rack =
                    registration.rack.as_ref().and_then(|name| racks.iter().position(|r| **r == **name));
                let known = BrokerRegistration {
                    epoch,
                    fenced,
                    in_controlled_shutdown: false,
                    rack: rack.map(|at| at as u32),
                };
                let cause = self.host_ref(registration.broker).and_then(|host| host.last_event);
                let seq =
                    self.record_event(EventKind::Registered { broker: registration.broker, epoch }, cause);
                self.control.broker_events.insert(registration.broker, seq);
                self.register(registration.broker, known, updates);
            }
            MetadataRecord::BrokerRegistrationChange { broker, fenced, in_controlled_shutdown, .. } => {
                let cause = self.cause_of_registration(broker, fenced);
                let kind = EventKind::Registration { broker, fenced, in_controlled_shutdown };
                let seq = self.record_event(kind, cause);
                self.control.broker_events.insert(broker, seq);
                if let Some(mut known) = self.control.registered.get(&broker).copied() {
                    known.fenced = fenced.unwrap_or(known.fenced);
                    known.in_controlled_shutdown |= in_controlled_shutdown;
                    self.register(broker, known, updates);
                }
            }
            MetadataRecord::Partition { partition, topic, state, .. } => {
                let settings = self.topics.list()[topic.at()].settings;
                let state = Arc::new(state);
                self.control.decided.push(state.clone());
                updates.push(MetadataUpdate::Topic { partition, settings });
                updates.push(MetadataUpdate::Partition { partition, state });
            }
            MetadataRecord::PartitionChange { change, cause, .. } => {
                let Some(partition) = change.partition else { return };
                self.change_partition(partition, cause, updates, |state| {
                    partition_change::apply(state, &change)
                });
            }
            MetadataRecord::ClearElr { topic } => self.clear_elr(topic.map(|topic| topic.0), updates),
            MetadataRecord::Config { .. }
            | MetadataRecord::Topic { .. }
            | MetadataRecord::ElrFeature { .. } => {}
        }
    }

    fn register(&mut self, id: BrokerId, known: BrokerRegistration, updates: &mut Vec<MetadataUpdate>) {
        self.control.registered.insert(id, known);
        updates.push(MetadataUpdate::Broker { broker: id, registration: known });
    }

    fn cause_of_registration(&self, broker: BrokerId, fenced: Option<bool>) -> Option<u64> {
        match fenced {
            Some(false) => self.control.broker_events.get(&broker).copied(),
            _ => self.host_ref(broker)?.last_event,
        }
    }

    fn change_partition(
        &mut self,
        partition: PartitionIx,
        cause: Cause,
        updates: &mut Vec<MetadataUpdate>,
        change: impl FnOnce(&mut PartitionState),
    ) {
        let before = self.control.decided[partition.at()].clone();
        let mut after = (*before).clone();
        change(&mut after);
        let after = Arc::new(after);
        let led_to_it = self.cause_of_change(partition, &cause);
        let kind = EventKind::Partition { partition, before, after: after.clone(), cause };
        let seq = self.record_event(kind, led_to_it);
        self.control.changes.insert(partition, seq);
        self.control.refusals.remove(&partition);
        self.control.decided[partition.at()] = after.clone();
        updates.push(MetadataUpdate::Partition { partition, state: after });
    }

    /// The event that led the controller to a change.
    fn cause_of_change(&self, partition: PartitionIx, cause: &Cause) -> Option<u64> {
        match cause {
            Cause::AlterPartition { .. } => self.control.isr_requests.get(&partition).copied(),
            Cause::BrokerUnfenced { broker } | Cause::BrokerRestarted { broker, .. } => {
                self.control.broker_events.get(broker).copied()
            }
            Cause::BrokerFenced { broker, .. }
            | Cause::BrokerLeft { broker }
            | Cause::ControlledShutdown { broker }
            | Cause::DirectoryOffline { broker } => self.host_ref(*broker)?.last_event,
            _ => None,
        }
    }

    fn clear_elr(&mut self, topic: Option<u32>, updates: &mut Vec<MetadataUpdate>) {
        for ix in (0..self.control.decided.len() as u32).map(PartitionIx) {
            let concerned = topic.is_none_or(|topic| self.topics.of(ix).is_some_and(|(of, _)| of == topic));
            let state = &self.control.decided[ix.at()];
            if concerned && !(state.elr.is_empty() && state.last_known_elr.is_empty()) {
                let mut state = (**state).clone();
                partition_change::clear_elr(&mut state);
                let state = Arc::new(state);
                self.control.decided[ix.at()] = state.clone();
                updates.push(MetadataUpdate::Partition { partition: ix, state });
            }
        }
    }

    /// Records are committed: brokers learn of them.
    pub(super) fn committed(&mut self, _batch: u64) {
        let Some(pending) = self.control.pending.pop_front() else { return };
        self.control.committed.offset = pending.last_offset;
        for update in pending.updates.iter() {
            self.commit_update(update);
        }
        self.publish(pending.last_offset, pending.updates);
    }

    fn commit_update(&mut self, update: &MetadataUpdate) {
        match update {
            MetadataUpdate::Partition { partition, state } => {
                let known = &mut self.control.committed.partitions;
                if partition.at() == known.len() {
                    known.push(state.clone());
                } else {
                    known[partition.at()] = state.clone();
                }
                self.watch_leader(*partition);
                self.watch_offsets(*partition);
            }
            MetadataUpdate::Broker { broker, registration } => {
                self.control.committed.brokers.insert(*broker, *registration);
            }
            MetadataUpdate::Topic { .. } | MetadataUpdate::Removed { .. } => {}
        }
    }

    /// Sends news of the metadata log to every broker that runs.
    pub(super) fn publish(&mut self, offset: i64, updates: Arc<[MetadataUpdate]>) {
        let here = self.net.controllers();
        for at in 0..self.hosts.len() {
            let host = &self.hosts[at];
            let listens = host.process.is_alive() && !host.wants_metadata;
            if listens {
                let message = Message::Metadata { offset, updates: updates.clone(), start: host.start };
                self.send(here, at as Node, message);
            }
        }
    }

    /// Sends all metadata to a broker that has just started, if a controller is active.
    pub(super) fn send_image(&mut self, id: BrokerId) {
        if self.control.controller.quorum().active().is_none() {
            return;
        }
        let committed = &self.control.committed;
        let brokers = committed.brokers.iter().map(|(broker, registration)| MetadataUpdate::Broker {
            broker: *broker,
            registration: *registration,
        });
        let mut updates: Vec<MetadataUpdate> = brokers.collect();
        for (ix, state) in (0..).map(PartitionIx).zip(&committed.partitions) {
            let settings = self.topics.of(ix).map(|(topic, _)| self.topics.list()[topic as usize].settings);
            let settings = settings.unwrap_or_default();
            updates.push(MetadataUpdate::Topic { partition: ix, settings });
            updates.push(MetadataUpdate::Partition { partition: ix, state: state.clone() });
        }
        let offset = committed.offset;
        let host = self.host(id);
        host.wants_metadata = false;
        let start = host.start;
        let message = Message::Metadata { offset, updates: updates.into(), start };
        self.send(self.net.controllers(), self.net.broker(id), message);
    }
}
