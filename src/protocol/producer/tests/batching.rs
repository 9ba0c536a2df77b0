//! Requests and batches under load, against what a real 4.1 producer did.

use super::rig::{MS, Rig, settings, settings_of};
use crate::model::{BrokerId, Nanos};
use crate::protocol::messages::PartitionLeader;
use crate::protocol::producer::{ProducerInput, ProducerSettings, RecordKey, RecordTarget};
use rand_core::Rng;
use rand_pcg::Pcg32;

/// Poisson arrivals at 2000 records a second of 200 bytes, for a minute.
fn load(settings: ProducerSettings, partitions: u32, keyed: bool) -> (f64, f64) {
    let mut rig = Rig::new(settings, partitions);
    let mut rng = Pcg32::new(11, 3);
    let mut at = rig.now as f64;
    while rig.now < 60_000 * MS {
        let uniform = (f64::from(rng.next_u32()) + 1.0) / 4_294_967_297.0;
        at += -libm::log(uniform) * 500_000.0;
        rig.run_until(at as Nanos);
        let target =
            if keyed { RecordTarget::Key(RecordKey::Once(rng.next_u32() >> 1)) } else { RecordTarget::NoKey };
        // The measured records had values of 200 bytes; keys add their own few.
        rig.send_to(target, 1, if keyed { 206 } else { 200 });
        rig.event_log.clear();
    }
    let per_request = rig.sent_records as f64 / rig.requests as f64;
    (per_request, rig.sent_bytes as f64 / rig.sent_batches as f64)
}

/// Kafka 4.1.0, one broker: records a request and bytes a batch by partitions, keys and linger.
#[test]
fn batching_agrees_with_a_real_producer() {
    let measured = [
        (1, false, "5", 12.7, 2719.0),
        (12, true, "5", 12.6, 418.0),
        (100, true, "5", 12.4, 293.0),
        (100, false, "5", 12.5, 2677.0),
        (1, false, "20", 42.4, 8924.0),
        (12, true, "20", 43.4, 864.0),
        (100, true, "20", 44.7, 332.0),
        (12, true, "100", 205.0, 3742.0),
        (100, true, "100", 205.0, 568.0),
        (1, false, "100", 77.9, 16352.0),
    ];
    let mut wrong = Vec::new();
    for (partitions, keyed, linger, records, bytes) in measured {
        let (n, b) = load(settings(&[("linger.ms", linger)]), partitions, keyed);
        let off = |got: f64, real: f64| (got / real - 1.0).abs() > 0.065;
        let line = format!("{partitions} {keyed} {linger}: {n:.1} of {records}, {b:.0} of {bytes}");
        if off(n, records) || off(b, bytes) {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn linger_is_exact_and_one_ready_batch_takes_the_others_along() {
    let exact = ProducerSettings { sender_slack: 0, ..settings(&[("linger.ms", "20")]) };
    let mut rig = Rig::new(exact, 3);
    rig.run_until(100 * MS);
    rig.send(0, 1);
    rig.run_until(115 * MS);
    rig.send(1, 2);
    rig.run_until(119 * MS);
    assert_eq!(rig.event_log(), "");
    rig.run_until(120 * MS);
    assert_eq!(rig.event_log(), "120 sent p0 #0 e0 s0\n120 sent p1 #0-1 e0 s0");
}

#[test]
fn a_full_batch_does_not_linger() {
    let mut rig = Rig::new(settings(&[("linger.ms", "1000")]), 1);
    rig.run_until(100 * MS);
    rig.send(0, 100);
    assert_eq!(rig.event_log(), "100 sent p0 #0-77 e0 s0");
    assert_eq!(rig.logs[0][0].bytes, 61 + 78 * 209 + 14);
}

#[test]
fn many_at_once_make_the_batches_that_one_by_one_makes() {
    let batches = |at_once: u32| {
        let mut rig = Rig::new(settings(&[("linger.ms", "1000")]), 1);
        for _ in 0..(1000 / at_once) {
            rig.send(0, at_once);
        }
        rig.run_until(3000 * MS);
        rig.logs[0].iter().map(|batch| (batch.records, batch.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(batches(1000), batches(1));
    assert_eq!(batches(1).len(), 13);
}

#[test]
fn at_most_so_many_requests_are_in_flight_and_batches_fill_meanwhile() {
    let mut rig =
        Rig::new(settings(&[("linger.ms", "0"), ("max.in.flight.requests.per.connection", "2")]), 1);
    rig.rtt = 50 * MS;
    for _ in 0..40 {
        rig.send(0, 1);
        rig.run_until(rig.now + MS);
    }
    assert_eq!((rig.most_in_flight, rig.requests), (2, 2));
    rig.run_until(rig.now + 200 * MS);
    assert_eq!((rig.requests, rig.log(0).len()), (3, 40));
}

/// Bytes a partition got in a row, by version: batch by batch, by `batch.size`, record by record.
#[test]
fn partitioners_by_version() {
    let order = |version: &str| {
        let mut rig = Rig::new(settings_of(version, &[("linger.ms", "1000"), ("batch.size", "1000")]), 4);
        for _ in 0..400 {
            rig.send_to(RecordTarget::NoKey, 1, 200);
        }
        rig.run_until(5000 * MS);
        let mut counts: Vec<usize> = (0..4).map(|p| rig.log(p).len()).collect();
        counts.sort_unstable();
        (counts, rig.sent_batches)
    };
    assert_eq!(order("2.3"), (vec![100; 4], 100));
    let (sticky, batches) = order("3.2");
    assert!(sticky[0] > 50 && (100..110).contains(&batches), "{sticky:?} {batches}");
    let (uniform, batches) = order("4.1");
    assert!(uniform[0] > 50 && (100..110).contains(&batches), "{uniform:?} {batches}");
}

/// KIP-1123: among the partitions that are led in the producer's rack while there is one, else among all.
#[test]
fn records_without_a_key_stay_in_the_producers_rack() {
    let mut rig = Rig::new(ProducerSettings { rack: Some(1), ..settings(&[("linger.ms", "0")]) }, 4);
    for (place, rack) in [(1, 1), (3, 1), (0, 0), (2, 0)] {
        rig.leaders[place].leader = Some(BrokerId(rack + 1));
        rig.leaders[place].leader_rack = Some(rack as u32);
        rig.leaders[place].leader_epoch = 1;
    }
    let leaders = rig.leaders.clone();
    rig.step(ProducerInput::Metadata(&leaders));
    let filled = |rig: &mut Rig| -> Vec<usize> {
        (0..200).for_each(|_| {
            rig.send_to(RecordTarget::NoKey, 100, 200);
            rig.run_until(rig.now + 10 * MS);
        });
        rig.logs.iter_mut().map(|log| std::mem::take(log).len()).collect()
    };
    // What was chosen before the first answer named the racks is left at its first full batch.
    filled(&mut rig);
    let batches = filled(&mut rig);
    assert!(batches[0] + batches[2] == 0 && batches[1] > 0 && batches[3] > 0, "{batches:?}");
    let moved: Vec<PartitionLeader> = leaders
        .iter()
        .map(|told| PartitionLeader {
            leader: Some(BrokerId(1)),
            leader_rack: Some(0),
            leader_epoch: 2,
            ..*told
        })
        .collect();
    rig.leaders = moved.clone();
    rig.step(ProducerInput::Metadata(&moved));
    filled(&mut rig);
    assert!(filled(&mut rig).iter().all(|batches| *batches > 0), "no partition is led in its rack");
}
