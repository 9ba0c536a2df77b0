//! The log against a plain list of records.

use super::*;
use proptest::prelude::*;

fn batch(producer: u32, first: u64, count: u32, bytes: u32) -> Batch {
    Batch {
        base_offset: -1,
        records: RecordRange { producer, first, count },
        bytes,
        leader_epoch: -1,
        producer_id: i64::from(producer),
        producer_epoch: 0,
        base_sequence: first as i32,
        created_at: first,
        max_timestamp: first as i64,
        kind: Default::default(),
    }
}

/// One record: epoch, producer, number, sequence.
type Record = (LeaderEpoch, u32, u64, i32);

fn records(batch: &Batch) -> impl Iterator<Item = Record> + '_ {
    (0..batch.records.count).map(|nth| {
        let number = batch.records.first + u64::from(nth);
        (batch.leader_epoch, batch.records.producer, number, sequence_after(batch.base_sequence, nth))
    })
}

fn content(log: &Log, from: Offset) -> Vec<Record> {
    let mut all = Vec::new();
    let mut next = from.max(log.start());
    log.for_each_batch(from, |batch| {
        assert_eq!(batch.base_offset, next, "no gap");
        next = batch.end_offset();
        all.extend(records(&batch));
        true
    });
    assert_eq!(next, log.end());
    all
}

#[derive(Clone, Debug)]
enum Op {
    Append { producer: u32, count: u32 },
    NewEpoch,
    Truncate(u16),
    Compact(u16),
    AdvanceStart(u8),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => (0..3u32, 1..6u32).prop_map(|(producer, count)| Op::Append { producer, count }),
        1 => Just(Op::NewEpoch),
        1 => any::<u16>().prop_map(Op::Truncate),
        2 => any::<u16>().prop_map(Op::Compact),
        1 => any::<u8>().prop_map(Op::AdvanceStart),
    ];
    prop::collection::vec(op, 1..200)
}

/// What the log should be: records from `start` on.
#[derive(Default)]
struct Model {
    start: usize,
    records: Vec<Record>,
    epoch: LeaderEpoch,
    next: [u64; 3],
}

impl Model {
    fn apply(&mut self, log: &mut Log, op: &Op) {
        let end = self.records.len();
        let place = |by: u16| self.start + usize::from(by) % (end - self.start + 1);
        match *op {
            Op::Append { producer, count } => {
                let next = &mut self.next[producer as usize];
                let base = log.append_as_leader(batch(producer, *next, count, 10 * count), self.epoch);
                assert_eq!(base, end as Offset);
                let number = |nth: u32| *next + u64::from(nth);
                let record = |nth| (self.epoch, producer, number(nth), number(nth) as i32);
                self.records.extend((0..count).map(record));
                *next += u64::from(count);
            }
            Op::NewEpoch => {
                self.epoch += 1;
                log.assign_epoch_start(self.epoch);
            }
            Op::Truncate(by) => {
                let place = place(by);
                self.records.truncate(place);
                log.truncate_to(place as Offset);
            }
            Op::Compact(by) => log.merge_below(place(by) as Offset),
            Op::AdvanceStart(by) => {
                self.start = place(u16::from(by) % 8);
                log.advance_start(self.start as Offset);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_log_is_its_records(ops in ops(), from in any::<u16>()) {
        let (mut log, mut model) = (Log::default(), Model::default());
        for op in &ops {
            model.apply(&mut log, op);
            let entries = log.epochs().entries();
            prop_assert!(entries.windows(2).all(|two| two[0].epoch < two[1].epoch && two[0].start < two[1].start));
        }
        prop_assert_eq!((log.start(), log.end()), (model.start as Offset, model.records.len() as Offset));
        let from = model.start + usize::from(from) % (model.records.len() - model.start + 1);
        prop_assert_eq!(content(&log, from as Offset), &model.records[from..]);
        for (offset, record) in model.records.iter().enumerate().skip(model.start) {
            prop_assert_eq!(log.epochs().epoch_at(offset as Offset), Some(record.0));
        }
    }

    #[test]
    fn ranges_say_the_same_as_batches(ops in ops()) {
        let (mut log, mut model) = (Log::default(), Model::default());
        ops.iter().for_each(|op| model.apply(&mut log, op));
        let mut ranges = Vec::new();
        log.for_each_range(0, |_, epoch, range| {
            ranges.extend((0..range.count).map(|nth| (epoch, range.producer, range.first + u64::from(nth))));
            true
        });
        let content: Vec<_> = content(&log, 0).iter().map(|record| (record.0, record.1, record.2)).collect();
        prop_assert_eq!(ranges, content);
    }

    #[test]
    fn the_first_difference_is_found(ops in ops(), cut in any::<u16>(), compact in any::<u16>()) {
        let (mut log, mut model) = (Log::default(), Model::default());
        ops.iter().for_each(|op| model.apply(&mut log, op));
        let mut other = log.clone();
        other.merge_below(Offset::from(compact) % (log.end() + 1));
        prop_assert_eq!(log.first_difference(&other, 0, log.end()), None);
        let cut = log.start() + Offset::from(cut) % (log.end() - log.start() + 1);
        other.truncate_to(cut);
        other.append_as_leader(batch(9, 0, 3, 30), model.epoch + 1);
        let expected = (cut < log.end()).then_some(cut);
        prop_assert_eq!(log.first_difference(&other, 0, log.end().min(other.end())), expected);
    }

    #[test]
    fn a_read_is_whole_batches_within_its_limits(ops in ops(), upto in any::<u16>(), max in 1..200u32) {
        let (mut log, mut model) = (Log::default(), Model::default());
        ops.iter().for_each(|op| model.apply(&mut log, op));
        let upto = log.start() + Offset::from(upto) % (log.end() - log.start() + 1);
        let mut out = Vec::new();
        log.read(log.start(), upto, max, &Intervals::default(), &mut out);
        prop_assert!(out.iter().all(|batch| batch.end_offset() <= upto));
        let bytes: u32 = out.iter().map(|batch| batch.bytes.max(1)).sum();
        prop_assert!(out.len() <= 1 || bytes <= max);
    }
}

#[test]
fn one_producer_costs_no_memory_and_two_cost_two_bytes_a_batch() {
    for (producers, most) in [(1u32, 1), (2, 3)] {
        let mut log = Log::default();
        for nth in 0..10_000u64 {
            let producer = (nth % u64::from(producers)) as u32;
            log.append_as_leader(batch(producer, nth / u64::from(producers) * 7, 7, 700), 4);
            log.merge_below(log.end() - 70);
        }
        assert!(log.pieces() <= 10 + most, "{} pieces", log.pieces());
        let mut out = Vec::new();
        log.read(700, 1400, u32::MAX, &Intervals::default(), &mut out);
        assert!(out.len() == 100 && out.iter().all(|batch| (batch.records.count, batch.bytes) == (7, 700)));
    }
}

#[test]
fn a_follower_takes_nothing_beyond_its_own_leader_epoch() {
    let mut leader = Log::default();
    for epoch in [1, 1, 2, 3] {
        leader.append_as_leader(batch(0, leader.end() as u64, 2, 20), epoch);
    }
    let (mut fetched, mut follower) = (Vec::new(), Log::default());
    leader.read(0, leader.end(), u32::MAX, &Intervals::default(), &mut fetched);
    assert_eq!(follower.append_as_follower(&fetched, 2), 3);
    assert_eq!(follower.append_as_follower(&fetched, 2), 0, "does not follow on the log");
    assert_eq!((follower.end(), follower.latest_epoch()), (6, 2));
}
