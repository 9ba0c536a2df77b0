//! The host under a broker: its disk's identity and the operating system's page cache.

use super::{Broker, BrokerEvent, FlushCause, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::timers::Timer;
use crate::protocol::wire::{BrokerEpoch, Offset};
use std::collections::VecDeque;

/// What outlives the process besides the logs.
#[derive(Clone, Debug)]
pub(super) struct LogDirectory {
    /// The log directory's id.
    pub(super) id: u64,
    /// The clean-shutdown marker: the epoch of the broker that stopped in good order.
    pub(super) clean_shutdown_epoch: Option<BrokerEpoch>,
    /// Replicas with pages that the operating system has not written.
    pub(super) unflushed: Vec<u32>,
    /// How far each of them was written when the operating system last looked, oldest look first.
    pub(super) writeback_passes: VecDeque<(Nanos, Vec<(u32, Offset)>)>,
    pub(super) next_writeback: Option<Nanos>,
}

impl LogDirectory {
    pub(super) fn new(broker: BrokerId) -> Self {
        LogDirectory {
            id: (u64::from(broker.0 as u32) << 32) + 1,
            clean_shutdown_epoch: None,
            unflushed: Vec::new(),
            writeback_passes: VecDeque::new(),
            next_writeback: None,
        }
    }

    /// Whether this is not the first disk.
    pub(super) fn is_replaced(&self) -> bool {
        self.id & u64::from(u32::MAX) > 1
    }

    /// A truncated log's older looks must not vouch for what is written in its place later.
    pub(super) fn clip(&mut self, place: u32, end: Offset) {
        for (_, ends) in &mut self.writeback_passes {
            for (_, seen) in ends.iter_mut().filter(|(replica, _)| *replica == place) {
                *seen = (*seen).min(end);
            }
        }
    }

    /// The page cache is gone.
    pub(super) fn lose_power(&mut self) {
        self.unflushed.clear();
        self.writeback_passes.clear();
        self.next_writeback = None;
    }
}

impl Broker {
    /// A replica has pages to write.
    pub(super) fn mark_dirty(&mut self, now: Nanos, place: u32) {
        let replica = &mut self.replicas[place as usize];
        if std::mem::replace(&mut replica.unflushed, true) {
            return;
        }
        self.log_directory.unflushed.push(place);
        if self.settings.os_writeback_ns.is_some() && self.log_directory.next_writeback.is_none() {
            self.schedule_writeback(now);
        }
    }

    fn schedule_writeback(&mut self, now: Nanos) {
        let at = now + self.settings.os_writeback_interval_ns;
        self.log_directory.next_writeback = Some(at);
        self.timers.set(at, Timer::OsWriteback);
    }

    /// The operating system's flusher: writes what was dirty when it looked `os_writeback_ns` ago.
    pub(super) fn os_writeback(&mut self, step: &mut Step<'_>) {
        let Some(age) = self.settings.os_writeback_ns else { return };
        if self.log_directory.next_writeback.is_none_or(|at| at > step.now) {
            return;
        }
        self.log_directory.next_writeback = None;
        let ends = |place: &u32| (*place, self.replicas[*place as usize].log().end());
        let pass: Vec<_> = self.log_directory.unflushed.iter().map(ends).collect();
        self.log_directory.writeback_passes.push_back((step.now, pass));
        // A page is written once it has been dirty for the whole age, so what each pass saw is flushed that
        // much later.
        while self.log_directory.writeback_passes.front().is_some_and(|(at, _)| at + age <= step.now) {
            let Some((_, pass)) = self.log_directory.writeback_passes.pop_front() else { break };
            for (place, end) in pass {
                self.flush(step, place, end, FlushCause::OsWriteback);
            }
        }
        self.drop_flushed();
        if !self.log_directory.unflushed.is_empty() || !self.log_directory.writeback_passes.is_empty() {
            self.schedule_writeback(step.now);
        }
    }

    fn drop_flushed(&mut self) {
        let replicas = &mut self.replicas;
        self.log_directory.unflushed.retain(|place| {
            let replica = &mut replicas[*place as usize];
            replica.unflushed = replica.storage.flushed() < replica.log().end();
            replica.unflushed
        });
    }

    /// Makes a log safe up to `end`.
    pub(super) fn flush(&mut self, step: &mut Step<'_>, place: u32, end: Offset, cause: FlushCause) {
        let replica = &mut self.replicas[place as usize];
        if replica.storage.flush_to(end) && self.detail {
            let (partition, to) = (replica.partition, replica.storage.flushed());
            step.event(BrokerEvent::Flushed { partition, to, cause });
        }
    }

    /// The flush scheduler: flushes logs whose `flush.ms` is over since its last flush of them
    /// (`LogManager.flushDirtyLogs`).
    pub(super) fn run_flush_scheduler(&mut self, step: &mut Step<'_>) {
        let Some(interval) = self.settings.log_flush_scheduler_interval_ns else { return };
        for place in self.log_directory.unflushed.clone() {
            let replica = &mut self.replicas[place as usize];
            let due = replica
                .settings
                .flush_ns
                .is_some_and(|flush| step.now.saturating_sub(replica.last_flush) >= flush);
            if due {
                replica.last_flush = step.now;
                let end = replica.log().end();
                self.flush(step, place, end, FlushCause::FlushMs);
            }
        }
        self.drop_flushed();
        self.timers.set(step.now + interval, Timer::FlushScheduler);
    }
}
