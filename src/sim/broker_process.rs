//! A broker's process: how it starts, steps, pauses and ends.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::broker::{BrokerEvent, BrokerInput, BrokerOutput, LogLossCause, SurvivingTail};
use crate::protocol::wire::Offset;
use crate::sim::channels::Channels;
use crate::sim::clock::elapsed_ms;
use crate::sim::event::{Message, QueuedEvent, TimerKind};
use crate::sim::loss::{Cut, CutBy};
use crate::sim::process::ProcessState;
use crate::sim::quota::ClientQuotas;
use crate::sim::trace::EventKind;
use crate::sim::world::World;

/// The most that a process takes from its first look at the metadata until it is ready to serve.
const SETTLING: Nanos = 200_000_000;

impl World {
    /// Steps a broker and carries out what it wants.
    pub(super) fn step_broker(&mut self, id: BrokerId, input: BrokerInput) {
        let mut out = std::mem::take(&mut self.scratch.broker);
        let now = self.now;
        self.machines.host_mut(id).broker.step(now, input, &mut out);
        let leaves_at = self.disk_time(id, &out);
        for output in out.drain(..) {
            self.carry_out(id, leaves_at, output);
        }
        self.scratch.broker = out;
    }

    /// When the step's messages leave: after the disk was used.
    fn disk_time(&mut self, id: BrokerId, out: &[BrokerOutput]) -> Nanos {
        let now = self.now;
        let used = out.iter().rev().take(2).find_map(|output| match output {
            BrokerOutput::Disk { bytes, fsyncs } => Some((*bytes, *fsyncs)),
            _ => None,
        });
        used.map_or(now, |(bytes, fsyncs)| self.machines.host_mut(id).disk.use_for(now, bytes, fsyncs))
    }

    fn carry_out(&mut self, id: BrokerId, leaves_at: Nanos, output: BrokerOutput) {
        let here = self.machines.net.broker(id);
        match output {
            BrokerOutput::Response { to, correlation, mut response } => {
                let (observers, world) = self.split();
                observers.audit_answer(&world, id, to, &response);
                let throttle = self.throttle_of(id, to, correlation, &mut response);
                let message = Message::Response { correlation, response, throttle };
                self.answer(id, to, correlation, leaves_at, message);
                self.mute(id, to, throttle);
            }
            BrokerOutput::Request { to, correlation, request } => {
                let to = self.machines.net.broker(to);
                self.machines.host_mut(id).asked.insert(correlation, to);
                self.send_at(leaves_at, here, to, Message::Request { correlation, request });
            }
            BrokerOutput::ControllerRequest { correlation, request } => {
                let to = self.machines.net.controllers();
                self.machines.host_mut(id).asked.insert(correlation, to);
                self.send_at(leaves_at, here, to, Message::ControllerRequest { correlation, request });
            }
            BrokerOutput::WakeAt(at) => {
                let at = at.max(self.now);
                self.machines.host_mut(id).timer.set(at, TimerKind::Broker(id), &mut self.queue);
            }
            BrokerOutput::Disk { .. } => {}
            BrokerOutput::WantKeys { partition, below } => {
                let keyed = self.keys_of_log(id, partition, below);
                self.step_broker(id, BrokerInput::Keys { partition, keyed });
            }
            BrokerOutput::Event(event) => self.broker_event(id, event),
            BrokerOutput::Stopped => self.orderly_stop_done(id),
        }
    }

    fn broker_event(&mut self, id: BrokerId, event: BrokerEvent) {
        if let BrokerEvent::WriteFailed { error, partition, .. } = &event {
            self.observers.refused(*error);
            if !self.machines.control.first_refusal(*partition, *error) {
                return;
            }
        }
        if let BrokerEvent::SegmentsDeleted { partition, records, as_leader, .. } = &event {
            self.observers.deleted(*partition, records);
            if !as_leader {
                return;
            }
        }
        if matches!(event, BrokerEvent::LogCleaned { as_leader: false, .. }) {
            return;
        }
        let cause = self.cause_of(id, &event);
        let seq = self.record_event(EventKind::Broker { broker: id, event: event.clone() }, cause);
        match event {
            BrokerEvent::IsrShrinkProposed { partition, .. }
            | BrokerEvent::IsrExpandProposed { partition, .. } => {
                self.machines.control.note_isr_request(partition, seq);
            }
            BrokerEvent::BecameLeader { partition, .. } => {
                self.observers.watch_leader(self.now, &self.machines, partition);
                self.observers.record_losses(self.now, &self.machines, partition, seq);
                self.note_cleaned(id, partition, seq);
            }
            BrokerEvent::Truncated { partition, from, to, .. } => {
                // A log that begins anew behind its old end has lost nothing that its leader still has.
                if to < from {
                    self.log_cut(id, partition, (from, to), CutBy::Truncation);
                }
                self.observers.record_losses(self.now, &self.machines, partition, seq);
            }
            BrokerEvent::LogLost { partition, from, to, cause } => {
                let by = match cause {
                    LogLossCause::PowerLoss => CutBy::PowerLoss,
                    LogLossCause::DiskLost => CutBy::DiskLoss,
                };
                self.log_cut(id, partition, (from, to), by);
                self.observers.record_losses(self.now, &self.machines, partition, seq);
            }
            BrokerEvent::LogCleaned { partition, .. } => self.note_cleaned(id, partition, seq),
            BrokerEvent::SegmentsDeleted { partition, from, to, .. } => {
                self.note_deleted_before_read(partition, (from, to), seq);
            }
            _ => {}
        }
    }

    fn log_cut(&mut self, broker: BrokerId, partition: PartitionIx, (from, to): (Offset, Offset), by: CutBy) {
        self.observers.log_cut(partition, Cut { broker, from, to, at_ms: elapsed_ms(self.now), by });
    }

    /// The event that led to a broker's event.
    fn cause_of(&self, id: BrokerId, event: &BrokerEvent) -> Option<u64> {
        match event {
            BrokerEvent::BecameLeader { partition, .. }
            | BrokerEvent::BecameFollower { partition, .. }
            | BrokerEvent::HighWatermarkFrozen { partition, .. }
            | BrokerEvent::WriteFailed { partition, .. }
            | BrokerEvent::IsrConfirmed { partition, .. }
            | BrokerEvent::Truncated { partition, .. } => self.machines.control.last_change(*partition),
            BrokerEvent::LogLost { .. } | BrokerEvent::StateChanged { .. } => {
                self.machines.host(id)?.last_event
            }
            _ => None,
        }
    }

    pub(super) fn wake_broker(&mut self, id: BrokerId) {
        if self.machines.host_mut(id).is_running() {
            self.step_broker(id, BrokerInput::Wake);
        }
    }

    /// Begins to start a broker's process.
    pub(super) fn boot(&mut self, id: BrokerId, after: Nanos, cause: Option<u64>) {
        let now = self.now;
        let host = self.machines.host_mut(id);
        host.start += 1;
        host.start_again = false;
        let start = host.start;
        self.set_process(id, ProcessState::Booting, cause);
        self.queue.push(now + after, QueuedEvent::BootFinished(id, start));
    }

    /// How long a process takes from its start to its first request.
    pub(super) fn start_up_time(&mut self) -> Nanos {
        self.rng.within(&self.process_times.start_up)
    }

    /// How long a process takes from its first metadata until it asks to be unfenced. It is part of the
    /// start-up time, and counts apart only where something races with it: on a new disk.
    fn settling_time(&mut self, id: BrokerId) -> Nanos {
        if self.machines.host_mut(id).broker.is_on_new_disk() { self.rng.below(SETTLING) } else { 0 }
    }

    pub(super) fn booted(&mut self, id: BrokerId, start: u64) {
        let host = self.machines.host_mut(id);
        if host.start != start || host.process != ProcessState::Booting {
            return;
        }
        let incarnation = start << 32 | id.0 as u64;
        let event = host.last_event;
        let ready_after = self.settling_time(id);
        self.set_process(id, ProcessState::Up, event);
        self.step_broker(id, BrokerInput::Start { incarnation, ready_after });
        self.machines.host_mut(id).wants_metadata = true;
        self.send_image(id);
    }

    fn set_process(&mut self, id: BrokerId, state: ProcessState, cause: Option<u64>) {
        let seq = self.record_event(EventKind::Process { broker: id, state }, cause);
        let now = self.now;
        let host = self.machines.host_mut(id);
        (host.process, host.since, host.last_event) = (state, now, Some(seq));
        host.resumed = false;
        self.observers.watch_leaderships(self.now, &self.machines, id);
    }

    pub(super) fn pause_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.set_process(id, ProcessState::Paused, cause);
    }

    /// The process may run again; it does so after whatever else happens to it at this instant.
    pub(super) fn resume_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.set_process(id, ProcessState::Up, cause);
        self.machines.host_mut(id).resumed = true;
        self.queue.push(self.now, QueuedEvent::BrokerContinues(id));
    }

    /// What came meanwhile is read in order, then timers that ran out.
    pub(super) fn broker_continues(&mut self, id: BrokerId) {
        let host = self.machines.host_mut(id);
        if !std::mem::take(&mut host.resumed) || !host.process.is_up() {
            return;
        }
        while let Some((from, message)) = self.machines.host_mut(id).inbox.pop_front() {
            if !self.machines.host_mut(id).process.is_up() {
                return;
            }
            self.take_message(id, from, message);
            self.audit();
        }
        self.unmute_all(id);
        self.wake_broker(id);
        self.wake_groups_of(id);
        self.wake_transactions_of(id);
    }

    pub(super) fn kill_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.machines.host_mut(id).last_event = cause;
        self.step_broker(id, BrokerInput::Kill);
        self.process_ended(id, ProcessState::Killed);
    }

    pub(super) fn power_off(&mut self, id: BrokerId, survives: SurvivingTail, cause: Option<u64>) {
        self.machines.host_mut(id).last_event = cause;
        self.step_broker(id, BrokerInput::PowerLoss { surviving_tail: survives });
        self.process_ended(id, ProcessState::PoweredOff);
    }

    pub(super) fn lose_disk(&mut self, id: BrokerId, cause: Option<u64>) {
        self.machines.host_mut(id).last_event = cause;
        self.step_broker(id, BrokerInput::DiskLost);
        self.lose_copies(id);
        self.lose_state_copies(id);
        self.process_ended(id, ProcessState::DiskReplaced);
    }

    /// Nothing is left to do for a process but to end, which may take its time.
    fn orderly_stop_done(&mut self, id: BrokerId) {
        let after = self.rng.within(&self.process_times.stop);
        if after == 0 {
            return self.process_ended(id, ProcessState::Stopped);
        }
        let host = self.machines.host_mut(id);
        let (start, again) = (host.start, host.start_again);
        host.start_again = false;
        self.process_ended(id, ProcessState::Ending);
        self.machines.host_mut(id).start_again = again;
        self.queue.push(self.now + after, QueuedEvent::ProcessEnds(id, start));
    }

    /// An orderly stop is over.
    pub(super) fn process_ends(&mut self, id: BrokerId, start: u64) {
        let host = self.machines.host_mut(id);
        if host.start == start && host.process == ProcessState::Ending {
            self.process_ended(id, ProcessState::Stopped);
        }
    }

    /// The process is gone. With the machine still on, its connections are reset.
    fn process_ended(&mut self, id: BrokerId, state: ProcessState) {
        let event = self.machines.host_mut(id).last_event;
        let was_alive = self.machines.host_mut(id).process.is_alive();
        self.set_process(id, state, event);
        let host = self.machines.host_mut(id);
        host.timer.clear();
        host.inbox.clear();
        host.asked.clear();
        host.held.clear();
        host.channels = Channels::default();
        host.quotas = ClientQuotas::default();
        let again = std::mem::take(&mut host.start_again);
        if was_alive && state != ProcessState::PoweredOff {
            let here = self.machines.net.broker(id);
            let controllers = self.machines.net.controllers();
            for node in (0..self.machines.net.nodes()).filter(|node| *node != here && *node != controllers) {
                self.send(here, node, Message::Reset);
            }
        }
        if again {
            let after = self.start_up_time();
            let event = self.machines.host_mut(id).last_event;
            self.boot(id, after, event);
        }
    }
}
