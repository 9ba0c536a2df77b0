//! Retries, order and duplicates without idempotence: golden scenarios O1 to O3 and C8.

use super::rig::{Fate, MS, Rig, Way, settings, settings_of};
use crate::model::{BrokerId, PartitionIx};
use crate::protocol::producer::{ProducerInput, ProducerOutput, RecordTarget};
use crate::protocol::wire::ErrorCode;

const PLAIN: (&str, &str) = ("enable.idempotence", "false");

/// Record 0 opens the log; then two batches one after the other, of which the first one fails retriably.
fn first_of_two_fails(changes: &[(&str, &str)]) -> Rig {
    let mut all = vec![("linger.ms", "0"), ("retry.backoff.ms", "100"), ("retry.backoff.max.ms", "100")];
    all.extend(changes);
    let mut rig = Rig::new(settings(&all), 1);
    rig.fates = [Fate::Ok, Fate::Refuse(ErrorCode::NotEnoughReplicas)].into();
    rig.rtt = 10 * MS;
    rig.send(0, 1);
    rig.run_until(100 * MS);
    rig.event_log.clear();
    rig.send(0, 1);
    rig.run_until(105 * MS);
    rig.send(0, 1);
    rig.run_until(1000 * MS);
    rig
}

#[test]
fn o1_a_retry_reorders_unless_one_in_flight_or_idempotent() {
    let reordered = first_of_two_fails(&[PLAIN]);
    assert_eq!(reordered.log(0), [0, 2, 1]);
    let one = first_of_two_fails(&[PLAIN, ("max.in.flight.requests.per.connection", "1")]);
    assert_eq!(one.log(0), [0, 1, 2]);
    let idempotent = first_of_two_fails(&[]);
    assert_eq!(idempotent.log(0), [0, 1, 2]);
    assert_eq!(
        reordered.event_log(),
        "100 sent p0 #1
105 sent p0 #2
115 acked #2 at 1
210 sent p0 #1
220 acked #1 at 2"
    );
}

#[test]
fn o2_a_lost_answer_duplicates_unless_idempotent() {
    let run = |changes: &[(&str, &str)]| {
        let mut rig = Rig::new(settings(changes), 1);
        rig.ways = [Way::Broken].into();
        rig.send(0, 1);
        rig.run_until(5000 * MS);
        assert_eq!((rig.acked.len(), rig.failed.len()), (1, 0));
        rig.log(0)
    };
    assert_eq!(run(&[PLAIN]), [0, 0]);
    assert_eq!(run(&[]), [0]);
}

/// `delivery.timeout.ms` passes although the record is in the log; the application sends it again.
#[test]
fn o3_a_resend_by_the_application_duplicates_even_with_idempotence() {
    let timeouts = [("request.timeout.ms", "1000"), ("delivery.timeout.ms", "2000"), ("linger.ms", "0")];
    let mut rig = Rig::new(settings(&timeouts), 1);
    rig.ways = [Way::LostAnswer, Way::LostAnswer, Way::LostAnswer].into();
    rig.send(0, 1);
    rig.run_until(4000 * MS);
    let (partition, records, error, indefinite) = rig.failed[0];
    assert_eq!((error, indefinite), (ErrorCode::RequestTimedOut, true));
    rig.step(ProducerInput::Resend { partition, records, record_bytes: 200 });
    rig.run_until(9000 * MS);
    assert_eq!((rig.acked[0].1, rig.log(0)), (records, vec![0, 0]));
}

/// Several requests in flight on a connection that breaks: each one goes to the front of the queue.
#[test]
fn a_broken_connection_reverses_what_was_in_flight() {
    let run = |changes: &[(&str, &str)]| {
        let mut rig = Rig::new(settings(&[&[("linger.ms", "0")], changes].concat()), 1);
        rig.ways = [Way::LostRequest, Way::LostRequest, Way::LostRequest].into();
        for _ in 0..3 {
            rig.send(0, 1);
            rig.run_until(rig.now + 2 * MS);
        }
        rig.step(ProducerInput::Disconnected { broker: BrokerId(1) });
        rig.run_until(5000 * MS);
        rig.log(0)
    };
    assert_eq!(run(&[PLAIN]), [2, 1, 0]);
    assert_eq!(run(&[]), [0, 1, 2]);
}

#[test]
fn c8_acks_0_is_success_whatever_the_broker_does() {
    let mut rig = Rig::new(settings(&[("acks", "0")]), 1);
    rig.fates = [Fate::Refuse(ErrorCode::NotLeaderOrFollower)].into();
    rig.send(0, 5);
    rig.run_until(1000 * MS);
    assert_eq!((rig.acked.len(), rig.log(0).len(), rig.producer.buffered_bytes()), (1, 0, 0));
}

#[test]
fn retries_0_loses_at_the_first_error() {
    let mut rig = Rig::new(settings(&[("retries", "0")]), 1);
    rig.fates = [Fate::Refuse(ErrorCode::NotLeaderOrFollower)].into();
    rig.send(0, 1);
    rig.run_until(1000 * MS);
    assert_eq!(rig.failed[0].2, ErrorCode::NotLeaderOrFollower);
}

#[test]
fn a_refused_write_is_definite_and_a_late_error_is_not() {
    let failed_with = |fate| {
        let mut rig = Rig::new(settings(&[("retries", "0")]), 1);
        rig.fates = [fate].into();
        rig.send(0, 1);
        rig.run_until(1000 * MS);
        (rig.failed[0].3, rig.log(0).len())
    };
    assert_eq!(failed_with(Fate::Refuse(ErrorCode::NotEnoughReplicas)), (false, 0));
    assert_eq!(failed_with(Fate::AppendThen(ErrorCode::NotEnoughReplicasAfterAppend)), (true, 1));
}

#[test]
fn backoff_is_constant_before_3_7_and_doubles_since() {
    let gaps = |version: &str| {
        let mut rig = Rig::new(settings_of(version, &[("linger.ms", "0")]), 1);
        rig.fates = [Fate::Refuse(ErrorCode::NotEnoughReplicas); 5].into();
        rig.send(0, 1);
        rig.run_until(10_000 * MS);
        let at = |line: &String| line.split(' ').next().unwrap().parse::<i64>().unwrap();
        let sent: Vec<i64> = rig.event_log.iter().filter(|line| line.contains("sent")).map(at).collect();
        sent.windows(2).map(|pair| pair[1] - pair[0] - 1).collect::<Vec<_>>()
    };
    assert_eq!(gaps("3.6"), [100; 5]);
    for (gap, middle) in gaps("3.7").into_iter().zip([100, 200, 400, 800, 1000]) {
        assert!((middle * 8 / 10 - 1..=middle * 12 / 10).contains(&gap), "{gap} {middle}");
    }
}

/// The leader moves: the named leader saves the back-off from 3.7 on (KIP-951).
#[test]
fn a_named_leader_is_tried_at_once() {
    let mut rig = Rig::new(settings(&[("linger.ms", "0")]), 1);
    rig.ways = [Way::LostRequest].into();
    rig.send(0, 1);
    rig.run_until(20 * MS);
    let mut out = Vec::new();
    let refusal = crate::protocol::producer::PartitionResponse {
        partition: PartitionIx(0),
        error: ErrorCode::NotLeaderOrFollower,
        base_offset: -1,
        current_leader: Some((BrokerId(2), 1)),
    };
    let answer =
        ProducerInput::Response { broker: BrokerId(1), request: rig.first_request(), results: &[refusal] };
    rig.producer.step(rig.now, answer, &mut out);
    assert!(out.contains(&ProducerOutput::Connect { broker: BrokerId(2) }), "{out:?}");
}

/// While a broker cannot be reached batches stay open: records join them, all expire with the oldest, and
/// none of them can be in the log.
#[test]
fn what_waits_for_a_connection_was_never_sent() {
    let timeouts = [("request.timeout.ms", "2000"), ("delivery.timeout.ms", "5000"), ("linger.ms", "0")];
    let mut producer = Rig::new(settings(&timeouts), 1).producer;
    let (mut out, mut refused) = (Vec::new(), 0);
    for second in 1..=8 {
        let now = second * 1000 * MS;
        let send = ProducerInput::Send { target: RecordTarget::NoKey, count: 1, record_bytes: 100 };
        producer.step(now, ProducerInput::Wake, &mut out);
        producer.step(now, send, &mut out);
        while out[refused..].iter().any(|output| matches!(output, ProducerOutput::Connect { .. })) {
            refused = out.len();
            producer.step(now, ProducerInput::Disconnected { broker: BrokerId(1) }, &mut out);
        }
    }
    let failed = out.iter().filter_map(|output| match output {
        ProducerOutput::Failed { records, indefinite, .. } => {
            Some((records.first, records.count, *indefinite))
        }
        _ => None,
    });
    assert_eq!(failed.collect::<Vec<_>>(), [(0, 5, false)]);
    assert!(!out.iter().any(|output| matches!(output, ProducerOutput::Request(_))));
}
