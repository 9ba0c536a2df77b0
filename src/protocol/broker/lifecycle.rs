//! Start, stop and the ways to die (kafka.md#broker-life-cycle, kafka.md#storage).

use super::process::{InFlight, Process};
use super::{
    Broker, BrokerEvent, BrokerOutput, BrokerState, FlushCause, LogLossCause, OWNER_ALTER, OWNER_BITS,
    OWNER_DIRECTORIES, OWNER_LIFECYCLE, Step, SurvivingTail,
};
use crate::model::Nanos;
use crate::protocol::broker_lifecycle::{
    BrokerLifecycle, LifecycleStep, LifecycleTimeouts, SHUTDOWN_TIMEOUT_NS,
};
use crate::protocol::messages::ControllerResponse;
use crate::protocol::timers::{Timer, Timers};

impl Broker {
    pub(super) fn start(&mut self, step: &mut Step<'_>, incarnation: u64, ready_after: Nanos) {
        if self.state() != BrokerState::NotRunning {
            return;
        }
        self.end_process();
        // Taken away at the start: a crash from here on must not find the marker of the stop before.
        let previous = self.log_directory.clean_shutdown_epoch.take().unwrap_or(-1);
        self.process.lifecycle =
            BrokerLifecycle::start(incarnation, previous, self.profile.cordoned_directories);
        self.process.ready_after = ready_after;
        self.process.metadata_offset = -1;
        for replica in &mut self.replicas {
            replica.producers.rebuild(replica.storage.log());
        }
        self.report_state(step, BrokerState::NotRunning);
        let settings = &self.settings;
        let timers = [
            (settings.replica_lag_time_max_ns / 2, Timer::ShrinkIsr),
            (settings.high_watermark_checkpoint_interval_ns, Timer::HighWatermarkCheckpoint),
            (settings.log_flush_offset_checkpoint_interval_ns, Timer::RecoveryPointCheckpoint),
            (settings.log_initial_task_delay_ns, Timer::Retention),
        ];
        timers.into_iter().for_each(|(after, timer)| self.timers.set(step.now + after, timer));
        if let Some(interval) = settings.log_flush_scheduler_interval_ns {
            self.timers.set(step.now + interval, Timer::FlushScheduler);
        }
        self.send_to_controller(step);
    }

    /// The process is gone; the page cache is still written by the system.
    fn end_process(&mut self) {
        self.process = Process::default();
        self.replicas.iter_mut().for_each(|replica| replica.stop());
        self.timers = Timers::default();
        if let Some(at) = self.log_directory.next_writeback {
            self.timers.set(at, Timer::OsWriteback);
        }
    }

    fn report_state(&self, step: &mut Step<'_>, from: BrokerState) {
        let to = self.state();
        if from != to {
            step.event(BrokerEvent::StateChanged { from, to });
        }
    }

    pub(super) fn kill(&mut self, step: &mut Step<'_>) {
        let before = self.state();
        self.end_process();
        self.report_state(step, before);
    }

    pub(super) fn lose_power(&mut self, step: &mut Step<'_>, surviving_tail: SurvivingTail) {
        let before = self.state();
        for replica in &mut self.replicas {
            let from = replica.log().end();
            replica.storage.lose_power(surviving_tail, u64::from(replica.partition.0));
            replica.unflushed = false;
            report_log_loss(step, replica, from, LogLossCause::PowerLoss);
        }
        self.log_directory.lose_power();
        self.end_process();
        self.report_state(step, before);
    }

    /// The new disk has a new identity, and no clean-shutdown marker.
    pub(super) fn lose_disk(&mut self, step: &mut Step<'_>) {
        let before = self.state();
        for replica in &mut self.replicas {
            let from = replica.log().end();
            replica.storage.lose_disk();
            replica.unflushed = false;
            report_log_loss(step, replica, from, LogLossCause::DiskLost);
        }
        self.log_directory.lose_power();
        self.log_directory.clean_shutdown_epoch = None;
        // The controller knows the replicas in the lost directory and does not let an empty one lead for them
        // (KIP-858).
        self.log_directory.id += 1;
        self.end_process();
        self.report_state(step, before);
    }

    /// SIGTERM: ask the controller first, or go at once.
    pub(super) fn stop(&mut self, step: &mut Step<'_>) {
        let before = self.state();
        if !self.settings.controlled_shutdown || !self.process.lifecycle.want_shutdown() {
            return self.finish_shutdown(step);
        }
        self.report_state(step, before);
        let give_up = step.now + SHUTDOWN_TIMEOUT_NS;
        self.process.shutdown_deadline = Some(give_up);
        self.timers.set(give_up, Timer::ShutdownTimeout);
        self.send_to_controller(step);
    }

    pub(super) fn shutdown_timer(&mut self, step: &mut Step<'_>) {
        if self.process.shutdown_deadline.is_some_and(|at| at <= step.now) {
            self.finish_shutdown(step);
        }
    }

    /// Everything flushed, files and marker written.
    fn finish_shutdown(&mut self, step: &mut Step<'_>) {
        let before = self.state();
        for place in 0..self.replicas.len() as u32 {
            let end = self.replicas[place as usize].log().end();
            self.flush(step, place, end, FlushCause::Shutdown);
            let replica = &mut self.replicas[place as usize];
            replica.storage.close(replica.high_watermark);
            replica.unflushed = false;
        }
        self.log_directory.lose_power();
        // The marker vouches for this epoch only: a controller that knows a newer one takes the stop for
        // unclean (KIP-966).
        self.log_directory.clean_shutdown_epoch = Some(self.broker_epoch()).filter(|epoch| *epoch >= 0);
        self.end_process();
        self.report_state(step, before);
        step.out.push(BrokerOutput::Stopped);
    }

    fn lifecycle_timeouts(&self) -> LifecycleTimeouts {
        LifecycleTimeouts {
            heartbeat_interval: self.settings.broker_heartbeat_interval_ns,
            session_timeout: self.settings.broker_session_timeout_ns,
        }
    }

    /// Registers or sends a heartbeat. A request without an answer is given up after half a session.
    fn send_to_controller(&mut self, step: &mut Step<'_>) {
        let correlation = self.correlation(OWNER_LIFECYCLE);
        let request = self.process.lifecycle.request(
            self.id(),
            self.settings.rack,
            self.log_directory.id,
            self.process.metadata_offset,
        );
        let until = step.now + self.settings.broker_session_timeout_ns / 2;
        self.process.controller_in_flight = Some(InFlight { correlation, until });
        self.process.next_controller_contact = Some(until);
        self.timers.set(until, Timer::Controller);
        step.out.push(BrokerOutput::ControllerRequest { correlation, request });
    }

    pub(super) fn controller_timer(&mut self, step: &mut Step<'_>) {
        if self.process.next_controller_contact.is_none_or(|at| at > step.now) {
            return;
        }
        self.process.next_controller_contact = None;
        match self.process.controller_in_flight {
            Some(_) => self.lifecycle_request_failed(step),
            None => self.send_to_controller(step),
        }
    }

    fn lifecycle_request_failed(&mut self, step: &mut Step<'_>) {
        self.process.controller_in_flight = None;
        let next = self.process.lifecycle.failed(self.lifecycle_timeouts());
        self.schedule(step, next);
    }

    fn schedule(&mut self, step: &mut Step<'_>, next: LifecycleStep) {
        match next {
            LifecycleStep::Stop => self.finish_shutdown(step),
            LifecycleStep::After(0) => self.send_to_controller(step),
            LifecycleStep::After(after) => {
                self.process.next_controller_contact = Some(step.now + after);
                self.timers.set(step.now + after, Timer::Controller);
            }
        }
    }

    pub(super) fn handle_controller_response(
        &mut self,
        step: &mut Step<'_>,
        correlation: u64,
        response: ControllerResponse,
    ) {
        let is = |in_flight: Option<InFlight>| in_flight.is_some_and(|each| each.correlation == correlation);
        if let ControllerResponse::AlterPartitions { error, partitions } = response {
            if is(self.process.alter.in_flight) {
                self.alter_partition_answered(step, error, &partitions);
            }
            return;
        }
        if let ControllerResponse::AssignDirectory { error } = response {
            if is(self.process.assignments.in_flight) {
                self.assignment_answered(step, error);
            }
            return;
        }
        if !is(self.process.controller_in_flight) {
            return;
        }
        self.process.controller_in_flight = None;
        let (before, lifecycle_timeouts) = (self.state(), self.lifecycle_timeouts());
        let registered_before = self.broker_epoch() >= 0;
        let mut next = self.process.lifecycle.answered(&response, lifecycle_timeouts);
        self.report_state(step, before);
        if before == BrokerState::Starting && self.state() == BrokerState::Recovery {
            self.assume_roles(step);
            next = LifecycleStep::After(self.process.ready_after);
        }
        if !registered_before && self.broker_epoch() >= 0 {
            self.schedule_fetchers();
        }
        self.schedule(step, next);
    }

    /// A request will not be answered.
    pub(super) fn handle_failed_request(&mut self, step: &mut Step<'_>, correlation: u64) {
        let is = |in_flight: Option<InFlight>| in_flight.is_some_and(|each| each.correlation == correlation);
        match (correlation & ((1 << OWNER_BITS) - 1)) as u32 {
            OWNER_LIFECYCLE if is(self.process.controller_in_flight) => self.lifecycle_request_failed(step),
            OWNER_ALTER if is(self.process.alter.in_flight) => self.alter_partition_failed(step),
            OWNER_DIRECTORIES if is(self.process.assignments.in_flight) => self.assignment_failed(step),
            OWNER_LIFECYCLE | OWNER_ALTER | OWNER_DIRECTORIES => {}
            _ => {
                if let Some(at) = self.fetcher_of(correlation) {
                    self.fetcher_failed(step, at);
                }
            }
        }
    }
}

fn report_log_loss(step: &mut Step<'_>, replica: &super::Replica, from: i64, cause: LogLossCause) {
    let (partition, to) = (replica.partition(), replica.log().end());
    if to < from {
        step.event(BrokerEvent::LogLost { partition, from, to, cause });
    }
}
