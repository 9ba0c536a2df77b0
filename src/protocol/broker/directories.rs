//! Telling the controller where replicas live after the disk was replaced (`AssignmentsManager`, KIP-858).
//!
//! A controller that knows a replica in the lost directory does not let it lead. The broker that comes back
//! makes the logs anew in its new directory when it first looks at the metadata, tells the controller of them
//! a little later with `AssignReplicasToDirs`, and asks to be unfenced as soon as it has settled: the two race.
//! Nobody holds an election because of an assignment; but who is unfenced after it is a candidate again, with
//! an empty log.

use super::process::InFlight;
use super::{Broker, BrokerOutput, OWNER_DIRECTORIES, Step};
use crate::model::{Nanos, PartitionIx};
use crate::protocol::messages::ControllerRequest;
use crate::protocol::timers::Timer;
use crate::protocol::wire::ErrorCode;

/// Assignments are collected for so long, and tried again after it, then after twice as long each time.
const FIRST_BACKOFF_NS: Nanos = 100_000_000;
const LAST_BACKOFF_NS: Nanos = 10_000_000_000;
const TIMEOUT_NS: Nanos = 30_000_000_000;

impl Broker {
    /// Has the controller told where a replica lives, if it may still know it on the disk before.
    ///
    /// Kafka compares with the metadata and tells what differs; telling what the controller knows changes
    /// nothing there, so whoever has a new disk tells of each replica once.
    pub(super) fn assign_directory_later(&mut self, step: &mut Step<'_>, partition: PartitionIx) {
        let tells = self.profile.directory_ids && self.log_directory.is_replaced();
        let assignments = &mut self.process.assignments;
        if tells && !assignments.told.contains(&partition) && !assignments.sent.contains(&partition) {
            assignments.waiting.insert(partition);
            self.arm_assignments(step.now + FIRST_BACKOFF_NS);
        }
    }

    fn arm_assignments(&mut self, at: Nanos) {
        let assignments = &mut self.process.assignments;
        if assignments.at.is_none() && assignments.in_flight.is_none() {
            assignments.at = Some(at);
            self.timers.set(at, Timer::AssignDirectory);
        }
    }

    pub(super) fn assignment_timer(&mut self, step: &mut Step<'_>) {
        let assignments = &mut self.process.assignments;
        match assignments.in_flight {
            Some(in_flight) if in_flight.until <= step.now => self.assignment_failed(step),
            None if assignments.at.is_some_and(|at| at <= step.now) => {
                assignments.at = None;
                self.send_assignments(step);
            }
            _ => {}
        }
    }

    fn send_assignments(&mut self, step: &mut Step<'_>) {
        let partitions: Vec<PartitionIx> =
            std::mem::take(&mut self.process.assignments.waiting).into_iter().collect();
        if partitions.is_empty() {
            return;
        }
        let correlation = self.correlation(OWNER_DIRECTORIES);
        let until = step.now + TIMEOUT_NS;
        self.process.assignments.in_flight = Some(InFlight { correlation, until });
        self.process.assignments.sent.clone_from(&partitions);
        self.timers.set(until, Timer::AssignDirectory);
        let (broker, broker_epoch, directory) = (self.id(), self.broker_epoch(), self.log_directory.id);
        let request = ControllerRequest::AssignDirectory { broker, broker_epoch, directory, partitions };
        step.out.push(BrokerOutput::ControllerRequest { correlation, request });
    }

    pub(super) fn assignment_answered(&mut self, step: &mut Step<'_>, error: ErrorCode) {
        if error != ErrorCode::None {
            return self.assignment_failed(step);
        }
        let assignments = &mut self.process.assignments;
        (assignments.in_flight, assignments.failures) = (None, 0);
        assignments.told.extend(std::mem::take(&mut assignments.sent));
        if !assignments.waiting.is_empty() {
            self.arm_assignments(step.now + FIRST_BACKOFF_NS);
        }
    }

    pub(super) fn assignment_failed(&mut self, step: &mut Step<'_>) {
        let assignments = &mut self.process.assignments;
        assignments.in_flight = None;
        assignments.waiting.extend(std::mem::take(&mut assignments.sent));
        let backoff = (FIRST_BACKOFF_NS << assignments.failures.min(10)).min(LAST_BACKOFF_NS);
        assignments.failures += 1;
        self.arm_assignments(step.now + backoff);
    }
}
