//! Records one by one: commits between them, and the five answers to a record that cannot be processed.

use super::rig::{MS, Rig, S};
use crate::model::{OnPoison, PartitionIx};
use crate::protocol::consumer::*;

/// Ten records a poll, 100 ms each.
fn settings(commit: CommitStrategy, on_poison: OnPoison) -> ConsumerSettings {
    let work = ConsumerWork {
        commit,
        one_by_one: true,
        attempts: 2,
        retry_pause: 500 * MS,
        on_poison,
        ..ConsumerWork::default()
    };
    ConsumerSettings {
        max_poll_records: 10,
        offset_reset: OffsetReset::Earliest,
        session_timeout: 6 * S,
        work,
        ..ConsumerSettings::default()
    }
}

fn rig_with_poison(count: u32, poison: &[u64]) -> Rig {
    let mut rig = Rig::new(1);
    rig.logs[0].append(0, 0, count);
    rig.poison = poison.to_vec();
    rig
}

fn told(rig: &Rig, what: &str) -> Vec<String> {
    rig.event_log.iter().filter(|line| line.contains(what)).cloned().collect()
}

fn committed(rig: &Rig) -> Option<i64> {
    rig.group.committed(PartitionIx(0))
}

#[test]
fn a_commit_for_each_record_repeats_one_record_at_most() {
    let mut rig = rig_with_poison(20, &[]);
    rig.start(settings(CommitStrategy::EachRecord, OnPoison::Crash));
    rig.run_until(555 * MS);
    assert_eq!(committed(&rig), Some(5), "{}", rig.event_log());
    rig.crash(0);
    rig.start(settings(CommitStrategy::EachRecord, OnPoison::Crash));
    rig.run_until(30 * S);
    assert!((0..20).all(|record| rig.times(record) == 1), "{}", rig.event_log());
    assert_eq!(committed(&rig), Some(20));
}

/// `commitSync()` without offsets commits positions, and those are behind all that `poll()` returned.
#[test]
fn a_commit_without_offsets_between_records_passes_those_in_hand() {
    let mut rig = rig_with_poison(10, &[]);
    rig.start(settings(CommitStrategy::EachRecordPolled, OnPoison::Crash));
    rig.run_until(355 * MS);
    rig.crash(0);
    rig.start(settings(CommitStrategy::EachRecordPolled, OnPoison::Crash));
    rig.run_until(30 * S);
    let lost: Vec<u64> = (0..10).filter(|record| rig.times(*record) == 0).collect();
    assert_eq!(lost, [3, 4, 5, 6, 7, 8, 9], "{}", rig.event_log());
}

#[test]
fn who_is_thrown_out_stops_at_the_next_commit() {
    let mut rig = rig_with_poison(10, &[]);
    rig.try_takes = 2 * S;
    let slow = ConsumerSettings {
        max_poll_interval: 5 * S,
        ..settings(CommitStrategy::EachRecord, OnPoison::Crash)
    };
    rig.start(slow.clone());
    rig.start(slow);
    rig.run_until(60 * S);
    assert!(told(&rig, "left: no poll").len() > 1, "{}", rig.event_log());
    // Three records fit into the time between two polls, and the third is not committed any more.
    assert_eq!(committed(&rig), Some(10), "{}", rig.event_log());
    assert!((0..10).all(|record| rig.times(record) <= 2), "{}", rig.event_log());
}

#[test]
fn retry_for_ever_stops_one_member_after_the_other() {
    let mut rig = rig_with_poison(10, &[3]);
    let settings = ConsumerSettings {
        max_poll_interval: 5 * S,
        ..settings(CommitStrategy::AfterProcessing, OnPoison::Retry)
    };
    rig.start(settings.clone());
    rig.run_until(2 * S);
    rig.start(settings);
    rig.run_until(60 * S);
    assert_eq!(committed(&rig), None);
    assert_eq!(told(&rig, "left: no poll").len(), 2, "{}", rig.event_log());
    assert_eq!((rig.times(2), rig.times(3), rig.times(4)), (2, 0, 0));
}

#[test]
fn a_crash_ends_the_process_and_the_next_one_reads_the_record_again() {
    let mut rig = rig_with_poison(10, &[3]);
    for _ in 0..3 {
        rig.start(settings(CommitStrategy::AfterProcessing, OnPoison::Crash));
        rig.run_until(rig.now + 20 * S);
    }
    assert_eq!(told(&rig, "gave up #3: crash").len(), 3, "{}", rig.event_log());
    assert_eq!((rig.times(2), rig.times(4), committed(&rig)), (3, 0, None));
}

#[test]
fn skip_and_other_topics_go_on_behind_the_record() {
    for answer in [OnPoison::Skip, OnPoison::DeadLetter, OnPoison::RetryTopic] {
        let mut rig = rig_with_poison(10, &[3]);
        rig.start(settings(CommitStrategy::EachRecord, answer));
        rig.run_until(20 * S);
        assert_eq!(told(&rig, "gave up").len(), 1, "{}", rig.event_log());
        assert!((0..10).all(|record| rig.times(record) == usize::from(record != 3)), "{}", rig.event_log());
        assert_eq!(committed(&rig), Some(10));
    }
}

/// The other topic has the record before its offset is committed, so that a crash between the two repeats it.
#[test]
fn a_dead_letter_is_acknowledged_before_the_commit() {
    let mut rig = rig_with_poison(4, &[1]);
    rig.start(settings(CommitStrategy::EachRecord, OnPoison::DeadLetter));
    rig.run_until(10 * S);
    let lines: Vec<&str> = rig.event_log.iter().map(String::as_str).collect();
    let at = |what: &str| -> u64 {
        let line = lines.iter().find(|line| line.contains(what)).unwrap();
        line.split_once(' ').unwrap().0.parse().unwrap()
    };
    assert!(at("committed p0 2") >= at("gave up #1") + 50, "{}", rig.event_log());
}

#[test]
fn a_record_is_tried_so_often_and_with_a_pause() {
    let mut rig = rig_with_poison(3, &[0]);
    rig.start(settings(CommitStrategy::AfterProcessing, OnPoison::Skip));
    rig.run_until(10 * S);
    let gave_up = &told(&rig, "gave up #0")[0];
    // Two tries of 100 ms, and half a second between them; the first record came at 6 ms.
    assert!(gave_up.starts_with("706 "), "{}", rig.event_log());
}

#[test]
fn a_pool_goes_on_polling_while_a_record_is_tried() {
    let mut rig = rig_with_poison(20, &[3]);
    let mut pool = settings(CommitStrategy::Auto, OnPoison::Retry);
    pool.work.worker_pool = true;
    pool.auto_commit_interval = 500 * MS;
    rig.start(pool);
    rig.run_until(20 * S);
    assert_eq!((rig.times(2), rig.times(4)), (1, 0), "{}", rig.event_log());
    assert_eq!(committed(&rig), Some(20), "positions are committed, processed or not");
    assert!(told(&rig, "left: no poll").is_empty());
}
