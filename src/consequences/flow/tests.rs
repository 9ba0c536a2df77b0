//! The flow against runs that others measured (fidelity.md#calibration), each within its stated tolerance.

use super::{Flow, PathEnd, Resource};
use crate::consequences::case::Acks;
use crate::model::Machine;

fn flow() -> Flow {
    Flow {
        acks: Acks::All,
        replicas: 3.0,
        followers: 2,
        follower_rtt_ms: 0.2,
        client_rtt_ms: 0.2,
        records_per_s: 1000.0,
        record_bytes: 100.0,
        producers: 1.0,
        keyed: true,
        brokers: 3.0,
        partitions: 6.0,
        linger_ms: 0.0,
        batch_bytes: 16384.0,
        in_flight: 5.0,
        codec: "none".into(),
        fsync: false,
        fetchers: 1.0,
        io_threads: 8.0,
        groups: 1.0,
        fetch_min_bytes: 1.0,
        fetch_max_wait_ms: 500.0,
        machine: Machine {
            cores: 6.0,
            network_mb_per_s: 125.0,
            disk_mb_per_s: 600.0,
            flush_ms: 1.2,
            ..Machine::default()
        },
    }
}

fn within(said: f64, seen: f64, factor: f64) {
    assert!(said <= seen * factor && said >= seen / factor, "said {said}, seen {seen}");
}

/// Kreps 2014: one producer without replication 821,557 records/s of 100 bytes, with three replicas that are not waited
/// for 786,980. (The article's megabytes are of 2^20 bytes.)
#[test]
fn one_producer_at_linkedin() {
    let alone =
        Flow { replicas: 1.0, followers: 0, acks: Acks::One, groups: 0.0, batch_bytes: 8196.0, ..flow() };
    within(alone.max_mb_per_s().0, 82.2, 1.1);
    let replicated = Flow { replicas: 3.0, followers: 2, ..alone };
    within(replicated.max_mb_per_s().0, 78.7, 1.1);
    assert_eq!(replicated.max_mb_per_s().1, Resource::ProducerProcessor);
}

/// Kreps 2014: one producer with acks=-1 and batches of 64,000 bytes 421,823 records/s, 0.54 of the asynchronous one;
/// records without keys went to all partitions in turn. The distances are not told.
#[test]
fn one_synchronous_producer_at_linkedin() {
    let asynchronous = Flow { acks: Acks::One, groups: 0.0, batch_bytes: 8196.0, ..flow() };
    for rtt in [0.1, 0.2, 0.5] {
        let near = Flow { follower_rtt_ms: rtt, client_rtt_ms: rtt, ..flow() };
        let synchronous = Flow { groups: 0.0, batch_bytes: 64_000.0, ..near };
        let (said, bound) = synchronous.max_mb_per_s();
        within(said, 42.2, 1.35);
        assert_eq!(bound, Resource::OneRequestAtATime);
        within(said / asynchronous.max_mb_per_s().0, 0.54, 1.35);
    }
}

/// Kreps 2014: three producers without waiting for the replicas, 2,024,032 records/s. Each broker would have had to take
/// 202 MB/s over a link of 125: the followers cannot have kept up. What is said is what they keep up with.
#[test]
fn three_producers_at_linkedin_fill_the_links() {
    let three = Flow { acks: Acks::One, groups: 0.0, batch_bytes: 8196.0, producers: 3.0, ..flow() };
    let (said, bound) = three.max_mb_per_s();
    within(said, 125.0, 1.001);
    assert_eq!(bound, Resource::BrokerNetworkIn);
    let leaders_alone = Flow { replicas: 1.0, followers: 0, ..three };
    within(leaders_alone.max_mb_per_s().0, 202.4, 1.25);
}

/// Kreps 2014: one consumer 89.7 MB/s (940,521 records), three 249.5 MB/s.
#[test]
fn consumers_at_linkedin() {
    let one = super::member_records_per_s(0.0, 100.0);
    within(one, 940_521.0, 1.5);
    within(3.0 * one, 2_615_968.0, 1.5);
}

/// Google, "Plan the size of your cluster": 20 MB/s of write equivalents per core, half of it used.
#[test]
fn planning_by_cores() {
    let machine = Machine { cores: 8.0, ..Machine::default() };
    let flow = Flow {
        partitions: 100.0,
        producers: 50.0,
        batch_bytes: 131_072.0,
        linger_ms: 20.0,
        machine,
        ..flow()
    };
    // Three replicas and one group: 3 + 3/4 write equivalents per byte on 24 cores.
    within(crate::consequences::capacity::planned_mb_per_s(&flow), 24.0 * 20.0 * 0.5 / 3.75, 1.5);
}

/// Kreps 2014: end to end median 2 ms, p99 3 ms, each record sent when the one before was received.
#[test]
fn end_to_end_at_linkedin() {
    let path = Flow { records_per_s: 10.0, ..flow() }.end_to_end().unwrap();
    within(path.quantile(0.5), 2.0, 2.0);
    within(path.quantile(0.99), 3.0, 2.0);
}

/// Confluent 2020, three i3en.2xlarge: peak 605 MB/s, p99 5 ms at 200 MB/s (vendor figures), with the benchmark's own
/// linger of 1 ms and batches of 128 KiB; how many producers and how far from the brokers is not told.
#[test]
fn three_large_brokers() {
    for (producers, rtt) in [(1.0, 0.1), (4.0, 0.1), (4.0, 0.2), (4.0, 0.3), (8.0, 0.2), (16.0, 0.1)] {
        let machine = Machine {
            cores: 8.0,
            network_mb_per_s: 3000.0,
            disk_mb_per_s: 2000.0,
            flush_ms: 0.2,
            ..Machine::default()
        };
        let flow = Flow {
            record_bytes: 1000.0,
            producers,
            keyed: false,
            partitions: 100.0,
            linger_ms: 1.0,
            batch_bytes: 131_072.0,
            client_rtt_ms: rtt,
            follower_rtt_ms: rtt,
            records_per_s: 200_000.0,
            machine,
            ..flow()
        };
        within(flow.ack().unwrap().quantile(0.99), 5.0, 1.6);
        if producers >= 4.0 {
            let peak = Flow { linger_ms: 10.0, batch_bytes: 1_048_576.0, ..flow };
            within(peak.max_mb_per_s().0, 605.0, 1.1);
        }
    }
}

/// Vanlightly 2023, three i3en.6xlarge, acks=1, ten producers: 1900 MB/s (tolerance 1.3).
#[test]
fn three_huge_brokers() {
    let machine = Machine {
        cores: 24.0,
        network_mb_per_s: 3125.0,
        disk_mb_per_s: 2000.0,
        flush_ms: 0.2,
        ..Machine::default()
    };
    let flow = Flow {
        acks: Acks::One,
        record_bytes: 1000.0,
        producers: 10.0,
        keyed: false,
        partitions: 288.0,
        linger_ms: 1.0,
        batch_bytes: 131_072.0,
        machine,
        ..flow()
    };
    within(flow.max_mb_per_s().0, 1900.0, 1.3);
}

/// Bartholomew 2019, OpenMessaging, 50,000 records/s of 100 bytes on three brokers: mean latency of a send
/// without and with a flush per message on 1, 6 and 16 partitions. The slope is partitions per broker, not bytes.
#[test]
fn flushes_cost_by_partition() {
    let mean = |partitions: f64, fsync: bool| {
        let flow = Flow {
            records_per_s: 50_000.0,
            partitions,
            brokers: partitions.min(3.0),
            linger_ms: 1.0,
            client_rtt_ms: 0.5,
            follower_rtt_ms: 0.5,
            fsync,
            ..flow()
        };
        let batches = flow.batches();
        let parts = flow.parts_unloaded(&batches, flow.acks);
        parts.batch + parts.network + parts.append + parts.flush + parts.replicate
    };
    within(mean(6.0, false), 4.475, 1.25);
    within(mean(1.0, true), 6.652, 1.25);
    within(mean(6.0, true), 11.125, 1.4);
    within(mean(16.0, true), 18.454, 1.4);
}

/// Rao 2015: 1000 partitions between two brokers with one fetcher add about 20 ms; here the cycle and a half.
#[test]
fn many_partitions_make_long_fetches() {
    let replicate = |partitions: f64, fetchers: f64| {
        let flow = Flow { brokers: 1.0, partitions, fetchers, records_per_s: 1e6, linger_ms: 5.0, ..flow() };
        flow.parts_unloaded(&flow.batches_every(0.0), flow.acks).replicate
    };
    let more = replicate(1000.0, 1.0) - replicate(1.0, 1.0);
    within(more, 20.0, 1.5);
    assert!(replicate(1000.0, 4.0) - replicate(1.0, 4.0) < more / 3.0);
}

/// AWS, "Best practices for right-sizing": min of disk B/r, network B/r in, network B/(groups + r - 1) out.
#[test]
fn the_right_sizing_equation() {
    let machine = Machine {
        cores: 1e9,
        network_mb_per_s: 100.0,
        disk_mb_per_s: 1e9,
        flush_ms: 0.2,
        ..Machine::default()
    };
    let many = Flow { producers: 1e6, record_bytes: 1000.0, machine, ..flow() };
    let read_often = Flow { groups: 3.0, ..many.clone() };
    within(read_often.max_mb_per_s().0, 100.0 * 3.0 / (3.0 + 2.0), 1.001);
    assert_eq!(read_often.max_mb_per_s().1, Resource::BrokerNetworkOut);
    within(many.max_mb_per_s().0, 100.0 * 3.0 / 3.0, 1.001);
}

/// Five 16 KiB batches in flight to one partition: 2 ms 41 MB/s, 5 ms 16 MB/s, 10 ms 8 MB/s.
#[test]
fn round_trips_bound_one_connection() {
    let at = |rtt: f64| {
        let flow = Flow {
            acks: Acks::One,
            keyed: false,
            partitions: 1.0,
            brokers: 1.0,
            client_rtt_ms: rtt - Machine::default().append_ms - 0.06,
            // One record fills a batch, and the round trip is what it is, transmission included.
            record_bytes: 16_313.0,
            machine: Machine { network_mb_per_s: 1e9, ..flow().machine },
            ..flow()
        };
        let pipeline = flow.utilisations()[0];
        assert_eq!(pipeline.resource, Resource::ProducerPipeline);
        format!("{:.0}", flow.records_per_s * flow.record_bytes / 1e6 / pipeline.share)
    };
    assert_eq!([2.0, 5.0, 10.0].map(at), ["41", "16", "8"]);
}

/// One partition, replicas 60 ms apart, linger 0.
fn far_apart(records_per_s: f64) -> Flow {
    let machine = Machine { stall_share: 0.0, ..flow().machine };
    Flow {
        records_per_s,
        follower_rtt_ms: 60.0,
        partitions: 1.0,
        brokers: 1.0,
        keyed: false,
        machine,
        ..flow()
    }
}

/// A broker answers a request before it reads the next one of that connection: at 5 records a second nobody
/// waits, at 20 five requests are always in flight and the sixth gathers records.
#[test]
fn requests_of_one_connection_take_turns() {
    let median = |rate: f64| far_apart(rate).ack().unwrap().quantile(0.5);
    within(median(5.0), 64.0, 1.15);
    // Real brokers: 0.36 s, of records that come evenly; at random some find the line shorter.
    within(median(20.0), 360.0, 1.2);
    let path = far_apart(100.0).latency_path(PathEnd::Acknowledgement).unwrap();
    assert!(path.connection.busy() > 6.0);
    // No more requests than fit: 1 / 61 ms.
    within(100.0 / path.records_per_request, 1000.0 / 61.0, 1.02);
    within(median(100.0), 5.5 * 61.0, 1.1);
    // acks=1 does not hold the connection.
    let one = Flow { acks: Acks::One, ..far_apart(100.0) };
    assert!(one.ack().unwrap().quantile(0.99) < 5.0);
    assert!(one.end_to_end().unwrap().quantile(0.5) < 120.0);
}

/// Who lingers longer than a request is held has one request at a time, and none waits.
#[test]
fn lingering_longer_than_a_request_is_held_empties_the_line() {
    let at = |linger_ms: f64| Flow { linger_ms, ..far_apart(100.0) }.ack().unwrap().quantile(0.5);
    assert!(at(70.0) < at(0.0) / 2.0, "{} {}", at(70.0), at(0.0));
}

/// What fits into one request per turn is the bound: 16 KiB each 61 ms, or more in flight with acks=1.
#[test]
fn a_far_follower_bounds_a_connection() {
    let (most, bound) = far_apart(20.0).max_mb_per_s();
    // 148 records of 100 bytes fill a batch.
    within(most, 0.0148 / 0.0615, 1.02);
    assert_eq!(bound, Resource::OneRequestAtATime);
    within(far_apart(20.0).partition_mb_per_s(), most, 1.02);
    let more = Flow { in_flight: 1000.0, ..far_apart(20.0) };
    within(more.max_mb_per_s().0, most, 1.001);
    let one = Flow { acks: Acks::One, ..far_apart(20.0) };
    assert!(one.max_mb_per_s().0 > 50.0 * most);
}

/// Another producer's records send a follower away just before: its round trip comes on top.
#[test]
fn followers_that_others_keep_busy_come_back_later() {
    let with = |producers: f64| {
        let busy = Flow { producers, records_per_s: producers * 5.0, ..far_apart(5.0) };
        busy.latency_path(PathEnd::Acknowledgement).unwrap().parts.missed
    };
    assert_eq!(with(1.0), 0.0);
    within(with(3.0), 0.375 * 30.0, 1.1);
}

/// Three small machines that flush each record, one to many producers.
fn flushing(producers: f64, batch_bytes: f64) -> Flow {
    Flow {
        fsync: true,
        producers,
        batch_bytes,
        record_bytes: 1000.0,
        partitions: 12.0,
        linger_ms: 5.0,
        records_per_s: 5000.0,
        machine: Machine::default(),
        ..flow()
    }
}

/// More producers share the flushes: their batches grow until these fit, so nothing falls off and larger batches help.
#[test]
fn flushes_are_counted_with_the_batches_of_their_load() {
    let most = |producers: f64, batch_bytes: f64| flushing(producers, batch_bytes).max_mb_per_s().0;
    for producers in [1.0, 2.0, 3.0, 5.0, 20.0] {
        assert!(most(producers + 1.0, 16384.0) >= most(producers, 16384.0), "{producers}");
        assert!(most(producers, 65536.0) > 2.0 * most(producers, 16384.0), "{producers}");
    }
    // Full batches of 16 records, three flushes of 0.2 ms each on three brokers.
    within(most(20.0, 16384.0), 3.0 * 16.0 / 3.0 / 0.2, 1.02);
}

/// A load that fits is carried, by requests that the flushes leave time for.
#[test]
fn requests_grow_until_their_flushes_fit() {
    let busy = Flow { records_per_s: 20_000.0, ..flushing(20.0, 131_072.0) };
    let flushes = busy.utilisations()[7];
    assert_eq!(flushes.resource, Resource::BrokerFlushes);
    assert!((0.7..=1.0).contains(&flushes.share), "{flushes:?}");
    assert!(busy.ack().unwrap().quantile(0.99) < 1000.0);
    assert!(busy.batches().records_per_request > 1.1 * busy.batches_every(0.0).records_per_request);
}

#[cfg(test)]
mod directions;

/// A producer that has more to send than goes through has a full batch for every partition, whoever chose it.
#[test]
fn keys_alone_do_not_change_what_goes_through() {
    for (partitions, brokers) in [(1.0, 1.0), (6.0, 3.0), (100.0, 3.0)] {
        let keyed = Flow { partitions, brokers, ..flow() };
        let keyless = Flow { keyed: false, ..keyed.clone() };
        let (with, without) = (keyed.max_mb_per_s(), keyless.max_mb_per_s());
        within(with.0, without.0, 1.001);
        assert_eq!(with.1, without.1, "{partitions} on {brokers}");
    }
}
