//! What is measured while the simulator runs: latencies, times without writes and without a leader.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::wire::ErrorCode;
use crate::sim::histogram::Histogram;
use crate::sim::intervals::Intervals;
use std::collections::BTreeMap;

/// A write that takes longer than this was a stall.
pub(crate) const STALL: Nanos = 1_000_000_000;

/// With more partitions than this, latencies are kept for all of them together only.
const DETAILED: usize = 4096;

#[derive(Clone, Debug, Default)]
pub(crate) struct PartitionMeter {
    pub acked: u64,
    pub failed: u64,
    /// Time to the acknowledgement.
    pub latency: Histogram,
    /// Times without successful writes.
    pub unwritable: Intervals,
    /// Times without a leader that runs.
    pub leaderless: Intervals,
    /// The longest time from one leader to the next.
    pub failover: Nanos,
    /// When records were last acknowledged.
    last_success: Nanos,
    /// The creation of the oldest batch since the last success that failed.
    failing_since: Option<Nanos>,
    /// Without a leader since.
    leaderless_since: Option<Nanos>,
    /// Who led last, running.
    led: Option<BrokerId>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    partitions: Vec<PartitionMeter>,
    /// Time to the acknowledgement, all partitions.
    pub latency: Histogram,
    /// Times at which some partition took no writes.
    pub unwritable: Intervals,
    /// Times at which some partition had no leader.
    pub leaderless: Intervals,
    /// Refused batches by error.
    pub errors: BTreeMap<ErrorCode, u64>,
    /// Groups whose last commit failed, and how.
    failed_commits: BTreeMap<u32, ErrorCode>,
}

impl Meter {
    pub(crate) fn partition(&self, ix: PartitionIx) -> Option<&PartitionMeter> {
        self.partitions.get(ix.at())
    }

    fn of(&mut self, ix: PartitionIx) -> &mut PartitionMeter {
        if ix.at() >= self.partitions.len() {
            self.partitions.resize_with(ix.at() + 1, PartitionMeter::default);
        }
        &mut self.partitions[ix.at()]
    }

    /// Records were acknowledged, the first and the last of them so long after they were sent.
    pub(crate) fn acked(&mut self, ix: PartitionIx, now: Nanos, records: u32, first: Nanos, last: Nanos) {
        let detailed = self.partitions.len() <= DETAILED;
        let times = u64::from(records);
        let meter = self.of(ix);
        meter.acked += times;
        meter.last_success = now;
        if detailed {
            meter.latency.add_evenly(last, first, times);
        }
        let created = now.saturating_sub(first);
        let late = (first > STALL).then_some((created, now));
        let failing = meter.failing_since.take();
        let stall = match (failing, late) {
            (Some(since), Some((from, to))) => Some((since.min(from), to)),
            (Some(since), None) => Some((since, created.max(since))),
            (None, late) => late,
        };
        self.latency.add_evenly(last, first, times);
        if let Some((from, to)) = stall {
            self.of(ix).unwritable.add(from, to);
            self.unwritable.add(from, to);
        }
    }

    /// A producer gave up on records that it got at `created`.
    pub(crate) fn failed(&mut self, ix: PartitionIx, records: u32, created: Nanos) {
        let meter = self.of(ix);
        meter.failed += u64::from(records);
        meter.failing_since = Some(meter.failing_since.map_or(created, |since| since.min(created)));
    }

    /// A batch was refused.
    pub(crate) fn refused(&mut self, error: ErrorCode) {
        *self.errors.entry(error).or_default() += 1;
    }

    /// A group's commit failed. Whether that is news: the first one, or another error.
    pub(crate) fn first_failed_commit(&mut self, group: u32, error: ErrorCode) -> bool {
        self.failed_commits.insert(group, error) != Some(error)
    }

    /// A group's commit succeeded.
    pub(crate) fn commits(&mut self, group: u32) {
        self.failed_commits.remove(&group);
    }

    /// Whether the partition has a running leader now, and who.
    pub(crate) fn leader(&mut self, ix: PartitionIx, now: Nanos, running: Option<BrokerId>) {
        let meter = self.of(ix);
        let Some(leader) = running else {
            meter.leaderless_since.get_or_insert(now);
            return;
        };
        let before = meter.led.replace(leader);
        if let Some(since) = meter.leaderless_since.take() {
            meter.leaderless.add(since, now);
            if before.is_some_and(|before| before != leader) {
                meter.failover = meter.failover.max(now - since);
            }
            self.leaderless.add(since, now);
        }
    }

    /// Closes what is still open at the end of a run.
    pub(crate) fn close(&mut self, now: Nanos) {
        for meter in &mut self.partitions {
            if let Some(since) = meter.failing_since.take() {
                meter.unwritable.add(since, now);
                self.unwritable.add(since, now);
            }
            if let Some(since) = meter.leaderless_since.take() {
                meter.leaderless.add(since, now);
                self.leaderless.add(since, now);
            }
        }
    }

    /// Writes to a partition wait: at most since its last success.
    pub(crate) fn waiting(&mut self, ix: PartitionIx, now: Nanos) {
        let since = self.of(ix).last_success;
        if now.saturating_sub(since) > STALL {
            self.of(ix).unwritable.add(since, now);
            self.unwritable.add(since, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: PartitionIx = PartitionIx(0);
    const S: Nanos = 1_000_000_000;

    #[test]
    fn a_stall_lasts_from_the_first_waiting_batch_to_its_acknowledgement() {
        let mut meter = Meter::default();
        meter.acked(P, 10 * S, 1, S / 100, S / 100);
        meter.acked(P, 20 * S, 1, 9 * S, 9 * S);
        meter.acked(P, 20 * S + 1, 5, 8 * S, 3 * S);
        assert_eq!(meter.unwritable.ranges(), [(11 * S, 20 * S + 1)]);
    }

    #[test]
    fn failures_last_until_the_next_success_was_sent() {
        let mut meter = Meter::default();
        meter.failed(P, 1, 10 * S);
        meter.failed(P, 1, 12 * S);
        meter.acked(P, 15 * S, 1, S / 2, S / 2);
        assert_eq!(meter.unwritable.ranges(), [(10 * S, 14 * S + S / 2)]);
        meter.failed(P, 1, 20 * S);
        meter.close(22 * S);
        assert_eq!(meter.unwritable.len(), 4 * S + S / 2 + 2 * S);
    }

    #[test]
    fn a_failover_ends_with_another_leader() {
        let mut meter = Meter::default();
        let (one, two) = (Some(BrokerId(1)), Some(BrokerId(2)));
        meter.leader(P, S, one);
        meter.leader(P, 10 * S, None);
        meter.leader(P, 12 * S, None);
        meter.leader(P, 18 * S, two);
        meter.leader(P, 30 * S, None);
        meter.leader(P, 31 * S, two);
        let found = meter.partition(P).unwrap();
        assert_eq!((found.failover, found.leaderless.len()), (8 * S, 9 * S));
    }
}
