//! The metadata log: what the controller writes, when it is committed, and its way to the brokers.

use super::Pending;
use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerRegistration, MetadataUpdate};
use crate::protocol::controller::quorum::{QuorumEvent, QuorumInput};
use crate::protocol::controller::{
    Cause, ControllerInput, ControllerOutput, ControllerResult, MetadataBatch, MetadataRecord,
    partition_change,
};
use crate::protocol::wire::PartitionRegistration;
use crate::sim::event::{Message, QueuedEvent, TimerKind};
use crate::sim::network::Node;
use crate::sim::trace::EventKind;
use crate::sim::world::World;
use std::sync::Arc;

/// `controller.quorum.append.linger.ms` and one forced write among the voters.
const COMMIT: Nanos = 28_000_000;

impl World {
    pub(in crate::sim) fn arrive_at_controller(&mut self, from: Node, message: Message) {
        let Message::ControllerRequest { correlation, request } = message else { return };
        let here = self.machines.net.controllers();
        if !self.machines.control.nodes_up.contains(&true) {
            return self.send(here, from, Message::Refused { correlation });
        }
        let (response, at) = self.ask_controller(request);
        self.send_at(at, here, from, Message::ControllerResponse { correlation, response });
    }

    /// Steps the controller; returns its answer and when that may be sent.
    pub(in crate::sim) fn step_controller(
        &mut self,
        input: ControllerInput,
    ) -> (Option<ControllerResult>, Nanos) {
        let mut out = std::mem::take(&mut self.scratch.controller);
        let mut answered = (None, self.now);
        self.machines.control.controller.step(self.now, input, &mut out);
        for output in out.drain(..) {
            match output {
                ControllerOutput::Append(batch) => self.append(batch),
                ControllerOutput::Response { after, result } => {
                    let committed = after <= self.machines.control.committed.offset;
                    let at =
                        if committed { self.now } else { self.machines.control.commits_at.max(self.now) };
                    answered = (Some(result), at);
                }
                ControllerOutput::ActiveController { node, epoch } => self.active_controller(node, epoch),
            }
        }
        self.scratch.controller = out;
        if let Some(at) = self.machines.control.controller.next_wake() {
            self.machines.control.timer.set(at.max(self.now), TimerKind::Controller, &mut self.queue);
        }
        answered
    }

    pub(in crate::sim) fn wake_controller(&mut self) {
        self.step_controller(ControllerInput::Wake);
    }

    /// Something happened to the controller nodes.
    pub(in crate::sim) fn step_quorum(&mut self, event: QuorumEvent) {
        let jitter = self.rng.below(1_000_000_000);
        self.step_controller(ControllerInput::Quorum(QuorumInput { event, jitter }));
    }

    fn active_controller(&mut self, node: Option<u32>, epoch: u32) {
        let cause = self.machines.control.active_event;
        self.machines.control.active_event =
            Some(self.record_event(EventKind::ActiveController { node, epoch }, cause));
        if node.is_some() {
            let hosts = self.machines.hosts().iter().filter(|host| host.wants_metadata);
            let waiting: Vec<BrokerId> = hosts.map(|host| host.broker.settings().id).collect();
            waiting.into_iter().for_each(|id| self.send_image(id));
        }
    }

    /// Records were written: applies them to what is decided, and has them committed a little later.
    fn append(&mut self, batch: MetadataBatch) {
        let last_offset = batch.last_offset();
        let mut updates = Vec::with_capacity(batch.records.len());
        for record in batch.records {
            self.apply_record(record, &mut updates);
        }
        self.machines.control.pending.push_back(Pending { last_offset, updates: updates.into() });
        self.machines.control.commits_at = self.machines.control.commits_at.max(self.now + COMMIT);
        self.queue.push(
            self.machines.control.commits_at,
            QueuedEvent::MetadataCommitted(self.machines.control.batches),
        );
        self.machines.control.batches += 1;
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
                let cause = self.machines.host(registration.broker).and_then(|host| host.last_event);
                let seq =
                    self.record_event(EventKind::Registered { broker: registration.broker, epoch }, cause);
                self.machines.control.broker_events.insert(registration.broker, seq);
                self.register(registration.broker, known, updates);
            }
            MetadataRecord::BrokerRegistrationChange { broker, fenced, in_controlled_shutdown, .. } => {
                let cause = self.cause_of_registration(broker, fenced);
                let kind = EventKind::Registration { broker, fenced, in_controlled_shutdown };
                let seq = self.record_event(kind, cause);
                self.machines.control.broker_events.insert(broker, seq);
                if let Some(mut known) = self.machines.control.registered.get(&broker).copied() {
                    known.fenced = fenced.unwrap_or(known.fenced);
                    known.in_controlled_shutdown |= in_controlled_shutdown;
                    self.register(broker, known, updates);
                }
            }
            MetadataRecord::Partition { partition, topic, state, .. } => {
                let settings = self.machines.topics.list()[topic.at()].settings;
                let state = Arc::new(state);
                self.machines.control.decided.push(state.clone());
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
            MetadataRecord::CordonedDirectories { .. }
            | MetadataRecord::Config { .. }
            | MetadataRecord::Topic { .. }
            | MetadataRecord::ElrFeature { .. } => {}
        }
    }

    fn register(&mut self, id: BrokerId, known: BrokerRegistration, updates: &mut Vec<MetadataUpdate>) {
        self.machines.control.registered.insert(id, known);
        updates.push(MetadataUpdate::Broker { broker: id, registration: known });
    }

    fn cause_of_registration(&self, broker: BrokerId, fenced: Option<bool>) -> Option<u64> {
        match fenced {
            Some(false) => self.machines.control.broker_events.get(&broker).copied(),
            _ => self.machines.host(broker)?.last_event,
        }
    }

    fn change_partition(
        &mut self,
        partition: PartitionIx,
        cause: Cause,
        updates: &mut Vec<MetadataUpdate>,
        change: impl FnOnce(&mut PartitionRegistration),
    ) {
        let before = self.machines.control.decided[partition.at()].clone();
        let mut after = (*before).clone();
        change(&mut after);
        let after = Arc::new(after);
        let led_to_it = self.cause_of_change(partition, &cause);
        let kind = EventKind::Partition { partition, before, after: after.clone(), cause };
        let seq = self.record_event(kind, led_to_it);
        self.machines.control.changes.insert(partition, seq);
        self.machines.control.refusals.remove(&partition);
        self.machines.control.decided[partition.at()] = after.clone();
        updates.push(MetadataUpdate::Partition { partition, state: after });
    }

    /// The event that led the controller to a change.
    fn cause_of_change(&self, partition: PartitionIx, cause: &Cause) -> Option<u64> {
        match cause {
            Cause::AlterPartition { .. } => self.machines.control.isr_requests.get(&partition).copied(),
            Cause::BrokerUnfenced { broker } | Cause::BrokerRestarted { broker, .. } => {
                self.machines.control.broker_events.get(broker).copied()
            }
            Cause::BrokerFenced { broker, .. }
            | Cause::BrokerLeft { broker }
            | Cause::ControlledShutdown { broker }
            | Cause::DirectoryOffline { broker } => self.machines.host(*broker)?.last_event,
            _ => None,
        }
    }

    fn clear_elr(&mut self, topic: Option<u32>, updates: &mut Vec<MetadataUpdate>) {
        for ix in (0..self.machines.control.decided.len() as u32).map(PartitionIx) {
            let concerned =
                topic.is_none_or(|topic| self.machines.topics.of(ix).is_some_and(|(of, _)| of == topic));
            let state = &self.machines.control.decided[ix.at()];
            if concerned && !(state.elr.is_empty() && state.last_known_elr.is_empty()) {
                let mut state = (**state).clone();
                partition_change::clear_elr(&mut state);
                let state = Arc::new(state);
                self.machines.control.decided[ix.at()] = state.clone();
                updates.push(MetadataUpdate::Partition { partition: ix, state });
            }
        }
    }

    /// Records are committed: brokers learn of them.
    pub(in crate::sim) fn committed(&mut self, _batch: u64) {
        let Some(pending) = self.machines.control.pending.pop_front() else { return };
        self.machines.control.committed.offset = pending.last_offset;
        for update in pending.updates.iter() {
            self.commit_update(update);
        }
        self.publish(pending.last_offset, pending.updates);
    }

    fn commit_update(&mut self, update: &MetadataUpdate) {
        match update {
            MetadataUpdate::Partition { partition, state } => {
                let known = &mut self.machines.control.committed.partitions;
                if partition.at() == known.len() {
                    known.push(state.clone());
                } else {
                    known[partition.at()] = state.clone();
                }
                self.observers.watch_leader(self.now, &self.machines, *partition);
                self.watch_offsets(*partition);
                self.watch_transactions(*partition);
            }
            MetadataUpdate::Broker { broker, registration } => {
                self.machines.control.committed.brokers.insert(*broker, *registration);
            }
            MetadataUpdate::Topic { .. } | MetadataUpdate::Removed { .. } => {}
        }
    }

    /// Sends news of the metadata log to every broker that runs.
    pub(in crate::sim) fn publish(&mut self, offset: i64, updates: Arc<[MetadataUpdate]>) {
        let here = self.machines.net.controllers();
        for at in 0..self.machines.hosts().len() {
            let host = &self.machines.hosts()[at];
            let listens = host.process.is_alive() && !host.wants_metadata;
            if listens {
                let message = Message::Metadata { offset, updates: updates.clone(), start: host.start };
                self.send(here, at as Node, message);
            }
        }
    }

    /// Sends all metadata to a broker that has just started, if a controller is active.
    pub(in crate::sim) fn send_image(&mut self, id: BrokerId) {
        if self.machines.control.controller.quorum().active().is_none() {
            return;
        }
        let committed = &self.machines.control.committed;
        let brokers = committed.brokers.iter().map(|(broker, registration)| MetadataUpdate::Broker {
            broker: *broker,
            registration: *registration,
        });
        let mut updates: Vec<MetadataUpdate> = brokers.collect();
        for (ix, state) in (0..).map(PartitionIx).zip(&committed.partitions) {
            let settings = self
                .machines
                .topics
                .of(ix)
                .map(|(topic, _)| self.machines.topics.list()[topic as usize].settings);
            let settings = settings.unwrap_or_default();
            updates.push(MetadataUpdate::Topic { partition: ix, settings });
            updates.push(MetadataUpdate::Partition { partition: ix, state: state.clone() });
        }
        let offset = committed.offset;
        let host = self.machines.host_mut(id);
        host.wants_metadata = false;
        let start = host.start;
        let message = Message::Metadata { offset, updates: updates.into(), start };
        self.send(self.machines.net.controllers(), self.machines.net.broker(id), message);
    }
}
