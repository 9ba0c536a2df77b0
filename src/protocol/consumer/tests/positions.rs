//! Positions after truncation and retention (KIP-320, kafka.md#consumer-positions): golden scenario C26.

use super::rig::{MS, Rig, S};
use crate::model::BrokerId;
use crate::protocol::consumer::*;

fn settings(offset_reset: OffsetReset) -> ConsumerSettings {
    let work = ConsumerWork { per_record: MS, commit: CommitStrategy::Never, ..ConsumerWork::default() };
    ConsumerSettings { offset_reset, work, ..ConsumerSettings::default() }
}

/// A group that committed offset 4; then an unclean leader has only the first record and appends two others.
fn truncated(offset_reset: OffsetReset) -> Rig {
    let mut rig = Rig::new(1);
    (0..4).for_each(|record| rig.logs[0].append(0, record, 1));
    let mut first = settings(OffsetReset::Earliest);
    first.work.commit = CommitStrategy::AfterProcessing;
    rig.start(first);
    rig.run_until(S);
    rig.step(0, ConsumerInput::Close);
    rig.start(settings(offset_reset));
    rig.run_until(2 * S);
    rig.logs[0].batches.truncate(1);
    rig.logs[0].append(1, 100, 2);
    rig.leaders[0].leader = Some(BrokerId(2));
    rig.leaders[0].leader_epoch = 1;
    rig.run_until(5 * S);
    rig
}

#[test]
fn c26_the_consumer_goes_on_where_the_logs_part() {
    let rig = truncated(OffsetReset::Latest);
    assert!(rig.event_log().contains("c1 moved Some(4) to 1"), "{}", rig.event_log());
    assert_eq!((rig.times(3), rig.times(100), rig.times(101)), (1, 1, 1));
}

#[test]
fn without_a_policy_truncation_throws() {
    let rig = truncated(OffsetReset::None);
    assert!(rig.event_log().ends_with("c1 threw LogTruncation"), "{}", rig.event_log());
}

#[test]
fn without_a_policy_and_a_committed_offset_the_consumer_throws() {
    let mut rig = Rig::new(1);
    rig.start(settings(OffsetReset::None));
    rig.run_until(S);
    assert!(rig.event_log().ends_with("c0 threw NoOffset"), "{}", rig.event_log());
}

#[test]
fn retention_below_the_position_resets() {
    let mut rig = Rig::new(1);
    rig.logs[0].append(0, 0, 10);
    rig.start(settings(OffsetReset::Earliest));
    rig.run_until(20 * MS);
    rig.logs[0].append(0, 10, 10);
    rig.logs[0].batches.clear();
    rig.logs[0].append(0, 50, 1);
    rig.logs[0].batches[0].base_offset = 30;
    (rig.logs[0].start, rig.logs[0].high_watermark) = (30, 31);
    rig.run_until(5 * S);
    assert!(rig.event_log().contains("moved Some(10) to 30"), "{}", rig.event_log());
    assert_eq!(rig.times(50), 1);
}
