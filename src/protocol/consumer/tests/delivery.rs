//! Consumer-side loss and duplication: golden scenarios C20 to C25.

use super::rig::{MS, Rig, S};
use crate::model::Nanos;
use crate::protocol::consumer::*;

/// Ten records a poll, 100 ms each, so that a poll takes a second; reads from the start.
fn settings(commit: CommitStrategy) -> ConsumerSettings {
    ConsumerSettings {
        max_poll_records: 10,
        offset_reset: OffsetReset::Earliest,
        auto_commit_interval: 500 * MS,
        work: ConsumerWork { per_record: 100 * MS, commit, ..ConsumerWork::default() },
        ..ConsumerSettings::default()
    }
}

fn rig_with_records(count: u32) -> Rig {
    let mut rig = Rig::new(1);
    rig.logs[0].append(0, 0, count);
    rig
}

/// Stops the first consumer in the middle of its second poll, lets a second one go on.
fn second_poll_then(commit: CommitStrategy, stop: impl Fn(&mut Rig)) -> Rig {
    let mut rig = rig_with_records(20);
    let first = ConsumerSettings { session_timeout: 6 * S, ..settings(commit) };
    rig.start(first);
    rig.run_until(1500 * MS);
    stop(&mut rig);
    rig.start(settings(commit));
    rig.run_until(30 * S);
    rig
}

#[test]
fn c20_auto_commit_and_close_lose_what_is_unprocessed() {
    let rig = second_poll_then(CommitStrategy::Auto, |rig| rig.step(0, ConsumerInput::Close));
    let lost: Vec<u64> = (0..20).filter(|record| rig.times(*record) == 0).collect();
    assert_eq!(lost, [14, 15, 16, 17, 18, 19]);
    let first: Vec<&str> =
        rig.event_log.iter().map(String::as_str).filter(|line| line.contains("c0")).collect();
    assert_eq!(
        first.join("\n"),
        "3 c0 owns [0]
5 c0 moved None to 0
6 c0 got #0-9
1006 c0 did #0-9
1006 c0 got #10-19
1009 c0 committed p0 10
1500 c0 did #10-13
1503 c0 committed p0 20
1503 c0 owns []
1503 c0 closed"
    );
}

#[test]
fn c21_auto_commit_and_crash_deliver_again() {
    let rig = second_poll_then(CommitStrategy::Auto, |rig| rig.crash(0));
    assert!((0..20).all(|record| rig.times(record) == if (10..14).contains(&record) { 2 } else { 1 }));
    assert_eq!(rig.group.committed(crate::model::PartitionIx(0)), Some(20));
}

#[test]
fn c22_a_worker_pool_commits_what_it_has_not_done() {
    let mut pool = settings(CommitStrategy::Auto);
    pool.work.worker_pool = true;
    pool.session_timeout = 6 * S;
    let mut rig = rig_with_records(20);
    rig.start(pool);
    rig.run_until(1500 * MS);
    rig.crash(0);
    rig.start(settings(CommitStrategy::Auto));
    rig.run_until(30 * S);
    let lost = (0..20).filter(|record| rig.times(*record) == 0).count();
    assert_eq!((lost, rig.times(13), rig.times(15)), (6, 1, 0));
}

#[test]
fn c23_commit_first_is_at_most_once_and_commit_last_at_least_once() {
    let first = second_poll_then(CommitStrategy::BeforeProcessing, |rig| rig.crash(0));
    assert!((0..20).all(|record| first.times(record) == usize::from(record < 14)), "{}", first.event_log());
    let last = second_poll_then(CommitStrategy::AfterProcessing, |rig| rig.crash(0));
    assert!((0..20).all(|record| last.times(record) >= 1));
    assert_eq!((10..20).filter(|record| last.times(*record) == 2).count(), 4);
}

#[test]
fn c24_a_retried_asynchronous_commit_overtakes_a_later_one() {
    let mut rig = rig_with_records(30);
    let mut work = settings(CommitStrategy::AsyncAfterProcessing { retry: true });
    work.work.per_record = MS;
    rig.commit_delays = [0, Nanos::MAX].into();
    rig.start(work);
    rig.run_until(S);
    let commits: Vec<&str> = rig
        .event_log
        .iter()
        .filter(|line| line.contains("commit"))
        .map(|line| line.split_once(' ').unwrap().1)
        .collect();
    assert_eq!(
        commits,
        [
            "c0 committed p0 10",
            "c0 commit failed NETWORK_EXCEPTION",
            "c0 committed p0 30",
            "c0 committed p0 20"
        ]
    );
    assert_eq!(rig.group.committed(crate::model::PartitionIx(0)), Some(20));
}

#[test]
fn c25_a_zombie_cannot_commit_but_its_work_is_done_twice() {
    let mut rig = rig_with_records(10);
    let mut slow = settings(CommitStrategy::AfterProcessing);
    slow.max_poll_interval = 5 * S;
    slow.work.per_record = S;
    rig.start(slow);
    rig.run_until(S);
    rig.start(settings(CommitStrategy::AfterProcessing));
    rig.run_until(20 * S);
    assert!((0..10).all(|record| rig.times(record) == 2), "{}", rig.event_log());
    let told = rig.event_log();
    assert!(
        told.contains("c0 left: no poll") && told.contains("c0 commit failed UNKNOWN_MEMBER_ID"),
        "{told}"
    );
    assert_eq!(rig.group.committed(crate::model::PartitionIx(0)), Some(10));
}

#[test]
fn c19_latest_skips_what_came_before_the_first_position() {
    let mut rig = rig_with_records(5);
    rig.start(ConsumerSettings { offset_reset: OffsetReset::Latest, ..settings(CommitStrategy::Auto) });
    rig.run_until(S);
    rig.logs[0].append(0, 5, 1);
    rig.run_until(3 * S);
    assert_eq!((rig.times(4), rig.times(5)), (0, 1));
}
