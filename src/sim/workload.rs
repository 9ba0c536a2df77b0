//! What a producer's application sends: how often, how much and with which keys.

mod application;

use crate::model::{KeySpread, Keys, Nanos};
use crate::protocol::producer::{RecordKey, RecordTarget};
use crate::scenario::ProducerSpec;
use crate::sim::clock::BOOT;
use crate::sim::rng::Rng;
use crate::sim::topics::Topics;
use std::sync::Arc;

/// The application hands records in at most this often; faster ones come several at a time.
const TICK: Nanos = 1_000_000;

/// Records handed in at one instant are spread over at most so many keys.
const KEYS_A_TICK: u32 = 16;

#[derive(Clone, Debug)]
pub(super) struct Workload {
    pub(super) record_bytes: u32,
    pub(super) resend: bool,
    /// `send()` blocks.
    pub(super) blocked: bool,
    /// Records to send one after the other, and how many of those are not settled.
    pub(super) in_turn: u32,
    pub(super) waiting_for: u32,
    records_per_s: f64,
    /// How many times as much a greedy application hands in.
    times: u32,
    /// Time between two records; 0 is no steady rate.
    interval: Nanos,
    next_at: Nanos,
    until: Option<Nanos>,
    left: Option<u64>,
    keys: KeySpread,
    /// The share of the records that have no value.
    tombstone_share: f64,
    fixed: Option<RecordTarget>,
    /// Cumulated weights of Zipf's keys.
    zipf: Arc<[u64]>,
    rng: Rng,
    queued: bool,
}

impl Workload {
    /// The workload of a producer.
    pub(super) fn of(spec: &ProducerSpec, topics: &Topics, rng: Rng) -> Self {
        let fixed = spec.partition.and_then(|number| {
            let (_, topic) = topics.named(&spec.topic)?;
            topic.partitions.get(number as usize).map(|ix| RecordTarget::Partition(*ix))
        });
        Workload {
            record_bytes: spec.record_bytes,
            resend: spec.resend,
            blocked: false,
            in_turn: 0,
            waiting_for: 0,
            records_per_s: spec.records_per_s,
            times: 1,
            interval: interval(spec.records_per_s),
            next_at: BOOT + spec.from.0,
            until: spec.until.map(|until| BOOT + until.0),
            left: spec.records,
            keys: spec.key_spread(),
            tombstone_share: spec.tombstone_share,
            fixed,
            zipf: zipf_weights(&spec.key_spread()),
            rng,
            queued: false,
        }
    }

    /// Another rate or size from now on.
    pub(super) fn change(&mut self, records_per_s: Option<f64>, record_bytes: Option<u32>) {
        self.records_per_s = records_per_s.unwrap_or(self.records_per_s);
        self.interval = interval(self.records_per_s * f64::from(self.times));
        self.record_bytes = record_bytes.unwrap_or(self.record_bytes);
    }

    /// So many times as much from now on.
    pub(super) fn hand_in_times(&mut self, times: u32) {
        self.times = times;
        self.change(None, None);
    }

    /// The process is gone: nothing is waited for.
    pub(super) fn settle(&mut self) {
        (self.in_turn, self.waiting_for, self.blocked) = (0, 0, false);
    }

    /// Other keys from now on.
    pub(super) fn set_keys(&mut self, keys: KeySpread) {
        if self.keys != keys {
            (self.keys, self.zipf) = (keys, zipf_weights(&keys));
        }
    }

    /// Another share of records without a value from now on.
    pub(super) fn set_tombstone_share(&mut self, share: f64) {
        self.tombstone_share = share;
    }

    /// Whether the next record that has a key has no value.
    pub(super) fn is_tombstone(&mut self) -> bool {
        const PARTS: u64 = 1_000_000_000;
        // Nothing is drawn where nothing is deleted: such runs are what they were.
        self.tombstone_share > 0.0 && self.rng.below(PARTS) < (self.tombstone_share * PARTS as f64) as u64
    }

    /// Where the next record goes.
    pub(super) fn target(&mut self) -> RecordTarget {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        match self.keys.keys {
            Keys::None => RecordTarget::NoKey,
            Keys::Uniform => RecordTarget::Key(self.any_key_from(0)),
            Keys::Zipf => {
                let drawn = self.rng.below(self.zipf.last().copied().unwrap_or(1));
                let rank = self.zipf.partition_point(|weight| *weight <= drawn);
                RecordTarget::Key(RecordKey::Numbered(rank as u32))
            }
            Keys::Celebrity => RecordTarget::Key(self.celebrity_or_other()),
        }
    }

    /// Any of the keys from this one on, or one that never comes again.
    fn any_key_from(&mut self, first: u32) -> RecordKey {
        match u64::from(self.keys.key_count).checked_sub(u64::from(first)) {
            Some(0) if first > 0 => RecordKey::Numbered(0),
            Some(count) if count > 0 => RecordKey::Numbered(first + self.rng.below(count) as u32),
            _ => RecordKey::Once(self.rng.next_u64() as u32),
        }
    }

    /// The celebrity is key 0.
    fn celebrity_or_other(&mut self) -> RecordKey {
        const PARTS: u64 = 1_000_000_000;
        let share = (self.keys.celebrity_share * PARTS as f64) as u64;
        if self.rng.below(PARTS) < share { RecordKey::Numbered(0) } else { self.any_key_from(1) }
    }

    /// How many records are due now; the next time is set.
    fn due(&mut self, now: Nanos) -> u32 {
        if self.interval == 0 || now < self.next_at || self.until.is_some_and(|until| now >= until) {
            return 0;
        }
        let count = (now - self.next_at) / self.interval + 1;
        self.next_at += count * self.interval;
        let count = self.left.map_or(count, |left| count.min(left));
        self.left = self.left.map(|left| left - count);
        count as u32
    }

    /// Whether the application is at its `send()`: it hands records in, or waits for the one that it handed in last.
    pub(super) fn hands_in(&self, now: Nanos) -> bool {
        let is_steady =
            self.next(now).is_some() && self.next_at <= now.saturating_add(self.interval.max(TICK));
        let in_turn = self.in_turn > 0 || self.waiting_for > 0;
        !self.blocked && (is_steady || in_turn)
    }

    /// Whether an application with a rate has nothing more to hand in.
    fn is_over(&self, now: Nanos) -> bool {
        self.interval > 0 && self.next(now).is_none()
    }

    /// When to hand in next.
    fn next(&self, now: Nanos) -> Option<Nanos> {
        let over = self.interval == 0 || self.left == Some(0) || self.until.is_some_and(|until| now >= until);
        (!over).then(|| self.next_at.max(now + TICK.min(self.interval)))
    }
}

fn interval(records_per_s: f64) -> Nanos {
    if records_per_s <= 0.0 { 0 } else { ((1e9 / records_per_s) as Nanos).max(1) }
}

/// Whole numbers: what is drawn must be the same on every machine.
fn zipf_weights(spread: &KeySpread) -> Arc<[u64]> {
    if spread.keys != Keys::Zipf {
        return Arc::default();
    }
    let mut sum = 0;
    let weights = (1..=spread.recurring()).map(|rank| {
        sum += ((spread.zipf_weight(rank) * 1e9) as u64).max(1);
        sum
    });
    weights.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sim::rng::Rng;
    use proptest::prelude::*;

    fn drawn(spread: KeySpread, seed: u64, count: usize) -> Vec<RecordTarget> {
        let spec = Scenario::reference().producers.remove(0);
        let spec = ProducerSpec {
            keys: spread.keys,
            key_count: spread.key_count,
            zipf_exponent: spread.zipf_exponent,
            celebrity_share: spread.celebrity_share,
            ..spec
        };
        let mut workload = Workload::of(&spec, &Topics::default(), Rng::stream(seed, "workload", 0));
        (0..count).map(|_| workload.target()).collect()
    }

    fn spreads() -> impl Strategy<Value = KeySpread> {
        let keys = prop::sample::select(vec![Keys::None, Keys::Uniform, Keys::Zipf, Keys::Celebrity]);
        let counts = prop::sample::select(vec![0, 1, 2, 7, 1000]);
        (keys, counts, 0.0..3.0, 0.0..=1.0).prop_map(|(keys, key_count, zipf_exponent, celebrity_share)| {
            KeySpread { keys, key_count, zipf_exponent, celebrity_share }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// Each key comes as often as the figures take it to, within six standard deviations.
        #[test]
        fn the_same_seed_draws_the_same_keys_as_often_as_told(spread in spreads(), seed in any::<u64>()) {
            const COUNT: usize = 4000;
            let keys = drawn(spread, seed, COUNT);
            prop_assert_eq!(&keys, &drawn(spread, seed, COUNT));
            let shares = spread.shares();
            let mut seen = vec![0_u32; shares.len()];
            for key in keys {
                match key {
                    RecordTarget::Key(RecordKey::Numbered(number)) => seen[number as usize] += 1,
                    RecordTarget::NoKey => prop_assert_eq!(spread.keys, Keys::None),
                    _ => prop_assert_eq!(spread.key_count, 0),
                }
            }
            for (share, seen) in shares.iter().zip(&seen) {
                let expected = share * COUNT as f64;
                let deviation = (expected * (1.0 - share)).max(0.0).sqrt();
                let off = (f64::from(*seen) - expected).abs();
                prop_assert!(off <= 6.0 * deviation + 4.0, "{} of {}", seen, expected);
            }
        }
    }

    /// What was drawn before keys could come again: whoever kept a run's hash compares it later.
    #[test]
    fn keys_that_never_come_again_are_drawn_as_they_were() {
        let spread =
            KeySpread { keys: Keys::Uniform, key_count: 0, zipf_exponent: 1.0, celebrity_share: 0.5 };
        let mut rng = Rng::stream(3, "workload", 0);
        let plain: Vec<_> =
            (0..5).map(|_| RecordTarget::Key(RecordKey::Once(rng.next_u64() as u32))).collect();
        assert_eq!(drawn(spread, 3, 5), plain);
    }
}
