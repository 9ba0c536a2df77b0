//! The host under a broker: its disk's identity and the operating system's page cache.

use super::{Broker, BrokerEvent, FlushCause, Step};
use crate::model::{BrokerId, Nanos};
use crate::protocol::timers::Timer;
use crate::protocol::wire::{BrokerEpoch, Offset};
use std::collections::VecDeque;

/// What outlives the process besides the logs.
#[derive(Clone, Debug)]
pub(super) struct Host {
    /// The log directory's id.
    pub(super) directory: u64,
    /// The clean-shutdown marker: the epoch of the broker that stopped in good order.
    pub(super) clean_epoch: Option<BrokerEpoch>,
    /// Replicas with pages that the operating system has not written.
    pub(super) unflushed: Vec<u32>,
    /// How far each of them was written when the operating system last looked, oldest look first.
    pub(super) looks: VecDeque<(Nanos, Vec<(u32, Offset)>)>,
    pub(super) next_look: Option<Nanos>,
}

impl Host {
    pub(super) fn new(broker: BrokerId) -> Self {
        Host {
            directory: (u64::from(broker.0 as u32) << 32) + 1,
            clean_epoch: None,
            unflushed: Vec::new(),
            looks: VecDeque::new(),
            next_look: None,
        }
    }

    /// Whether this is not the first disk.
    pub(super) fn is_replaced(&self) -> bool {
        self.directory & u64::from(u32::MAX) > 1
    }

    /// A truncated log's older looks must not vouch for what is written in its place later.
    pub(super) fn clip(&mut self, place: u32, end: Offset) {
        for (_, ends) in &mut self.looks {
            for (_, seen) in ends.iter_mut().filter(|(replica, _)| *replica == place) {
                *seen = (*seen).min(end);
            }
        }
    }

    /// The page cache is gone.
    pub(super) fn lose_power(&mut self) {
        self.unflushed.clear();
        self.looks.clear();
        self.next_look = None;
    }
}

impl Broker {
    /// A replica has pages to write.
    pub(super) fn mark_unflushed(&mut self, now: Nanos, place: u32) {
        let replica = &mut self.replicas[place as usize];
        if std::mem::replace(&mut replica.unflushed, true) {
            return;
        }
        self.host.unflushed.push(place);
        if self.settings.os_writeback_ns.is_some() && self.host.next_look.is_none() {
            self.set_next_look(now);
        }
    }

    fn set_next_look(&mut self, now: Nanos) {
        let at = now + self.settings.os_writeback_interval_ns;
        self.host.next_look = Some(at);
        self.timers.set(at, Timer::OsWriteback);
    }

    /// The operating system's flusher: writes what was dirty when it looked `os_writeback_ns` ago.
    pub(super) fn os_writeback(&mut self, step: &mut Step<'_>) {
        let Some(age) = self.settings.os_writeback_ns else { return };
        if self.host.next_look.is_none_or(|at| at > step.now) {
            return;
        }
        self.host.next_look = None;
        let ends = |place: &u32| (*place, self.replicas[*place as usize].log().end());
        let look: Vec<_> = self.host.unflushed.iter().map(ends).collect();
        self.host.looks.push_back((step.now, look));
        while self.host.looks.front().is_some_and(|(at, _)| at + age <= step.now) {
            let Some((_, look)) = self.host.looks.pop_front() else { break };
            for (place, end) in look {
                self.flush(step, place, end, FlushCause::OsWriteback);
            }
        }
        self.drop_flushed();
        if !self.host.unflushed.is_empty() || !self.host.looks.is_empty() {
            self.set_next_look(step.now);
        }
    }

    fn drop_flushed(&mut self) {
        let replicas = &mut self.replicas;
        self.host.unflushed.retain(|place| {
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
        for place in self.host.unflushed.clone() {
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
