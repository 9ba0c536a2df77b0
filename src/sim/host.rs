//! A broker's machine: the process with its life, its disk, and the messages that go in and out.

use crate::model::{BrokerId, Nanos};
use crate::protocol::broker::{Broker, BrokerEvent, BrokerInput, BrokerOutput, SurvivingTail};
use crate::sim::channels::Channels;
use crate::sim::event::{Message, QueuedEvent, Timer, TimerKind};
use crate::sim::network::Node;
use crate::sim::process::ProcessState;
use crate::sim::trace::EventKind;
use crate::sim::world::World;
use std::collections::{BTreeMap, VecDeque};

/// From the start of a process to its first request: the virtual machine and a short log.
const START_UP: Nanos = 2_000_000_000;
/// The most that a process takes from its first look at the metadata until it is ready to serve.
const SETTLING: Nanos = 200_000_000;

/// A disk with one queue for forced writes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Disk {
    /// A write into the page cache.
    pub append: Nanos,
    /// Each byte of it, in units of 1/1024 ns.
    pub per_byte: u64,
    pub fsync: Nanos,
    /// What a fault adds to each use.
    pub extra: Nanos,
    /// The end of the forced writes that wait.
    pub busy_until: Nanos,
}

impl Disk {
    /// When a use that begins now is over.
    fn use_for(&mut self, now: Nanos, bytes: u64, fsyncs: u32) -> Nanos {
        let written = now + self.append + ((bytes * self.per_byte) >> 10) + self.extra;
        if fsyncs == 0 {
            return written;
        }
        self.busy_until = self.busy_until.max(written) + self.fsync * Nanos::from(fsyncs);
        self.busy_until
    }
}

#[derive(Clone)]
pub(super) struct Host {
    pub(super) broker: Broker,
    pub(super) process: ProcessState,
    pub(super) disk: Disk,
    pub(super) timer: Timer,
    /// What came while the process stood still.
    pub(super) inbox: VecDeque<(Node, Message)>,
    /// Requests of this broker that have no answer yet, and whom they went to.
    pub(super) asked: BTreeMap<u64, Node>,
    /// Its connections with clients.
    pub(super) channels: Channels,
    /// Counts the starts of the process.
    pub(super) start: u64,
    /// It is started again as soon as it has stopped.
    pub(super) start_again: bool,
    /// It has yet to get the metadata from an active controller.
    pub(super) wants_metadata: bool,
    /// Since when it is in this state.
    pub(super) since: Nanos,
    /// The event that last changed its state.
    pub(super) last_event: Option<u64>,
}

impl Host {
    /// A machine that is on, without a process.
    pub(super) fn new(broker: Broker, disk: Disk) -> Self {
        Host {
            broker,
            process: ProcessState::Stopped,
            disk,
            timer: Timer::default(),
            inbox: VecDeque::new(),
            asked: BTreeMap::new(),
            channels: Channels::default(),
            start: 0,
            start_again: false,
            wants_metadata: false,
            since: 0,
            last_event: None,
        }
    }
}

impl World {
    /// Steps a broker and carries out what it wants.
    pub(super) fn step_broker(&mut self, id: BrokerId, input: BrokerInput) {
        let mut out = std::mem::take(&mut self.scratch.broker);
        let now = self.now;
        self.host(id).broker.step(now, input, &mut out);
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
        used.map_or(now, |(bytes, fsyncs)| self.host(id).disk.use_for(now, bytes, fsyncs))
    }

    fn carry_out(&mut self, id: BrokerId, leaves_at: Nanos, output: BrokerOutput) {
        let here = self.net.broker(id);
        match output {
            BrokerOutput::Answer { to, correlation, answer } => {
                if self.auditor.is_some() {
                    self.audit_answer(id, to, &answer);
                }
                self.answer(id, to, correlation, leaves_at, Message::Answer { correlation, answer });
            }
            BrokerOutput::Request { to, correlation, request } => {
                let to = self.net.broker(to);
                self.host(id).asked.insert(correlation, to);
                self.send_at(leaves_at, here, to, Message::Request { correlation, request });
            }
            BrokerOutput::ControllerRequest { correlation, request } => {
                let to = self.net.controllers();
                self.host(id).asked.insert(correlation, to);
                self.send_at(leaves_at, here, to, Message::ControlPlane { correlation, request });
            }
            BrokerOutput::WakeAt(at) => {
                let at = at.max(self.now);
                self.hosts[id.0 as usize - 1].timer.set(at, TimerKind::Broker(id), &mut self.queue);
            }
            BrokerOutput::Disk { .. } => {}
            BrokerOutput::Event(event) => self.broker_event(id, event),
            BrokerOutput::Stopped => self.process_ended(id, ProcessState::Stopped),
        }
    }

    fn broker_event(&mut self, id: BrokerId, event: BrokerEvent) {
        if let BrokerEvent::WriteFailed { error, partition, .. } = &event {
            self.meter.refused(*error);
            if !self.control.first_refusal(*partition, *error) {
                return;
            }
        }
        let cause = self.cause_of(id, &event);
        let seq = self.record_event(EventKind::Broker { broker: id, event: event.clone() }, cause);
        match event {
            BrokerEvent::IsrShrinkProposed { partition, .. }
            | BrokerEvent::IsrExpandProposed { partition, .. } => {
                self.control.note_isr_request(partition, seq);
            }
            BrokerEvent::BecameLeader { partition, .. } => {
                self.watch_leader(partition);
                self.record_losses(partition, seq);
            }
            BrokerEvent::Truncated { partition, .. } | BrokerEvent::LogLost { partition, .. } => {
                self.ledger.truncated(partition);
                self.record_losses(partition, seq);
            }
            _ => {}
        }
    }

    /// The event that led a broker to tell this.
    fn cause_of(&self, id: BrokerId, event: &BrokerEvent) -> Option<u64> {
        match event {
            BrokerEvent::BecameLeader { partition, .. }
            | BrokerEvent::BecameFollower { partition, .. }
            | BrokerEvent::HighWatermarkFrozen { partition, .. }
            | BrokerEvent::WriteFailed { partition, .. }
            | BrokerEvent::IsrConfirmed { partition, .. }
            | BrokerEvent::Truncated { partition, .. } => self.control.last_change(*partition),
            BrokerEvent::LogLost { .. } | BrokerEvent::StateChanged { .. } => self.host_ref(id)?.last_event,
            _ => None,
        }
    }

    pub(super) fn wake_broker(&mut self, id: BrokerId) {
        if self.host(id).process.is_up() {
            self.step_broker(id, BrokerInput::Wake);
        }
    }

    /// Begins to start a broker's process.
    pub(super) fn boot(&mut self, id: BrokerId, after: Nanos, cause: Option<u64>) {
        let now = self.now;
        let host = self.host(id);
        host.start += 1;
        host.start_again = false;
        let start = host.start;
        self.set_process(id, ProcessState::Booting, cause);
        self.queue.push(now + after, QueuedEvent::BootFinished(id, start));
    }

    /// How long a process takes from its start to its first request.
    pub(super) fn start_up_time(&mut self) -> Nanos {
        START_UP + self.rng.below(START_UP / 4)
    }

    /// How long a process takes from its first look at the metadata to its wish to be unfenced. It is part of
    /// the start-up time, and told apart only where something races with it: on a new disk.
    fn settling_time(&mut self, id: BrokerId) -> Nanos {
        if self.host(id).broker.is_on_new_disk() { self.rng.below(SETTLING) } else { 0 }
    }

    pub(super) fn booted(&mut self, id: BrokerId, start: u64) {
        let host = self.host(id);
        if host.start != start || host.process != ProcessState::Booting {
            return;
        }
        let incarnation = start << 32 | id.0 as u64;
        let event = host.last_event;
        let ready_after = self.settling_time(id);
        self.set_process(id, ProcessState::Up, event);
        self.step_broker(id, BrokerInput::Start { incarnation, ready_after });
        self.host(id).wants_metadata = true;
        self.send_image(id);
    }

    fn set_process(&mut self, id: BrokerId, state: ProcessState, cause: Option<u64>) {
        let seq = self.record_event(EventKind::Process { broker: id, state }, cause);
        let now = self.now;
        let host = self.host(id);
        (host.process, host.since, host.last_event) = (state, now, Some(seq));
        self.watch_leaderships(id);
    }

    pub(super) fn pause_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.set_process(id, ProcessState::Paused, cause);
    }

    /// The process goes on: what came meanwhile is read in order, then timers that ran out.
    pub(super) fn resume_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.set_process(id, ProcessState::Up, cause);
        while let Some((from, message)) = self.host(id).inbox.pop_front() {
            if !self.host(id).process.is_up() {
                return;
            }
            self.take_message(id, from, message);
            self.audit();
        }
        self.unmute_all(id);
        self.wake_broker(id);
        self.wake_groups_of(id);
    }

    pub(super) fn kill_broker(&mut self, id: BrokerId, cause: Option<u64>) {
        self.host(id).last_event = cause;
        self.step_broker(id, BrokerInput::Kill);
        self.process_ended(id, ProcessState::Killed);
    }

    pub(super) fn power_off(&mut self, id: BrokerId, survives: SurvivingTail, cause: Option<u64>) {
        self.host(id).last_event = cause;
        self.step_broker(id, BrokerInput::PowerLoss { surviving_tail: survives });
        self.process_ended(id, ProcessState::PoweredOff);
    }

    pub(super) fn lose_disk(&mut self, id: BrokerId, cause: Option<u64>) {
        self.host(id).last_event = cause;
        self.step_broker(id, BrokerInput::DiskLost);
        self.process_ended(id, ProcessState::DiskReplaced);
    }

    /// The process is gone. With the machine still on, its connections are reset.
    fn process_ended(&mut self, id: BrokerId, state: ProcessState) {
        let event = self.host(id).last_event;
        let was_alive = self.host(id).process.is_alive();
        self.set_process(id, state, event);
        let host = self.host(id);
        host.timer.clear();
        host.inbox.clear();
        host.asked.clear();
        host.channels = Channels::default();
        let again = std::mem::take(&mut host.start_again);
        if was_alive && state != ProcessState::PoweredOff {
            let here = self.net.broker(id);
            let controllers = self.net.controllers();
            for node in (0..self.net.nodes()).filter(|node| *node != here && *node != controllers) {
                self.send(here, node, Message::Reset);
            }
        }
        if again {
            let after = self.start_up_time();
            let event = self.host(id).last_event;
            self.boot(id, after, event);
        }
    }
}
