//! Sequences, gaps and epoch bumps of an idempotent producer: golden scenario C9.

use super::rig::{Fate, MS, Rig, Way, settings, settings_of};
use crate::protocol::wire::ErrorCode;

const SHORT: [(&str, &str); 3] =
    [("request.timeout.ms", "2000"), ("delivery.timeout.ms", "5000"), ("linger.ms", "0")];

/// The leader is gone for nine seconds; one record a second.
#[test]
fn c9_retries_exhausted_leave_a_gap_but_order_and_uniqueness_hold() {
    let mut rig = Rig::new(settings(&SHORT), 1);
    rig.ways = [Way::LostRequest; 60].into();
    for second in 1..=14 {
        rig.run_until(second * 1000 * MS);
        rig.send(0, 1);
        if second == 9 {
            rig.ways.clear();
        }
    }
    rig.run_until(60_000 * MS);
    let failed: u64 = rig.failed.iter().map(|(_, records, ..)| u64::from(records.count)).sum();
    assert!((4..=7).contains(&failed), "{failed}\n{}", rig.event_log());
    assert_eq!(rig.log(0), (failed..14).collect::<Vec<_>>());
    assert!(rig.event_log().contains("epoch 1"), "{}", rig.event_log());
    assert!(rig.logs[0].iter().all(|batch| batch.producer_epoch == 1));
}

#[test]
fn an_intact_line_needs_no_new_epoch() {
    let mut rig = Rig::new(settings(&SHORT), 1);
    rig.fates = [Fate::Refuse(ErrorCode::NotEnoughReplicas); 3].into();
    for _ in 0..5 {
        rig.send(0, 1);
        rig.run_until(rig.now + 300 * MS);
    }
    rig.run_until(20_000 * MS);
    assert_eq!((rig.log(0), rig.failed.len()), ((0..5).collect::<Vec<_>>(), 0));
    assert!(!rig.event_log().contains("epoch"), "{}", rig.event_log());
}

/// The first of three in flight is refused: the others are out of order until it has been sent again.
#[test]
fn out_of_order_batches_are_sent_again_in_sequence() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.fates = [Fate::Refuse(ErrorCode::NotEnoughReplicas)].into();
    rig.rtt = 10 * MS;
    rig.fates.push_front(Fate::Ok);
    for _ in 0..4 {
        rig.send(0, 1);
        rig.run_until(rig.now + 2 * MS);
    }
    rig.run_until(3000 * MS);
    assert_eq!(rig.log(0), [0, 1, 2, 3]);
    assert!(!rig.event_log().contains("epoch"), "{}", rig.event_log());
}

#[test]
fn a_duplicate_is_a_success() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.fates = [Fate::Refuse(ErrorCode::DuplicateSequenceNumber)].into();
    rig.send(0, 3);
    rig.run_until(1000 * MS);
    assert!(rig.event_log().ends_with("acked #0-2 at -"), "{}", rig.event_log());
}

/// A broker without a record of the producer takes any sequence, so that a new producer's second batch can
/// get in before its first one, which is then out of order for ever: Kafka's hole, kept.
#[test]
fn a_new_producer_can_lose_its_first_batch_to_its_second() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.fates = [Fate::Refuse(ErrorCode::NotEnoughReplicas)].into();
    rig.rtt = 10 * MS;
    rig.send(0, 1);
    rig.run_until(rig.now + 2 * MS);
    rig.send(0, 1);
    rig.run_until(200_000 * MS);
    assert_eq!((rig.log(0), rig.failed[0].1.first), (vec![1], 0));
}

/// A fatal refusal uses no sequence: the epoch is bumped and the line starts again.
#[test]
fn a_fatal_error_bumps_the_epoch() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.fates = [Fate::Ok, Fate::Refuse(ErrorCode::InvalidRequest)].into();
    for _ in 0..3 {
        rig.send(0, 1);
        rig.run_until(rig.now + 50 * MS);
    }
    assert_eq!(rig.log(0), [0, 2]);
    let last = rig.logs[0][1];
    assert_eq!((last.producer_epoch, last.base_sequence), (1, 0));
}

#[test]
fn before_2_5_a_new_producer_id_takes_the_place_of_a_new_epoch() {
    let mut rig = Rig::new(settings_of("2.4", &[("enable.idempotence", "true"), ("acks", "all")]), 1);
    rig.fates = [Fate::Ok, Fate::Refuse(ErrorCode::InvalidRequest)].into();
    for _ in 0..3 {
        rig.send(0, 1);
        rig.run_until(rig.now + 50 * MS);
    }
    let ids: Vec<i64> = rig.logs[0].iter().map(|batch| batch.producer_id).collect();
    assert_eq!((ids, rig.log(0)), (vec![1001, 1002], vec![0, 2]));
}
