//! Whatever brokers and network do: every accepted record ends once, memory is conserved, sequences join.

use super::rig::{Fate, MS, Rig, Way, settings};
use crate::protocol::producer::sequence_after;
use crate::protocol::wire::{Batch, ErrorCode};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Ok),
        1 => Just(Fate::Refuse(ErrorCode::NotEnoughReplicas)),
        1 => Just(Fate::Refuse(ErrorCode::NotLeaderOrFollower)),
        1 => Just(Fate::AppendThen(ErrorCode::RequestTimedOut)),
        1 => Just(Fate::AppendThen(ErrorCode::NotLeaderOrFollower)),
        1 => Just(Fate::Refuse(ErrorCode::InvalidRequest)),
        1 => Just(Fate::Refuse(ErrorCode::MessageTooLarge)),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![
        6 => Just(Way::Ok),
        1 => Just(Way::LostRequest),
        1 => Just(Way::LostAnswer),
        1 => Just(Way::Broken),
    ]
}

/// Sends to two partitions: which one, how many, how long until the next.
fn sends() -> impl Strategy<Value = Vec<(u32, u32, u64)>> {
    prop::collection::vec((0..2u32, 1..120u32, 0..700u64), 1..40)
}

fn run(
    idempotent: bool,
    in_flight: &str,
    fates: Vec<Fate>,
    ways: Vec<Way>,
    sends: &[(u32, u32, u64)],
) -> Rig {
    let changes = [
        ("enable.idempotence", if idempotent { "true" } else { "false" }),
        ("max.in.flight.requests.per.connection", in_flight),
        ("request.timeout.ms", "1000"),
        ("delivery.timeout.ms", "4000"),
        ("buffer.memory", "131072"),
        ("max.block.ms", "300"),
    ];
    let mut rig = Rig::new(settings(&changes), 2);
    // A broker that never heard of a producer takes any sequence: let it hear first.
    rig.send(0, 1);
    rig.send(1, 1);
    rig.run_until(rig.now + 100 * MS);
    (rig.fates, rig.ways) = (fates.into(), ways.into());
    for (partition, count, pause) in sends {
        rig.send(*partition, *count);
        let pending: u64 = rig.producer.pending().map(|(_, records)| u64::from(records.count)).sum();
        let counts = rig.producer.counts();
        let accepted = accepted(&rig).iter().sum::<u64>();
        assert_eq!(accepted, pending + counts.acked + counts.failed);
        assert!(rig.producer.buffered_bytes() <= 131_072);
        rig.run_until(rig.now + pause * MS);
    }
    rig.run_until(rig.now + 120_000 * MS);
    rig
}

fn accepted(rig: &Rig) -> [u64; 2] {
    [0, 1].map(|p| rig.producer.accepted(crate::model::PartitionIx(p)))
}

/// Each accepted record exactly once among the acknowledged and the failed, nothing left.
fn ends_once(rig: &Rig) {
    let ended = rig.acked.iter().map(|(p, records)| (*p, *records));
    let ended = ended.chain(rig.failed.iter().map(|(p, records, ..)| (*p, *records)));
    let mut numbers: Vec<(u32, u64)> = Vec::new();
    for (partition, records) in ended {
        numbers.extend((records.first..records.first + u64::from(records.count)).map(|n| (partition.0, n)));
    }
    numbers.sort_unstable();
    let expected: Vec<(u32, u64)> = accepted(rig)
        .iter()
        .enumerate()
        .flat_map(|(p, count)| (0..*count).map(move |n| (p as u32, n)))
        .collect();
    assert_eq!(numbers, expected);
    assert_eq!((rig.producer.buffered_bytes(), rig.producer.in_flight()), (0, 0));
}

/// Within an epoch a log's sequences follow one another from 0 on.
fn sequences_join(log: &[Batch]) {
    let mut next: BTreeMap<(i64, i16), i32> = BTreeMap::new();
    for batch in log {
        let expected = next.entry((batch.producer_id, batch.producer_epoch)).or_insert(batch.base_sequence);
        assert_eq!(batch.base_sequence, *expected);
        *expected = sequence_after(*expected, batch.records.count);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn plain_producers_end_every_record_once(
        fates in prop::collection::vec(fate(), 0..60),
        ways in prop::collection::vec(way(), 0..60),
        sends in sends(),
        in_flight in prop_oneof![Just("1"), Just("2"), Just("5")],
    ) {
        let rig = run(false, in_flight, fates, ways, &sends);
        ends_once(&rig);
        prop_assert!(rig.most_in_flight <= in_flight.parse().unwrap());
    }

    #[test]
    fn idempotent_producers_also_keep_sequences(
        fates in prop::collection::vec(fate(), 0..60),
        ways in prop::collection::vec(way(), 0..60),
        sends in sends(),
    ) {
        let rig = run(true, "5", fates, ways, &sends);
        ends_once(&rig);
        prop_assert!(rig.most_in_flight <= 5);
        rig.logs.iter().for_each(|log| sequences_join(log));
    }

    /// Without an error that ends a batch early there is one session: no duplicates, no reordering.
    #[test]
    fn retriable_errors_alone_neither_duplicate_nor_reorder_an_idempotent_producer(
        fates in prop::collection::vec(prop_oneof![
            3 => Just(Fate::Ok),
            1 => Just(Fate::Refuse(ErrorCode::NotEnoughReplicas)),
            1 => Just(Fate::AppendThen(ErrorCode::RequestTimedOut)),
        ], 0..12),
        sends in sends(),
    ) {
        let rig = run(true, "5", fates, Vec::new(), &sends);
        if rig.failed.is_empty() && rig.rejected == 0 {
            for p in 0..2 {
                prop_assert_eq!(rig.log(p), (0..accepted(&rig)[p]).collect::<Vec<_>>());
            }
        }
    }

    /// One in flight keeps the order of a partition without idempotence too, as long as nothing is split.
    #[test]
    fn one_in_flight_keeps_the_order(
        fates in prop::collection::vec(prop_oneof![
            3 => Just(Fate::Ok),
            1 => Just(Fate::Refuse(ErrorCode::NotEnoughReplicas)),
        ], 0..12),
        sends in sends(),
    ) {
        let rig = run(false, "1", fates, Vec::new(), &sends);
        for p in 0..2 {
            prop_assert!(rig.log(p).is_sorted());
        }
    }
}
