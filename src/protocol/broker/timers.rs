//! Timers: what a broker does of its own accord.

use super::{Broker, BrokerState, Step};
use crate::protocol::timers::Timer;

impl Broker {
    pub(super) fn wake(&mut self, step: &mut Step<'_>) {
        self.timers.woken(step.now);
        while let Some(timer) = self.timers.pop_due(step.now) {
            self.run_timer(step, timer);
        }
    }

    fn run_timer(&mut self, step: &mut Step<'_>, timer: Timer) {
        match timer {
            Timer::OsWriteback => self.os_writeback(step),
            _ if self.state() == BrokerState::NotRunning => {}
            Timer::Controller => self.controller_timer(step),
            Timer::ShutdownTimeout => self.shutdown_timer(step),
            Timer::ShrinkIsr => self.shrink_isrs(step),
            Timer::AlterPartition => self.alter_partition_timer(step),
            Timer::AssignDirectory => self.assignment_timer(step),
            Timer::HighWatermarkCheckpoint => self.checkpoint_high_watermarks(step),
            Timer::RecoveryPointCheckpoint => self.checkpoint_recovery_points(step),
            Timer::FlushScheduler => self.run_flush_scheduler(step),
            Timer::Purgatory => self.expire_delayed_produces(step),
            Timer::Session(place) => self.delayed_fetch_timer(step, place),
            Timer::Fetcher(at) => self.fetcher_timer(step, at),
            Timer::Retention => self.clean_up_logs(step),
            Timer::Cleaner => self.run_cleaner(step),
        }
    }

    fn checkpoint_high_watermarks(&mut self, step: &mut Step<'_>) {
        for place in self.process.checkpoints.drain(..) {
            let replica = &mut self.replicas[place as usize];
            replica.checkpoint_due = false;
            replica.storage.checkpoint_high_watermark(replica.high_watermark);
        }
        let next = step.now + self.settings.high_watermark_checkpoint_interval_ns;
        self.timers.set(next, Timer::HighWatermarkCheckpoint);
    }

    fn checkpoint_recovery_points(&mut self, step: &mut Step<'_>) {
        self.replicas.iter_mut().for_each(|replica| replica.storage.checkpoint_recovery_point());
        let next = step.now + self.settings.log_flush_offset_checkpoint_interval_ns;
        self.timers.set(next, Timer::RecoveryPointCheckpoint);
    }
}
