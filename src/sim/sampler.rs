//! A sample of the run for each of its last seconds, whatever the pace at which it is looked at.

use crate::model::{Nanos, SECOND, Sample};
use crate::sim::clock::{BOOT, elapsed_ms};
use crate::sim::histogram::Histogram;
use crate::sim::trace::EventKind;
use std::collections::VecDeque;

/// Twenty minutes of samples.
const KEPT: usize = 1_200;

/// What is counted at the moment of a sample.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gauges {
    pub(super) under_replicated: u64,
    pub(super) below_min_isr: u64,
    pub(super) offline: u64,
    /// `None` where no group has committed.
    pub(super) lag: Option<u64>,
}

/// What was counted since the last sample, and the samples.
#[derive(Clone, Debug)]
pub(super) struct Sampler {
    next: Nanos,
    acked: u64,
    latency: Histogram,
    leader_moves: u64,
    lost: u64,
    samples: VecDeque<Sample>,
}

impl Default for Sampler {
    fn default() -> Self {
        Sampler {
            next: BOOT + SECOND,
            acked: 0,
            latency: Histogram::default(),
            leader_moves: 0,
            lost: 0,
            samples: VecDeque::new(),
        }
    }
}

impl Sampler {
    /// Whether a second is over.
    pub(super) fn is_due(&self, now: Nanos) -> bool {
        now >= self.next
    }

    /// Records were acknowledged, the first and the last of them so long after they were sent.
    pub(super) fn acked(&mut self, records: u32, first: Nanos, last: Nanos) {
        self.acked += u64::from(records);
        self.latency.add_evenly(last, first, u64::from(records));
    }

    pub(super) fn note(&mut self, kind: &EventKind) {
        match kind {
            EventKind::Partition { before, after, .. }
                if after.leader.is_some() && before.leader != after.leader =>
            {
                self.leader_moves += 1;
            }
            EventKind::AckedLost { records, .. } => self.lost += records,
            _ => {}
        }
    }

    /// Takes the sample of the seconds that are over.
    pub(super) fn take(&mut self, now: Nanos, gauges: Gauges) {
        let seconds = (now - self.next) / SECOND + 1;
        let end = self.next + (seconds - 1) * SECOND;
        let p99 = self.latency.quantile(990).map(|nanos| nanos as f64 / 1e6);
        let sample = Sample {
            at_ms: elapsed_ms(end),
            acked_per_s: Some(self.acked as f64 / seconds as f64),
            ack_p99_ms: p99,
            under_replicated: Some(gauges.under_replicated),
            below_min_isr: Some(gauges.below_min_isr),
            offline: Some(gauges.offline),
            lag: gauges.lag,
            leader_moves: Some(self.leader_moves),
            lost: Some(self.lost),
        };
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
        let samples = std::mem::take(&mut self.samples);
        *self = Sampler { next: end + SECOND, lost: self.lost, samples, ..Sampler::default() };
    }

    /// The samples, the oldest first.
    pub(super) fn samples(&self) -> &VecDeque<Sample> {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_a_second_and_what_was_not_measured_is_unknown() {
        let mut sampler = Sampler::default();
        sampler.acked(100, 5_000_000, 4_000_000);
        assert!(!sampler.is_due(BOOT + SECOND - 1) && sampler.is_due(BOOT + SECOND));
        sampler.take(BOOT + SECOND, Gauges::default());
        sampler.acked(100, 5_000_000, 4_000_000);
        sampler.take(BOOT + 3 * SECOND + 5, Gauges { lag: Some(7), ..Gauges::default() });
        sampler.take(BOOT + 4 * SECOND, Gauges::default());
        let samples: Vec<_> = sampler.samples().iter().map(|one| (one.at_ms, one.acked_per_s)).collect();
        assert_eq!(samples, [(1_000, Some(100.0)), (3_000, Some(50.0)), (4_000, Some(0.0))]);
        assert_eq!(sampler.samples()[2].ack_p99_ms, None, "nothing was acknowledged");
        assert_eq!(sampler.samples()[0].lag, None);
        for second in 5..2_000 {
            sampler.take(BOOT + second * SECOND, Gauges::default());
        }
        assert_eq!(sampler.samples().len(), KEPT);
    }
}
