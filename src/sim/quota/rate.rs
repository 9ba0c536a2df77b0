//! The rate of bytes over a sliding window, and the throttle time that brings it back to a quota.
//!
//! Source: `org.apache.kafka.common.metrics.stats.Rate`, `SampledStat`, and `QuotaUtils.throttleTime`.

use super::QuotaWindow;

#[derive(Clone, Copy, Debug)]
struct Sample {
    start_ms: u64,
    last_event_ms: u64,
    bytes: i64,
}

impl Sample {
    fn new(now_ms: u64) -> Sample {
        Sample { start_ms: now_ms, last_event_ms: now_ms, bytes: 0 }
    }
}

/// Bytes by samples; one more of them is kept than the window has, for the one that reaches into it.
#[derive(Clone, Debug, Default)]
pub(super) struct SlidingRate {
    samples: Vec<Sample>,
    current: usize,
}

impl SlidingRate {
    /// Counts bytes; negative ones take back what was counted.
    pub(super) fn record(&mut self, window: QuotaWindow, now_ms: u64, bytes: i64) {
        if self.samples.is_empty() {
            self.samples.push(Sample::new(now_ms));
        }
        if now_ms - self.samples[self.current].start_ms >= window.sample_ms {
            self.advance(window, now_ms);
        }
        let sample = &mut self.samples[self.current];
        sample.bytes += bytes;
        sample.last_event_ms = now_ms;
    }

    fn advance(&mut self, window: QuotaWindow, now_ms: u64) {
        self.current = (self.current + 1) % (window.samples as usize + 1);
        if self.current >= self.samples.len() {
            self.samples.push(Sample::new(now_ms));
        } else {
            self.samples[self.current] = Sample::new(now_ms);
        }
    }

    /// Bytes in the window, and its length: until it is full, samples without bytes are taken to have been before.
    fn measure(&mut self, window: QuotaWindow, now_ms: u64) -> (i64, u64) {
        let expires_after = window.samples * window.sample_ms;
        for sample in &mut self.samples {
            if now_ms - sample.last_event_ms >= expires_after {
                *sample = Sample::new(now_ms);
            }
        }
        let oldest_ms = self.samples.iter().map(|sample| sample.start_ms).min().unwrap_or(now_ms);
        let elapsed_ms = now_ms - oldest_ms;
        let missing = (window.samples - 1).saturating_sub(elapsed_ms / window.sample_ms);
        let bytes = self.samples.iter().map(|sample| sample.bytes).sum();
        (bytes, elapsed_ms + missing * window.sample_ms)
    }

    /// Counts bytes; how long nothing more may come until the rate is down at the quota.
    pub(super) fn throttle_ms(
        &mut self,
        window: QuotaWindow,
        now_ms: u64,
        bytes: i64,
        bytes_per_s: i64,
    ) -> u64 {
        self.record(window, now_ms, bytes);
        let (bytes, window_ms) = self.measure(window, now_ms);
        let quota = bytes_per_s as f64;
        let observed = bytes as f64 / (window_ms as f64 / 1000.0);
        if observed <= quota {
            return 0;
        }
        ((observed - quota) / quota * window_ms as f64 + 0.5).floor() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: QuotaWindow = QuotaWindow { samples: 11, sample_ms: 1000 };

    /// The numbers of Kafka's own `ClientQuotaManagerTest.testQuotaViolation`.
    #[test]
    fn a_spike_is_throttled_as_long_as_kafka_says() {
        let mut rate = SlidingRate::default();
        let mut now_ms = 5_000;
        for _ in 0..10 {
            assert_eq!(rate.throttle_ms(WINDOW, now_ms, 400, 500), 0);
            now_ms += 1000;
        }
        now_ms += 500;
        assert_eq!(rate.throttle_ms(WINDOW, now_ms, 2300, 500), 2100);
        now_ms += 2100;
        for _ in 0..10 {
            rate.throttle_ms(WINDOW, now_ms, 400, 500);
            now_ms += 1000;
        }
        assert_eq!(rate.throttle_ms(WINDOW, now_ms, 0, 500), 0, "the spike has left the window");
    }

    /// With `samples - 1` full samples taken as before: `RateTest.testRateWithNoPriorAvailableSamples`.
    #[test]
    fn the_first_window_counts_samples_that_never_were() {
        let mut rate = SlidingRate::default();
        rate.record(WINDOW, 0, 5000);
        assert_eq!(rate.measure(WINDOW, 999), (5000, 10_999));
        assert_eq!(SlidingRate::default().throttle_ms(WINDOW, 0, 5001, 500), 2);
        assert_eq!(SlidingRate::default().throttle_ms(WINDOW, 0, 5000, 500), 0);
    }

    #[test]
    fn what_is_taken_back_does_not_count() {
        let mut rate = SlidingRate::default();
        rate.record(WINDOW, 0, 10_000);
        rate.record(WINDOW, 10, -10_000);
        assert_eq!(rate.throttle_ms(WINDOW, 20, 4000, 500), 0);
    }
}
