//! What a producer's application sends: how often, how much and with which keys.

mod application;

use crate::model::Nanos;
use crate::protocol::producer::RecordTarget;
use crate::scenario::{Keys, ProducerSpec};
use crate::sim::clock::BOOT;
use crate::sim::rng::Rng;
use crate::sim::topics::Topics;

/// The application hands records in at most this often; faster ones come several at a time.
const TICK: Nanos = 1_000_000;

/// Keys of a Zipf workload.
const ZIPF_KEYS: usize = 1000;

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
    /// Time between two records; 0 is no steady rate.
    interval: Nanos,
    next_at: Nanos,
    until: Option<Nanos>,
    left: Option<u64>,
    keys: Keys,
    fixed: Option<RecordTarget>,
    /// Cumulated weights of Zipf's keys.
    zipf: Vec<u64>,
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
            interval: interval(spec.records_per_s),
            next_at: BOOT + spec.from.0,
            until: spec.until.map(|until| BOOT + until.0),
            left: spec.records,
            keys: spec.keys,
            fixed,
            zipf: if spec.keys == Keys::Zipf { zipf_weights() } else { Vec::new() },
            rng,
            queued: false,
        }
    }

    /// Another rate or size from now on.
    pub(super) fn change(&mut self, records_per_s: Option<f64>, record_bytes: Option<u32>) {
        self.interval = records_per_s.map_or(self.interval, interval);
        self.record_bytes = record_bytes.unwrap_or(self.record_bytes);
    }

    /// The process is gone: nothing is waited for.
    pub(super) fn settle(&mut self) {
        (self.in_turn, self.waiting_for, self.blocked) = (0, 0, false);
    }

    pub(super) fn set_keys(&mut self, keys: Keys) {
        self.keys = keys;
    }

    /// Where the next record goes.
    pub(super) fn target(&mut self) -> RecordTarget {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        match self.keys {
            Keys::None => RecordTarget::NoKey,
            Keys::Uniform => RecordTarget::Key(self.rng.next_u64() as u32),
            Keys::Celebrity if self.rng.below(2) == 0 => RecordTarget::Key(0x9e37_79b9),
            Keys::Celebrity => RecordTarget::Key(self.rng.next_u64() as u32),
            Keys::Zipf => {
                let drawn = self.rng.below(self.zipf.last().copied().unwrap_or(1));
                let rank = self.zipf.partition_point(|weight| *weight <= drawn) as u32;
                RecordTarget::Key(rank.wrapping_mul(0x9e37_79b9))
            }
        }
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

    /// When to hand in next.
    fn next(&self, now: Nanos) -> Option<Nanos> {
        let over = self.interval == 0 || self.left == Some(0) || self.until.is_some_and(|until| now >= until);
        (!over).then(|| self.next_at.max(now + TICK.min(self.interval)))
    }
}

fn interval(records_per_s: f64) -> Nanos {
    if records_per_s <= 0.0 { 0 } else { ((1e9 / records_per_s) as Nanos).max(1) }
}

fn zipf_weights() -> Vec<u64> {
    let mut sum = 0;
    (1..=ZIPF_KEYS as u64)
        .map(|rank| {
            sum += 1_000_000_000 / rank;
            sum
        })
        .collect()
}
