//! Latencies in buckets of at most 3 % width, with whole numbers only.

use crate::model::Nanos;

/// Sub-buckets of each power of two, as a power of two.
const FINE: u32 = 5;

/// Durations that lie evenly are counted at so many points.
const POINTS: u64 = 16;

/// Counts by duration; every bucket is 1/32 of its power of two wide.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: Nanos,
}

impl Histogram {
    /// Counts a duration so many times.
    pub(crate) fn add(&mut self, nanos: Nanos, times: u64) {
        let bucket = bucket_of(nanos);
        if bucket >= self.buckets.len() {
            self.buckets.resize(bucket + 1, 0);
        }
        self.buckets[bucket] += times;
        self.count += times;
        self.max = self.max.max(nanos);
    }

    /// Counts so many durations that lie evenly from `low` to `high`, both among them.
    pub(crate) fn add_evenly(&mut self, low: Nanos, high: Nanos, times: u64) {
        let points = times.min(POINTS);
        if points < 2 || bucket_of(low) == bucket_of(high) {
            return self.add(low / 2 + high / 2, times);
        }
        let span = high.saturating_sub(low);
        for at in 0..points {
            let share = times * (at + 1) / points - times * at / points;
            self.add(low + span * at / (points - 1), share);
        }
    }

    /// The duration that `permille` of all do not exceed, to within the width of a bucket.
    pub(crate) fn quantile(&self, permille: u64) -> Option<Nanos> {
        let rank = (self.count * permille).div_ceil(1000).max(1);
        let mut seen = 0;
        if permille >= 1000 && self.count > 0 {
            return Some(self.max);
        }
        let at = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(middle_of(at).min(self.max))
    }
}

fn bucket_of(nanos: Nanos) -> usize {
    let bits = 64 - nanos.leading_zeros();
    if bits <= FINE + 1 {
        return nanos as usize;
    }
    let shift = bits - FINE - 1;
    ((shift as usize) << FINE) + (nanos >> shift) as usize
}

fn middle_of(bucket: usize) -> Nanos {
    let fine = 1usize << FINE;
    if bucket < 2 * fine {
        return bucket as Nanos;
    }
    let shift = (bucket >> FINE) - 1;
    let top = bucket - (shift << FINE);
    ((top as Nanos) << shift) + (1 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_is_within_three_percent_of_its_bucket() {
        for nanos in (0..64).map(|shift| (1u64 << shift) + (1u64 << shift) / 3) {
            let middle = middle_of(bucket_of(nanos));
            assert!(middle.abs_diff(nanos) <= nanos / 32 + 1, "{nanos} is in the bucket of {middle}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_list() {
        let mut histogram = Histogram::default();
        (1..=1000u64).for_each(|ms| histogram.add(ms * 1_000_000, 1));
        let near = |permille, ms: u64| {
            let found = histogram.quantile(permille).unwrap();
            assert!(found.abs_diff(ms * 1_000_000) <= ms * 1_000_000 / 32, "{found} is not {ms} ms");
        };
        near(500, 500);
        near(990, 990);
        assert_eq!(histogram.quantile(1000), Some(1_000_000_000));
        assert_eq!(Histogram::default().quantile(500), None);
    }
}
