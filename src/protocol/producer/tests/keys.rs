//! Records with a key go where the hash of its bytes says, whatever is in the producer's way, and are told of in order.

use super::rig::{MS, Rig, settings};
use crate::model::{BrokerId, PartitionIx};
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::{ProducerInput, RecordKey, RecordTarget};
use proptest::prelude::*;

/// `Utils.toPositive(Utils.murmur2(bytes))` step by step as Kafka's source has it, in Java's signed numbers.
fn java_hash(key: &str) -> u32 {
    let (data, m) = (key.as_bytes(), 0x5bd1_e995_i32);
    let byte = |at: usize| i32::from(data[at]);
    let shifted = |number: i32, by: u32| ((number as u32) >> by) as i32;
    let mut h = (0x9747_b28c_u32 as i32) ^ data.len() as i32;
    for at in (0..data.len() / 4).map(|word| word * 4) {
        let mut k = byte(at) + (byte(at + 1) << 8) + (byte(at + 2) << 16) + (byte(at + 3) << 24);
        k = k.wrapping_mul(m);
        k = (k ^ shifted(k, 24)).wrapping_mul(m);
        h = h.wrapping_mul(m) ^ k;
    }
    let rest = data.len() & !3;
    for at in (rest..data.len()).rev() {
        h ^= byte(at) << (8 * (at - rest));
    }
    h = if rest < data.len() { h.wrapping_mul(m) } else { h };
    h = (h ^ shifted(h, 13)).wrapping_mul(m);
    ((h ^ shifted(h, 15)) & 0x7fff_ffff) as u32
}

/// `rd_crc32` by its definition: the remainder of a division, bit by bit from the front.
fn crc_hash(key: &str) -> u32 {
    let bits = key.bytes().flat_map(|byte| (0..8).map(move |at| u32::from(byte >> at & 1)));
    let remainder = bits.fold(u32::MAX, |left: u32, bit| {
        let carry = (left >> 31) ^ bit;
        (left << 1) ^ (0x04c1_1db7 * carry)
    });
    !remainder.reverse_bits()
}

fn leaders(count: u32) -> Vec<PartitionLeader> {
    let leader = |ix| PartitionLeader {
        partition: PartitionIx(ix),
        leader: Some(BrokerId(1)),
        leader_rack: None,
        leader_epoch: 0,
    };
    (0..count).map(leader).collect()
}

#[test]
fn a_key_goes_to_the_partition_of_its_hash() {
    for (partitioner, place) in [("murmur2_random", 0), ("consistent_random", 2)] {
        let mut rig = Rig::new(settings(&[("partitioner", partitioner)]), 12);
        let key = RecordKey::Numbered(1);
        rig.send_to(RecordTarget::Key(key), 1, 10);
        rig.run_until(50 * MS);
        let oracle = if partitioner.starts_with("murmur2") { java_hash("key-1") } else { crc_hash("key-1") };
        assert_eq!((rig.acked[0].0.0, oracle % 12), (place, place), "{partitioner}");
    }
}

#[test]
fn partitioners_that_know_no_keys_spread_a_key_over_partitions() {
    let places = |key: &str, value: &str| {
        let mut rig = Rig::new(settings(&[(key, value), ("batch.size", "100")]), 4);
        for _ in 0..40 {
            rig.send_to(RecordTarget::Key(RecordKey::Numbered(1)), 1, 90);
            rig.run_until(rig.now + 20 * MS);
        }
        let mut places: Vec<u32> = rig.accepted.iter().map(|(partition, ..)| partition.0).collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    };
    assert_eq!(places("acks", "all"), 1);
    assert_eq!(places("partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner"), 4);
    assert_eq!(places("partitioner.ignore.keys", "true"), 4);
    assert_eq!(places("partitioner", "random"), 4);
}

/// Without a key: one for a while, any, or that of no bytes.
#[test]
fn librdkafka_spreads_records_without_a_key_by_its_partitioner() {
    let runs = |partitioner: &str| {
        let mut rig = Rig::new(settings(&[("partitioner", partitioner)]), 7);
        for _ in 0..200 {
            rig.send_to(RecordTarget::NoKey, 1, 90);
            rig.run_until(rig.now + MS);
        }
        rig.run_until(rig.now + 100 * MS);
        (0..7).map(|partition| rig.log(partition).len()).collect::<Vec<_>>()
    };
    let (sticky, random) = (runs("consistent_random"), runs("random"));
    assert!(sticky.iter().all(|count| count % 10 == 0), "ten milliseconds each: {sticky:?}");
    assert!(random.iter().all(|count| (10..60).contains(count)), "{random:?}");
    assert_eq!(runs("consistent")[0], 200, "the CRC of nothing is 0");
    assert_eq!(runs("murmur2")[(0x106e_08d9 % 7) as usize], 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Partitions are added now and then, memory is short, and each record still goes where the hash of its key says
    /// with the partitions that the producer knew when `send()` returned.
    #[test]
    fn a_keyed_record_always_lands_where_the_hash_says(
        java in any::<bool>(),
        sends in prop::collection::vec((0..50_u32, 1..200_u32, 0..30_u64, 0..2_u32), 1..60),
    ) {
        let partitioner = if java { "murmur2_random" } else { "consistent_random" };
        let tight = [("partitioner", partitioner), ("buffer.memory", "65536"), ("max.block.ms", "20")];
        let mut rig = Rig::new(settings(&tight), 1);
        let (mut partitions, mut checked) = (1, 0);
        for (key, count, pause, more) in sends {
            rig.send_to(RecordTarget::Key(RecordKey::Numbered(key)), count, 200);
            rig.run_until(rig.now + pause * MS);
            for (partition, records, key) in &rig.accepted[checked..] {
                let text = format!("key-{key}");
                let hash = if java { java_hash(&text) } else { crc_hash(&text) };
                prop_assert_eq!(partition.0, hash % partitions, "{} of {}", text, partitions);
                prop_assert!(records.count > 0);
            }
            checked = rig.accepted.len();
            partitions += more;
            rig.leaders = leaders(partitions);
            rig.logs.resize(partitions as usize, Vec::new());
            rig.step(ProducerInput::Metadata(&leaders(partitions)));
        }
        rig.run_until(rig.now + 5_000 * MS);
        let told: u64 = rig.accepted.iter().map(|(_, records, _)| u64::from(records.count)).sum();
        prop_assert_eq!(told, (0..partitions).map(|ix| rig.producer.accepted(PartitionIx(ix))).sum::<u64>());
    }
}
