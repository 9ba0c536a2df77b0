//! Tries of single records by members of a group: begun, ended, given up, and tried again from a retry topic.

use crate::model::{Nanos, OnPoison, PartitionIx};
use crate::protocol::consumer::ConsumerInput;
use crate::protocol::wire::RecordRange;
use crate::sim::client_runtime::ClientState;
use crate::sim::event::QueuedEvent;
use crate::sim::processing::service::TryEnd;
use crate::sim::processing::steps::{MissedStep, Retried, TriedRecord, Try};
use crate::sim::schemas::DEPLOYED_AFTER;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

impl World {
    /// A member begins to process one record.
    pub(in crate::sim) fn begin_try(&mut self, client: u32, of: TriedRecord, nth: u32) {
        let group = self.clients.member(client).group;
        let poison = self.is_poison(group, of);
        let spec = &self.scenario.groups[group as usize];
        let processing = &mut self.clients.group_mut(group).processing;
        processing.counters.retries += u64::from(nth > 1);
        let called = processing.service.is_called(spec) && !poison;
        let (took, end) = processing.service.try_once(spec, poison);
        self.clients.member_mut(client).calls_service = called;
        let start = self.clients.runtime(client).start;
        let step = Try { client, start, of, end, called };
        self.queue.push(self.now.saturating_add(took), QueuedEvent::TryEnds(step));
    }

    /// Whether nobody can process a record. The first time that the group meets it is told.
    fn is_poison(&mut self, group: u32, of: TriedRecord) -> bool {
        let producer = self.clients.identities().get(of.record.producer as usize).copied();
        let every = producer.and_then(|client| self.scenario.producers[client as usize].poison_every);
        let TriedRecord { partition, offset, record } = of;
        let topic = self.machines.topics.of(partition).map_or(0, |(topic, _)| topic);
        let is_unreadable = self.is_of_unreadable_schema(group, topic, record);
        if !is_unreadable && !self.clients.poison.has(of, every) {
            return false;
        }
        if self.clients.group_mut(group).processing.meets_poison(of, is_unreadable) {
            let answer = self.scenario.groups[group as usize].on_poison;
            self.record_event(EventKind::PoisonMet { group, partition, offset, answer }, None);
        }
        true
    }

    /// A try ends.
    pub(in crate::sim) fn try_ends(&mut self, ended: Try) {
        let Try { client, start, of, end, called } = ended;
        let group = self.clients.member(client).group;
        let had_effect = called && end != TryEnd::Failed;
        if had_effect {
            self.effect(group, of.partition, of.record);
        }
        self.tell_member(client, start, MissedStep::Attempted { done: end == TryEnd::Done, had_effect });
    }

    /// The other topic has acknowledged a record.
    pub(in crate::sim) fn handed_over(&mut self, client: u32, start: u64) {
        self.tell_member(client, start, MissedStep::HandedOver);
    }

    /// Tells a member's process; a paused one finds out when it is resumed, and one that has ended never.
    fn tell_member(&mut self, client: u32, start: u64, step: MissedStep) {
        if self.clients.runtime(client).start != start {
            return;
        }
        let member = self.clients.member_mut(client);
        if !member.runtime.is_running() {
            member.missed = Some(step);
            return;
        }
        match step {
            MissedStep::Attempted { done, had_effect } => {
                member.had_effect = had_effect;
                self.step_consumer(client, ConsumerInput::Attempted { done });
                self.clients.member_mut(client).had_effect = false;
            }
            MissedStep::HandedOver => self.step_consumer(client, ConsumerInput::HandedOver),
        }
    }

    /// A member's process continues after a pause.
    pub(in crate::sim) fn catch_up(&mut self, client: u32) {
        let start = self.clients.runtime(client).start;
        if let Some(step) = self.clients.member_mut(client).missed.take() {
            self.tell_member(client, start, step);
        }
    }

    /// Records had their effect on what a group writes to.
    pub(in crate::sim) fn effect(&mut self, group: u32, partition: PartitionIx, records: RecordRange) {
        let idempotent = self.scenario.groups[group as usize].idempotent_sink;
        self.clients.group_mut(group).processing.effect(partition, records, idempotent);
    }

    /// A member gives a record up.
    pub(in crate::sim) fn give_up(&mut self, client: u32, of: TriedRecord, answer: OnPoison) {
        let TriedRecord { partition, offset, record } = of;
        let (group, nth) = (self.clients.member(client).group, self.clients.member(client).nth);
        let start = self.clients.runtime(client).start;
        self.clients.group_mut(group).processing.gives_up(partition, offset, record, answer);
        match answer {
            OnPoison::Crash | OnPoison::Retry => {
                let member = nth;
                self.record_event(EventKind::MemberCrashed { group, member, partition, offset }, None);
                return self.crash_member(client);
            }
            OnPoison::Skip => {}
            OnPoison::DeadLetter => self.hand_over(client, start),
            OnPoison::RetryTopic => {
                self.hand_over(client, start);
                self.retry_later(Retried { group, of, nth: 1 });
            }
        }
        self.clients.member_mut(client).done.insert(partition, offset + 1);
    }

    /// Another topic acknowledges after a round trip to its leader and one to the followers.
    fn hand_over(&mut self, client: u32, start: u64) {
        let net = &self.scenario.net;
        let took = ((net.client_rtt_ms + net.rack_rtt_ms) * 1e6) as Nanos;
        self.queue.push(self.now.saturating_add(took), QueuedEvent::HandedOver(client, start));
    }

    /// An exception ends the process; whoever looks after it starts it again.
    fn crash_member(&mut self, client: u32) {
        self.end_client(client);
        let group = self.clients.member(client).group;
        if let Some(after) = self.scenario.groups[group as usize].restart_after {
            let start = self.clients.runtime(client).start;
            self.queue.push(self.now.saturating_add(after.0), QueuedEvent::MemberRestart(client, start));
        }
    }

    /// The time for a member that has crashed, or is deployed anew, to be started again, if nobody was quicker. A
    /// process that still closes, or stands still, is waited for.
    pub(in crate::sim) fn restart_member(&mut self, client: u32, start: u64) {
        let runtime = self.clients.runtime(client);
        // The end of a process counts as a start, too.
        let (is_same, has_just_ended) = (runtime.start == start, runtime.start == start + 1);
        if runtime.state == ClientState::Ended && (is_same || has_just_ended) {
            self.start_client(client);
        } else if is_same {
            let again = self.now.saturating_add(DEPLOYED_AFTER);
            self.queue.push(again, QueuedEvent::MemberRestart(client, start));
        }
    }

    /// The record waits in a retry topic, twice as long in each next one.
    fn retry_later(&mut self, retried: Retried) {
        let spec = &self.scenario.groups[retried.group as usize];
        let factor = 1 << (retried.nth - 1).min(30);
        let at = self.now.saturating_add(spec.retry_after.0.saturating_mul(factor));
        self.queue.push(at, QueuedEvent::RetryTopic(retried));
    }

    /// The consumer of a retry topic tries a record once more.
    pub(in crate::sim) fn retried(&mut self, retried: Retried) {
        let Retried { group, of, nth } = retried;
        let poison = self.is_poison(group, of);
        let spec = &self.scenario.groups[group as usize];
        let last = nth >= spec.retry_topics;
        let processing = &mut self.clients.group_mut(group).processing;
        processing.counters.retries += 1;
        let (_, end) = processing.service.try_once(spec, poison);
        if end != TryEnd::Failed {
            self.effect(group, of.partition, of.record);
        }
        if end == TryEnd::Done {
            self.processed_from_retry_topic(group, of);
        } else if last {
            self.clients.group_mut(group).processing.counters.dead_lettered += 1;
        } else {
            self.retry_later(Retried { nth: nth + 1, ..retried });
        }
    }

    fn processed_from_retry_topic(&mut self, group: u32, of: TriedRecord) {
        let known = self.records_read(of.partition, group, of.record);
        let host = self.clients.group_mut(group);
        let overtaken = host.done.get(&of.partition).is_some_and(|done| done.reaches(of.offset as u64 + 1));
        host.processing.counters.overtaken += u64::from(overtaken);
        host.processed(of.partition, of.offset, of.record, known);
        self.note_keys_read(group, of.partition, of.offset, of.record);
    }
}
