//! What keys do to partitions: how much the largest one gets, and how many keys move when partitions are added.

use crate::consequences::context::AssessmentContext;
use crate::consequences::estimate::format_significant;
use crate::consequences::figure::Derivation;
use crate::consequences::traffic::Flows;
use crate::consequences::wording::digits;
use crate::consequences::{Estimate, Figure, Quantity, Unit};
use crate::knobs::{load, topic};
use crate::model::{ClientProfile, KafkaVersion, KeySpread, Keys};
use crate::protocol::producer::{Partitioner, ProducerSettings, RecordKey, foreign_partitioner};

/// Keys that are hashed one by one, the most frequent first; what is left is taken to be spread evenly.
const HASHED_KEYS: usize = 10_000;

/// The share of keys, from 0 to 1, that go to another partition after `before` partitions became `after`.
///
/// A key stays where its hash has the same remainder for both: as many of each `lcm(before, after)` hashes in a row as
/// the smaller number is.
pub fn keys_moved(before: u32, after: u32) -> f64 {
    let (before, after) = (u64::from(before.max(1)), u64::from(after.max(1)));
    let common = before / greatest_common_divisor(before, after) * after;
    1.0 - before.min(after) as f64 / common as f64
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// How a producer's records lie over partitions, whatever their number.
struct SpreadOfKeys {
    /// The most frequent keys, by hash, with the share of the records of each.
    hashed: Vec<(u32, f64)>,
    /// The hash of all records without a key, where they go to one partition.
    keyless: Option<u32>,
    /// What goes evenly to all partitions.
    even: f64,
}

impl SpreadOfKeys {
    fn of(spread: &KeySpread, producer: &ClientProfile) -> SpreadOfKeys {
        let settings = ProducerSettings::of(producer);
        let hashed: Vec<(u32, f64)> = settings.key_hash.map_or_else(Vec::new, |by| {
            let shares = (0..).zip(spread.shares()).take(HASHED_KEYS);
            shares.map(|(number, share)| (RecordKey::Numbered(number).hash(by), share)).collect()
        });
        let left = 1.0 - hashed.iter().map(|(_, share)| share).sum::<f64>();
        let keyless = match settings.partitioner {
            Partitioner::EmptyKey(by) if spread.keys == Keys::None => Some(by.of(&[])),
            _ => None,
        };
        SpreadOfKeys { hashed, keyless, even: left.max(0.0) }
    }

    /// The share of all records that goes to each of so many partitions.
    fn shares(&self, partitions: usize) -> Vec<f64> {
        let count = partitions.max(1);
        let mut shares = vec![0.0; count];
        for (hash, share) in &self.hashed {
            shares[*hash as usize % count] += share;
        }
        match self.keyless {
            Some(hash) => shares[hash as usize % count] += self.even,
            None => shares.iter_mut().for_each(|share| *share += self.even / count as f64),
        }
        shares
    }
}

/// What the largest partition gets of the topic's records.
pub(super) fn largest_partition(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let assumed = &context.cluster.assumed;
    let spread = assumed.load.key_spread();
    let unset = ClientProfile::defaults(KafkaVersion::REFERENCE);
    let producer = assumed.producers.first().unwrap_or(&unset);
    let keys = SpreadOfKeys::of(&spread, producer);
    let value = match foreign_partitioner(producer).filter(|_| spread.keys != Keys::None) {
        Some(class) => Estimate::Unknown(format!("partitioner.class={class} is not one of Kafka's")),
        None => flows.over(|flow| {
            let shares = keys.shares(flow.partitions as usize);
            Estimate::Exact(shares.into_iter().fold(0.0, f64::max) * 100.0)
        }),
    };
    let partitions = flows.partitions();
    let headline = match &value {
        Estimate::Unknown(why) => format!("What the largest partition gets is unknown: {why}"),
        share => {
            let times = format_significant(share.high().unwrap_or(0.0) * partitions / 100.0);
            format!("The largest partition gets {} % of the records, {times} times the mean", digits(share))
        }
    };
    let formula = if keys.keyless.is_some() {
        "all: this partitioner sends every record without a key to the same partition"
    } else if spread.keys == Keys::None {
        "1 / partitions: the partitioner spreads records without a key"
    } else {
        "the most that the keys of one partition have together, by their hash modulo the partitions"
    };
    let why = Derivation {
        formula: formula.into(),
        inputs: context.knobs.inputs(&[
            &load::KEYS,
            &load::KEY_COUNT,
            &load::ZIPF_EXPONENT,
            &load::CELEBRITY_SHARE,
            &topic::PARTITIONS,
        ]),
        assumptions: vec![
            "keys are called key-0, key-1 and so on: others fall otherwise".into(),
            "the other figures of the load take all partitions to be alike".into(),
        ],
        knob: Some("a key that splits the frequent one, such as customer and order".into()),
    };
    let value = Quantity::new(value, Unit::Percent);
    Figure::of_all("capacity.largest_partition", "Largest partition", value, headline, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn twice_as_many_partitions_move_half_of_the_keys_and_one_more_nearly_all() {
        let percent = |before, after| (keys_moved(before, after) * 1000.0).round() / 10.0;
        assert_eq!((percent(3, 6), percent(4, 12)), (50.0, 66.7), "1 - before / after for a multiple");
        assert_eq!((percent(3, 4), percent(12, 13)), (75.0, 92.3));
        assert_eq!((percent(4, 6), percent(1, 5), percent(6, 6)), (66.7, 80.0, 0.0));
    }

    proptest! {
        #[test]
        fn as_many_move_as_can_be_counted(before in 1..40_u32, after in 1..40_u32) {
            let hashes = before * after;
            let moved = (0..hashes).filter(|hash| hash % before != hash % after).count();
            prop_assert!((keys_moved(before, after) - moved as f64 / f64::from(hashes)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_celebrity_takes_its_partition_along() {
        let producer = ClientProfile::defaults(KafkaVersion::REFERENCE);
        let spread =
            KeySpread { keys: Keys::Celebrity, key_count: 0, zipf_exponent: 1.0, celebrity_share: 0.7 };
        let shares = SpreadOfKeys::of(&spread, &producer).shares(6);
        let rounded: Vec<f64> = shares.iter().map(|share| (share * 100.0).round() / 100.0).collect();
        assert_eq!(rounded, [0.05, 0.75, 0.05, 0.05, 0.05, 0.05], "murmur2 of key-0 modulo 6 is 1");
        let mut ignoring = producer.clone();
        ignoring.settings.insert("partitioner.ignore.keys".into(), "true".into());
        assert!(
            SpreadOfKeys::of(&spread, &ignoring).shares(4).iter().all(|share| (share - 0.25).abs() < 1e-9)
        );
        let even = KeySpread { keys: Keys::Uniform, ..spread };
        assert!(SpreadOfKeys::of(&even, &producer).shares(4).iter().all(|share| (share - 0.25).abs() < 1e-9));
    }

    #[test]
    fn librdkafkas_clients_hash_as_librdkafka_does_and_a_class_of_somebody_elses_is_not_known() {
        let java = ClientProfile::defaults(KafkaVersion::REFERENCE);
        let mut c = java.clone();
        c.library_defaults.insert("partitioner.class".into(), "librdkafka.consistent_random".into());
        let spread =
            KeySpread { keys: Keys::Uniform, key_count: 3, zipf_exponent: 1.0, celebrity_share: 0.5 };
        assert_ne!(SpreadOfKeys::of(&spread, &java).hashed, SpreadOfKeys::of(&spread, &c).hashed);
        c.settings.insert("partitioner.class".into(), "librdkafka.consistent".into());
        let without = KeySpread { keys: Keys::None, ..spread };
        let largest = SpreadOfKeys::of(&without, &c).shares(6).into_iter().fold(0.0, f64::max);
        assert_eq!(largest, 1.0, "without a key all go to the partition of an empty one");
        assert_eq!((foreign_partitioner(&java), foreign_partitioner(&c)), (None, None));
        c.settings.insert("partitioner.class".into(), "com.acme.Mine".into());
        assert_eq!(foreign_partitioner(&c), Some("com.acme.Mine"));
    }
}
