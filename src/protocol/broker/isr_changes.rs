//! ISR changes: found by the shrink task and by fetches, sent to the controller one request at a time
//! (`AlterPartitionManager`, kafka.md#isr-changes).

use super::process::InFlight;
use super::replica::Role;
use super::{Broker, BrokerEvent, BrokerOutput, HwCause, OWNER_ALTER, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::isr::AlterOutcome;
use crate::protocol::leader::Circumstances;
use crate::protocol::messages::ControllerRequest;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{AlterPartitionAnswer, BrokerEpoch, ErrorCode};

const RETRY_NS: Nanos = 50_000_000;
const TIMEOUT_NS: Nanos = 30_000_000_000;

impl Broker {
    /// The task that runs every half `replica.lag.time.max.ms`.
    pub(super) fn shrink_isrs(&mut self, step: &mut Step<'_>) {
        for place in 0..self.replicas.len() as u32 {
            self.maybe_shrink(step, place);
        }
        self.timers.set(step.now + self.settings.replica_lag_time_max_ns / 2, Timer::ShrinkIsr);
    }

    fn maybe_shrink(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &self.replicas[place as usize];
        let (partition, log_end) = (replica.partition, replica.log().end());
        let Role::Leader(leadership) = &replica.role else { return };
        let out = leadership.laggards(Circumstances {
            profile: &self.profile,
            now: step.now,
            lag: self.settings.replica_lag_time_max_ns,
            log_end,
            min_isr: replica.min_isr,
        });
        if out.is_empty() {
            return;
        }
        let epoch_of = self.epochs_seen(place);
        let Role::Leader(leadership) = &mut self.replicas[place as usize].role else { return };
        let leavers: Vec<_> = out.iter().map(|laggard| laggard.follower).collect();
        leadership.isr.shrink(&leavers, |broker| lookup(&epoch_of, broker));
        self.process.alter.waiting.push(place);
        step.event(BrokerEvent::ShrinkAsked { partition, out, log_end });
        self.isr_wish_made(step, place);
    }

    /// Proposes a follower that has caught up.
    pub(super) fn maybe_expand(&mut self, step: &mut Step<'_>, place: u32, follower: BrokerId) {
        let (view, profile) = (&self.process.view, &self.profile);
        let replica = &self.replicas[place as usize];
        let (partition, high_watermark) = (replica.partition, replica.high_watermark);
        let Role::Leader(leadership) = &replica.role else { return };
        let may_join = |remote: &_| view.may_join(remote, profile);
        if !leadership.should_expand(follower, high_watermark, profile, may_join) {
            return;
        }
        let log_end = leadership.remote(follower).map_or(-1, |remote| remote.log_end);
        let epoch_of = self.epochs_seen(place);
        let Role::Leader(leadership) = &mut self.replicas[place as usize].role else { return };
        leadership.isr.expand(follower, |broker| lookup(&epoch_of, broker));
        self.process.alter.waiting.push(place);
        step.event(BrokerEvent::ExpandAsked { partition, follower, log_end, high_watermark });
    }

    /// The incarnation of each replica: the own one, and those that the followers fetched with.
    fn epochs_seen(&self, place: u32) -> Vec<(BrokerId, BrokerEpoch)> {
        let Some(leadership) = self.replicas[place as usize].leadership() else { return Vec::new() };
        if !self.profile.broker_epoch_check {
            return Vec::new();
        }
        let remotes = leadership.remotes.iter().map(|remote| (remote.broker, remote.broker_epoch));
        remotes.chain([(self.id(), self.broker_epoch())]).collect()
    }

    /// A leader that takes its wish for granted acts on it at once.
    fn isr_wish_made(&mut self, step: &mut Step<'_>, place: u32) {
        if !self.profile.maximal_isr {
            self.advance_high_watermark(step, place, HwCause::IsrChange);
        }
    }

    /// Sends what waits, unless a request is in flight.
    pub(super) fn send_isr_changes(&mut self, step: &mut Step<'_>) {
        let alter = &mut self.process.alter;
        if alter.waiting.is_empty() || alter.in_flight.is_some() || step.now < alter.not_before {
            return;
        }
        let waiting = std::mem::take(&mut alter.waiting);
        let mut partitions = Vec::with_capacity(waiting.len());
        for place in waiting {
            let replica = &self.replicas[place as usize];
            let wish = replica
                .leadership()
                .and_then(|leadership| leadership.isr.request(replica.partition, leadership.epoch));
            if let Some(wish) = wish {
                partitions.push(wish);
                self.process.alter.sent.push(place);
            }
        }
        if partitions.is_empty() {
            return;
        }
        let correlation = self.correlation(OWNER_ALTER);
        let until = step.now + TIMEOUT_NS;
        self.process.alter.in_flight = Some(InFlight { correlation, until });
        self.timers.set(until, Timer::AlterPartition);
        let (broker, broker_epoch) = (self.id(), self.broker_epoch());
        let request = ControllerRequest::AlterPartitions { broker, broker_epoch, partitions };
        step.out.push(BrokerOutput::ControllerRequest { correlation, request });
    }

    /// The request as a whole failed: everything again after 50 ms.
    pub(super) fn alter_failed(&mut self, step: &mut Step<'_>) {
        let alter = &mut self.process.alter;
        alter.in_flight = None;
        let sent = std::mem::take(&mut alter.sent);
        alter.waiting.extend(sent);
        alter.not_before = step.now + RETRY_NS;
        self.timers.set(alter.not_before, Timer::AlterPartition);
    }

    /// A request in flight may have been silent for too long. Waiting changes go out with the step's end.
    pub(super) fn alter_timer(&mut self, step: &mut Step<'_>) {
        if self.process.alter.in_flight.is_some_and(|in_flight| in_flight.until <= step.now) {
            self.alter_failed(step);
        }
    }

    pub(super) fn alter_answered(
        &mut self,
        step: &mut Step<'_>,
        error: ErrorCode,
        answers: &[AlterPartitionAnswer],
    ) {
        if error != ErrorCode::None {
            return self.alter_failed(step);
        }
        self.process.alter.in_flight = None;
        self.process.alter.sent.clear();
        for answer in answers {
            if let Some(place) = self.place(answer.partition) {
                self.isr_answered(step, place, answer);
            }
        }
    }

    fn isr_answered(&mut self, step: &mut Step<'_>, place: u32, answer: &AlterPartitionAnswer) {
        let partition = answer.partition;
        let Role::Leader(leadership) = &mut self.replicas[place as usize].role else { return };
        let epoch = leadership.epoch;
        let outcome = leadership.isr.answered(epoch, answer.error, answer.state.as_ref());
        match outcome {
            AlterOutcome::Applied => self.isr_confirmed(step, place),
            AlterOutcome::Retry => self.process.alter.waiting.push(place),
            AlterOutcome::RolledBack | AlterOutcome::Wait => {}
        }
        if answer.error != ErrorCode::None {
            step.event(BrokerEvent::IsrRefused { partition, error: answer.error });
        }
        if outcome == AlterOutcome::Retry {
            self.process.alter.not_before = step.now + RETRY_NS;
            self.timers.set(step.now + RETRY_NS, Timer::AlterPartition);
        }
    }

    /// A new ISR holds: the high watermark may move, and those outside may come back with their fetches.
    pub(super) fn isr_confirmed(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &self.replicas[place as usize];
        let Some(leadership) = replica.leadership() else { return };
        let isr = leadership.isr.members().to_vec();
        let outside = |follower: BrokerId| !isr.contains(&follower);
        let sessions: Vec<u32> = replica
            .watchers
            .iter()
            .filter(|watcher| watcher.follower.is_some_and(outside))
            .map(|watcher| watcher.session)
            .collect();
        step.event(BrokerEvent::IsrConfirmed { partition: replica.partition, isr });
        for session in sessions {
            self.note_outsider(session, place);
        }
        self.advance_high_watermark(step, place, HwCause::IsrChange);
    }
}

fn lookup(epochs: &[(BrokerId, BrokerEpoch)], broker: BrokerId) -> BrokerEpoch {
    epochs.iter().find(|(known, _)| *known == broker).map_or(-1, |(_, epoch)| *epoch)
}
