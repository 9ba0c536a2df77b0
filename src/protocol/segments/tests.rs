//! Segments against a plain list of appends.

use super::*;
use crate::protocol::storage::{AppendPolicy, Storage};
use crate::protocol::wire::RecordRange;
use proptest::prelude::*;

const SECOND: Nanos = 1_000_000_000;
const BY_TIME: SegmentDeletionReason = SegmentDeletionReason::RetentionMsBreach;
const BY_SIZE: SegmentDeletionReason = SegmentDeletionReason::RetentionSizeBreach;

fn batch(first: u64, bytes: u32, second: i64) -> Batch {
    Batch {
        base_offset: -1,
        records: RecordRange { producer: 0, first, count: 1 },
        bytes,
        leader_epoch: -1,
        producer_id: -1,
        producer_epoch: -1,
        base_sequence: -1,
        created_at: 0,
        max_timestamp: second * SECOND as i64,
        kind: Default::default(),
    }
}

fn policy(bytes: u64, seconds: Option<u64>) -> AppendPolicy {
    let roll = RollPolicy { bytes, ns: seconds.map(|seconds| seconds * SECOND) };
    AppendPolicy { flush_messages: u64::MAX, roll }
}

/// A log of records of 100 bytes, 300 to a segment, one of each of these seconds.
fn log_of(seconds: &[i64]) -> Storage {
    let mut storage = Storage::default();
    for (nth, second) in (0..).zip(seconds) {
        storage.append_as_leader(batch(nth, 100, *second), 0, policy(300, None));
    }
    storage
}

/// Deletes what is due; answers where the log starts then.
fn clean(storage: &mut Storage, reason: SegmentDeletionReason, limits: Retention, mark: Offset) -> Offset {
    let due = storage.next_deletion(100 * SECOND, mark, reason, limits);
    due.into_iter().for_each(|due| storage.delete_segments(due));
    storage.log().start()
}

fn seconds(limit: u64) -> Retention {
    Retention { ns: Some(limit * SECOND), bytes: None }
}

fn bytes(limit: u64) -> Retention {
    Retention { ns: None, bytes: Some(limit) }
}

#[test]
fn an_append_that_does_not_fit_or_is_too_late_begins_a_segment() {
    assert_eq!((log_of(&[0; 3]).segments().len(), log_of(&[0; 4]).segments().len()), (1, 2));
    let mut storage = Storage::default();
    for (nth, second) in (0..).zip([0, 10, 11, 5]) {
        storage.append_as_leader(batch(nth, 100, second), 0, policy(u64::MAX, Some(10)));
    }
    assert_eq!(storage.segments().len(), 2, "the third is more than ten seconds newer than the first");
    assert_eq!(storage.segments().active_base(), 2);
    let large = batch(4, 1000, 0);
    storage.append_as_leader(large, 0, policy(300, None));
    assert_eq!((storage.segments().len(), storage.bytes()), (3, 1400));
}

#[test]
fn a_segment_goes_when_its_newest_record_is_too_old() {
    // 0..3 have 10, 20 and 95; 3..6 have 10; 6..8 are active.
    let seconds_of = [10, 20, 95, 10, 10, 10, 99, 99];
    assert_eq!(
        clean(&mut log_of(&seconds_of), BY_TIME, seconds(10), 8),
        0,
        "95 is young enough, and in front"
    );
    assert_eq!(clean(&mut log_of(&seconds_of), BY_TIME, seconds(4), 8), 6);
    assert_eq!(clean(&mut log_of(&seconds_of), BY_TIME, Retention::default(), 8), 0);
    assert_eq!(clean(&mut log_of(&[-500; 4]), BY_TIME, seconds(86_400), 4), 0, "the age that it says");
    assert_eq!(clean(&mut log_of(&[-86_400; 4]), BY_TIME, seconds(86_400), 4), 4);
}

#[test]
fn the_active_segment_is_closed_before_it_is_deleted() {
    let mut storage = log_of(&[0; 5]);
    assert_eq!(clean(&mut storage, BY_TIME, seconds(10), 5), 5);
    assert_eq!((storage.log().end(), storage.bytes(), storage.segments().len()), (5, 0, 1));
    assert_eq!(clean(&mut storage, BY_TIME, seconds(0), 5), 5, "an empty one stays");
    assert_eq!(storage.append_as_leader(batch(5, 100, 0), 0, policy(300, None)).0, 5);
    assert_eq!(storage.segments().active_base(), 5);
}

#[test]
fn the_oldest_segments_go_while_the_rest_is_as_large_as_the_limit() {
    let mut storage = log_of(&[0; 8]);
    assert_eq!(clean(&mut storage, BY_SIZE, bytes(501), 8), 0, "800 less 300 is below it");
    assert_eq!(clean(&mut storage, BY_SIZE, bytes(500), 8), 3);
    assert_eq!((storage.bytes(), clean(&mut storage, BY_SIZE, Retention::default(), 8)), (500, 3));
    assert_eq!(clean(&mut storage, BY_SIZE, bytes(0), 8), 8);
}

#[test]
fn what_is_not_committed_stays() {
    assert_eq!(clean(&mut log_of(&[0; 8]), BY_TIME, seconds(10), 5), 3);
    assert_eq!(clean(&mut log_of(&[0; 8]), BY_SIZE, bytes(0), 5), 3);
}

#[test]
fn a_cut_log_is_measured_anew() {
    let mut storage = log_of(&[50, 0, 0, 0, 99, 0, 0]);
    storage.truncate_to(4);
    assert_eq!((storage.bytes(), storage.segments().len(), storage.segments().active_base()), (400, 2, 3));
    assert_eq!(clean(&mut storage, BY_TIME, seconds(40), 4), 4, "the record of second 99 is gone");
    let mut storage = log_of(&[0; 6]);
    storage.truncate_to(3);
    assert_eq!((storage.bytes(), storage.segments().len()), (300, 2), "an empty active one stays");
    storage.truncate_fully_and_start_at(9);
    assert_eq!((storage.bytes(), storage.segments().active_base()), (0, 9));
}

#[test]
fn a_start_from_the_leader_drops_the_segments_below_it() {
    let mut storage = log_of(&[0; 8]);
    storage.advance_start(4);
    assert_eq!((storage.log().start(), storage.bytes(), storage.segments().len()), (4, 500, 2));
    storage.advance_start(20);
    assert_eq!((storage.log().end(), storage.bytes(), storage.segments().active_base()), (20, 0, 20));
}

#[derive(Clone, Debug)]
enum Op {
    Append { bytes: u32, second: i64 },
    Commit(u8),
    Clean { by_size: bool, limit: u64 },
    Truncate(u8),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        8 => (1..400u32, -50..100i64).prop_map(|(bytes, second)| Op::Append { bytes, second }),
        3 => any::<u8>().prop_map(Op::Commit),
        2 => (any::<bool>(), 0..1500u64).prop_map(|(by_size, limit)| Op::Clean { by_size, limit }),
        1 => any::<u8>().prop_map(Op::Truncate),
    ];
    prop::collection::vec(op, 1..120)
}

/// Bytes and second of each record, by offset.
type Records = Vec<(u32, i64)>;

fn check_deletion(before: &Storage, after: &Storage, records: &Records, op: (bool, u64), mark: Offset) {
    let (from, to, end) = (before.log().start(), after.log().start(), after.log().end());
    assert!(from <= to && to <= mark.max(from), "{from}..{to}, committed {mark}");
    assert_eq!(before.log().end(), end, "nothing is cut off");
    assert!(after.segments().active_base() <= end, "there is one to write to");
    let deleted = &records[from as usize..to as usize];
    let active = before.segments().active_base();
    assert!(to <= active || to == end, "a part of the segment that is written to was deleted");
    match op {
        (true, limit) => assert!(deleted.is_empty() || after.bytes() >= limit),
        (false, limit) => assert!(deleted.iter().all(|(_, second)| 100 - second > limit as i64)),
    }
}

proptest! {
    #[test]
    fn retention_deletes_what_it_may_and_no_more(ops in ops()) {
        let (mut storage, mut records, mut mark) = (Storage::default(), Records::new(), 0);
        for op in ops {
            match op {
                Op::Append { bytes, second } => {
                    let next = batch(records.len() as u64, bytes, second);
                    storage.append_as_leader(next, 0, policy(500, Some(30)));
                    records.push((bytes, second));
                }
                Op::Commit(by) => mark = (mark + Offset::from(by % 16)).min(storage.log().end()),
                Op::Truncate(by) => {
                    storage.truncate_to((storage.log().end() - Offset::from(by % 8)).max(mark));
                    records.truncate(storage.log().end() as usize);
                }
                Op::Clean { by_size, limit } => {
                    let before = storage.clone();
                    let (reason, limits) =
                        if by_size { (BY_SIZE, bytes(limit)) } else { (BY_TIME, seconds(limit % 100)) };
                    clean(&mut storage, reason, limits, mark);
                    let limit = if by_size { limit } else { limit % 100 };
                    check_deletion(&before, &storage, &records, (by_size, limit), mark);
                }
            }
            let kept = &records[storage.log().start() as usize..];
            let total: u64 = kept.iter().map(|(bytes, _)| u64::from(*bytes)).sum();
            prop_assert_eq!(storage.bytes(), total, "a segment lies in the log as a whole");
        }
    }
}
