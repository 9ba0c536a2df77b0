//! ISR changes: found by the shrink task and by fetches, sent to the controller one request at a time
//! (`AlterPartitionManager`, kafka.md#isr-changes).

use super::process::InFlight;
use super::replica::Role;
use super::{Broker, BrokerEvent, BrokerOutput, HwCause, OWNER_ALTER, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::isr::AlterPartitionOutcome;
use crate::protocol::leader::IsrContext;
use crate::protocol::messages::ControllerRequest;
use crate::protocol::timers::Timer;
use crate::protocol::wire::{AlterPartitionResponse, BrokerEpoch, ErrorCode};

const RETRY_NS: Nanos = 50_000_000;
const TIMEOUT_NS: Nanos = 30_000_000_000;

impl Broker {
    /// The task that runs every half `replica.lag.time.max.ms`.
    pub(super) fn shrink_isrs(&mut self, step: &mut Step<'_>) {
        for place in 0..self.replicas.len() as u32 {
            self.maybe_shrink_isr(step, place);
        }
        self.timers.set(step.now + self.settings.replica_lag_time_max_ns / 2, Timer::ShrinkIsr);
    }

    fn maybe_shrink_isr(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &self.replicas[place as usize];
        let (partition, log_end) = (replica.partition, replica.log().end());
        let Role::Leader(leader_state) = &replica.role else { return };
        let out = leader_state.out_of_sync_replicas(IsrContext {
            profile: &self.profile,
            now: step.now,
            lag: self.settings.replica_lag_time_max_ns,
            log_end,
            min_isr: replica.min_isr,
        });
        if out.is_empty() {
            return;
        }
        let epoch_of = self.broker_epochs_seen(place);
        let Role::Leader(leader_state) = &mut self.replicas[place as usize].role else { return };
        let leavers: Vec<_> = out.iter().map(|replica| replica.follower).collect();
        leader_state.isr.shrink(&leavers, |broker| lookup(&epoch_of, broker));
        self.process.alter.waiting.push(place);
        step.event(BrokerEvent::IsrShrinkProposed { partition, out, log_end });
        self.isr_change_proposed(step, place);
    }

    /// Proposes a follower that has caught up.
    pub(super) fn maybe_expand_isr(&mut self, step: &mut Step<'_>, place: u32, follower: BrokerId) {
        let (metadata, profile) = (&self.process.metadata, &self.profile);
        let replica = &self.replicas[place as usize];
        let (partition, high_watermark) = (replica.partition, replica.high_watermark);
        let Role::Leader(leader_state) = &replica.role else { return };
        let is_isr_eligible = |remote: &_| metadata.is_isr_eligible(remote, profile);
        if !leader_state.needs_expand_isr(follower, high_watermark, profile, is_isr_eligible) {
            return;
        }
        let log_end = leader_state.remote(follower).map_or(-1, |remote| remote.log_end);
        let epoch_of = self.broker_epochs_seen(place);
        let Role::Leader(leader_state) = &mut self.replicas[place as usize].role else { return };
        leader_state.isr.expand(follower, |broker| lookup(&epoch_of, broker));
        self.process.alter.waiting.push(place);
        step.event(BrokerEvent::IsrExpandProposed { partition, follower, log_end, high_watermark });
    }

    /// The incarnation of each replica: the own one, and those that the followers fetched with.
    fn broker_epochs_seen(&self, place: u32) -> Vec<(BrokerId, BrokerEpoch)> {
        let Some(leader_state) = self.replicas[place as usize].leader_state() else { return Vec::new() };
        if !self.profile.broker_epoch_check {
            return Vec::new();
        }
        let remotes = leader_state.remotes.iter().map(|remote| (remote.broker, remote.broker_epoch));
        remotes.chain([(self.id(), self.broker_epoch())]).collect()
    }

    /// Without the maximal ISR (before KIP-497) a leader acts on its proposal at once.
    fn isr_change_proposed(&mut self, step: &mut Step<'_>, place: u32) {
        if !self.profile.maximal_isr {
            self.advance_high_watermark(step, place, HwCause::IsrChange);
        }
    }

    /// Sends what waits, unless a request is in flight.
    pub(super) fn send_isr_changes(&mut self, step: &mut Step<'_>) {
        let alter = &mut self.process.alter;
        // One request in flight a broker (AlterPartitionManager): answers then come in the order of the proposals.
        if alter.waiting.is_empty() || alter.in_flight.is_some() || step.now < alter.not_before {
            return;
        }
        let waiting = std::mem::take(&mut alter.waiting);
        let mut partitions = Vec::with_capacity(waiting.len());
        for place in waiting {
            let replica = &self.replicas[place as usize];
            let proposal = replica.leader_state().and_then(|leader_state| {
                leader_state.isr.alter_partition_request(replica.partition, leader_state.epoch)
            });
            if let Some(proposal) = proposal {
                partitions.push(proposal);
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
    pub(super) fn alter_partition_failed(&mut self, step: &mut Step<'_>) {
        let alter = &mut self.process.alter;
        alter.in_flight = None;
        // Nobody knows whether the controller acted: the partition epochs in the requests keep a second one harmless.
        let sent = std::mem::take(&mut alter.sent);
        alter.waiting.extend(sent);
        alter.not_before = step.now + RETRY_NS;
        self.timers.set(alter.not_before, Timer::AlterPartition);
    }

    /// A request in flight may have been silent for too long. Waiting changes go out with the step's end.
    pub(super) fn alter_partition_timer(&mut self, step: &mut Step<'_>) {
        if self.process.alter.in_flight.is_some_and(|in_flight| in_flight.until <= step.now) {
            self.alter_partition_failed(step);
        }
    }

    pub(super) fn alter_partition_answered(
        &mut self,
        step: &mut Step<'_>,
        error: ErrorCode,
        answers: &[AlterPartitionResponse],
    ) {
        if error != ErrorCode::None {
            return self.alter_partition_failed(step);
        }
        self.process.alter.in_flight = None;
        self.process.alter.sent.clear();
        for response in answers {
            if let Some(place) = self.place(response.partition) {
                self.isr_answered(step, place, response);
            }
        }
    }

    fn isr_answered(&mut self, step: &mut Step<'_>, place: u32, response: &AlterPartitionResponse) {
        let partition = response.partition;
        let Role::Leader(leader_state) = &mut self.replicas[place as usize].role else { return };
        let epoch = leader_state.epoch;
        let outcome =
            leader_state.isr.alter_partition_answered(epoch, response.error, response.state.as_ref());
        match outcome {
            AlterPartitionOutcome::Applied => self.isr_confirmed(step, place),
            AlterPartitionOutcome::Retry => self.process.alter.waiting.push(place),
            AlterPartitionOutcome::RolledBack | AlterPartitionOutcome::Wait => {}
        }
        if response.error != ErrorCode::None {
            step.event(BrokerEvent::IsrRefused { partition, error: response.error });
        }
        if outcome == AlterPartitionOutcome::Retry {
            self.process.alter.not_before = step.now + RETRY_NS;
            self.timers.set(step.now + RETRY_NS, Timer::AlterPartition);
        }
    }

    /// A new ISR holds: the high watermark may move, and those outside may come back with their fetches.
    pub(super) fn isr_confirmed(&mut self, step: &mut Step<'_>, place: u32) {
        let replica = &self.replicas[place as usize];
        let Some(leader_state) = replica.leader_state() else { return };
        let isr = leader_state.isr.members().to_vec();
        let outside = |follower: BrokerId| !isr.contains(&follower);
        let sessions: Vec<u32> = replica
            .watchers
            .iter()
            .filter(|watcher| watcher.follower.is_some_and(outside))
            .map(|watcher| watcher.session)
            .collect();
        step.event(BrokerEvent::IsrConfirmed { partition: replica.partition, isr });
        for session in sessions {
            self.watch_for_expansion(session, place);
        }
        self.advance_high_watermark(step, place, HwCause::IsrChange);
    }
}

fn lookup(epochs: &[(BrokerId, BrokerEpoch)], broker: BrokerId) -> BrokerEpoch {
    epochs.iter().find(|(known, _)| *known == broker).map_or(-1, |(_, epoch)| *epoch)
}
