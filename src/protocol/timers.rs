//! What a broker wants to look at when, so that its driver needs a single timer.

use crate::model::Nanos;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Timer {
    Controller,
    /// A controlled shutdown has lasted too long.
    ShutdownTimeout,
    /// The ISR shrink task.
    ShrinkIsr,
    /// ISR changes to send again.
    AlterPartition,
    /// Replicas on a new disk to tell the controller of.
    AssignDirectory,
    HighWatermarkCheckpoint,
    RecoveryPointCheckpoint,
    /// The operating system writes old pages.
    OsWriteback,
    FlushScheduler,
    /// Writes that wait too long.
    Purgatory,
    /// A parked fetch of this session.
    Session(u32),
    /// Back-off or silence of this fetcher.
    Fetcher(u32),
    /// Logs are looked at for what retention deletes.
    Retention,
    /// The cleaner looks for logs to compact.
    Cleaner,
}

/// Timers in order of time. None is ever taken back: whoever is called looks whether it still matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Nanos, Timer)>>,
    announced: Option<Nanos>,
}

impl Timers {
    /// Calls `timer` at `at`.
    pub(crate) fn set(&mut self, at: Nanos, timer: Timer) {
        self.heap.push(Reverse((at, timer)));
    }

    /// The next one that is due.
    pub(crate) fn pop_due(&mut self, now: Nanos) -> Option<Timer> {
        self.heap.peek().filter(|next| next.0.0 <= now)?;
        self.heap.pop().map(|Reverse((_, timer))| timer)
    }

    /// The wake that was asked for has come.
    pub(crate) fn woken(&mut self, now: Nanos) {
        self.announced = self.announced.filter(|announced| *announced > now);
    }

    /// When to wake, if that is earlier than what was last asked for.
    pub(crate) fn announce(&mut self) -> Option<Nanos> {
        let next = self.heap.peek().map(|next| next.0.0)?;
        let earlier = self.announced.is_none_or(|announced| next < announced);
        earlier.then(|| *self.announced.insert(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_wake_is_announced_and_each_wake_announces_the_next() {
        let mut timers = Timers::default();
        assert_eq!(timers.announce(), None);
        timers.set(50, Timer::ShrinkIsr);
        timers.set(70, Timer::Purgatory);
        assert_eq!((timers.announce(), timers.announce()), (Some(50), None));
        timers.set(20, Timer::Session(3));
        assert_eq!(timers.announce(), Some(20));
        timers.woken(20);
        assert_eq!((timers.pop_due(20), timers.pop_due(20)), (Some(Timer::Session(3)), None));
        assert_eq!(timers.announce(), Some(50));
        timers.woken(40);
        assert_eq!((timers.pop_due(40), timers.announce()), (None, None), "woken for nothing");
        timers.woken(90);
        assert_eq!(timers.pop_due(90), Some(Timer::ShrinkIsr));
        assert_eq!(timers.pop_due(90), Some(Timer::Purgatory));
    }
}
