//! Members and their coordinator: rebalance, crash, an offsets partition that cannot be written.

use super::rig::{MS, Rig, S};
use crate::model::PartitionIx;
use crate::protocol::consumer::*;
use crate::protocol::group::{GroupInput, OffsetsPartition};

fn settings(commit: CommitStrategy) -> ConsumerSettings {
    let work = ConsumerWork { per_record: MS, commit, ..ConsumerWork::default() };
    ConsumerSettings { offset_reset: OffsetReset::Earliest, work, ..ConsumerSettings::default() }
}

fn owned(rig: &Rig, who: usize) -> Vec<u32> {
    rig.consumers[who].iter().flat_map(|c| c.positions().map(|(p, _)| p.0)).collect()
}

#[test]
fn partitions_are_shared_when_a_member_comes_and_when_one_goes() {
    let mut rig = Rig::new(5);
    rig.start(settings(CommitStrategy::Auto));
    rig.run_until(S);
    assert_eq!(owned(&rig, 0), [0, 1, 2, 3, 4]);
    rig.start(settings(CommitStrategy::Auto));
    rig.run_until(5 * S);
    assert_eq!((owned(&rig, 0), owned(&rig, 1)), (vec![0, 1, 2], vec![3, 4]));
    rig.step(0, ConsumerInput::Close);
    rig.run_until(10 * S);
    assert_eq!(owned(&rig, 1), [0, 1, 2, 3, 4]);
}

#[test]
fn a_crashed_member_is_noticed_after_its_session() {
    let mut rig = Rig::new(2);
    rig.start(settings(CommitStrategy::Auto));
    rig.start(settings(CommitStrategy::Auto));
    rig.run_until(10 * S);
    assert_eq!(owned(&rig, 1), [1]);
    rig.crash(0);
    rig.run_until(10 * S + 41 * S);
    assert_eq!(owned(&rig, 1), [1]);
    rig.run_until(10 * S + 50 * S);
    assert_eq!(owned(&rig, 1), [0, 1]);
    assert!(rig.event_log().contains("group session expired"));
}

#[test]
fn a_static_member_that_comes_back_causes_no_rebalance() {
    let mut rig = Rig::new(2);
    let of = |instance| ConsumerSettings { instance: Some(instance), ..settings(CommitStrategy::Auto) };
    rig.start(of(1));
    rig.start(of(2));
    rig.run_until(10 * S);
    let (before, own) = (rig.group.generation(), owned(&rig, 1));
    rig.step(1, ConsumerInput::Close);
    rig.run_until(15 * S);
    rig.start(of(2));
    rig.run_until(20 * S);
    assert_eq!((rig.group.generation(), owned(&rig, 2)), (before, own));
}

#[test]
fn commits_time_out_below_min_isr_and_are_done_when_it_recovers() {
    let mut rig = Rig::new(1);
    rig.start(settings(CommitStrategy::AfterProcessing));
    rig.run_until(S);
    rig.tell_group(GroupInput::Offsets(OffsetsPartition::BelowMinIsr));
    rig.logs[0].append(0, 0, 3);
    rig.run_until(4 * S);
    assert_eq!((rig.group.committed(PartitionIx(0)), rig.times(2)), (None, 1));
    rig.run_until(20 * S);
    assert!(!rig.event_log().contains("committed"), "{}", rig.event_log());
    rig.tell_group(GroupInput::Offsets(OffsetsPartition::Writable));
    rig.run_until(21 * S);
    assert_eq!(rig.group.committed(PartitionIx(0)), Some(3));
    assert!(rig.event_log().contains("c0 committed p0 3"));
}

#[test]
fn without_a_coordinator_reading_goes_on_and_commits_wait() {
    let mut rig = Rig::new(1);
    rig.start(settings(CommitStrategy::AsyncAfterProcessing { retry: false }));
    rig.run_until(S);
    rig.tell_group(GroupInput::Offsets(OffsetsPartition::NoLeader));
    rig.logs[0].append(0, 0, 3);
    rig.run_until(5 * S);
    rig.logs[0].append(0, 3, 3);
    rig.run_until(9 * S);
    assert_eq!((rig.times(5), rig.group.committed(PartitionIx(0))), (1, None));
    assert!(rig.event_log().contains("commit failed NOT_COORDINATOR"));
    rig.tell_group(GroupInput::Offsets(OffsetsPartition::Writable));
    rig.logs[0].append(0, 6, 1);
    rig.run_until(12 * S);
    assert_eq!((rig.group.committed(PartitionIx(0)), rig.group.generation()), (Some(7), 1));
}
