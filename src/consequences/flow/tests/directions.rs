//! Which way each knob moves what goes through and how long it takes, over drawn flows.

use super::flow;
use crate::consequences::case::Acks;
use crate::consequences::flow::{Flow, PathEnd};
use crate::model::Machine;
use proptest::prelude::*;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Direction {
    NeverLower,
    NeverHigher,
    Same,
    /// Nothing is said.
    Either,
}
use Direction::{Either, NeverHigher, NeverLower, Same};

/// A knob turned up, and what it does to the most that goes through and to the p99 of the acknowledgement.
struct Row {
    name: &'static str,
    up: fn(Flow) -> Flow,
    throughput: Direction,
    /// Share of the throughput of which nothing is said.
    open: f64,
    ack: Direction,
}

fn faster(flow: Flow, change: impl Fn(&mut Machine)) -> Flow {
    let mut flow = flow;
    change(&mut flow.machine);
    flow
}

/// What the arithmetic leaves open.
const NOTHING: f64 = 1e-9;

const TABLE: &[Row] = &[
    Row {
        name: "producers",
        up: |f| Flow { producers: f.producers + 1.0, ..f },
        throughput: NeverLower,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "batch.size",
        up: |f| Flow { batch_bytes: f.batch_bytes * 2.0, ..f },
        throughput: NeverLower,
        // A large request is appended when all of it is there, small ones while the next one comes.
        open: 0.15,
        ack: Either,
    },
    Row {
        name: "linger.ms",
        up: |f| Flow { linger_ms: f.linger_ms + 5.0, ..f },
        throughput: Same,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "in flight",
        up: |f| Flow { in_flight: f.in_flight + 1.0, ..f },
        throughput: NeverLower,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "load",
        up: |f| Flow { records_per_s: f.records_per_s * 2.0, ..f },
        throughput: Same,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "flush.messages=1",
        up: |f| Flow { fsync: true, ..f },
        throughput: NeverHigher,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "flush_ms",
        up: |f| faster(f, |machine| machine.flush_ms *= 2.0),
        throughput: NeverHigher,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "acks",
        up: |f| {
            let acks = if f.acks == Acks::Zero { Acks::One } else { Acks::All };
            Flow { acks, ..f }
        },
        throughput: NeverHigher,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "distance of followers",
        up: |f| Flow { follower_rtt_ms: f.follower_rtt_ms + 1.0, ..f },
        throughput: NeverHigher,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "distance of clients",
        up: |f| Flow { client_rtt_ms: f.client_rtt_ms + 1.0, ..f },
        throughput: NeverHigher,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "replicas",
        up: |f| Flow { replicas: f.replicas + 1.0, followers: f.followers + 1, ..f },
        throughput: NeverHigher,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "consumer groups",
        up: |f| Flow { groups: f.groups + 1.0, ..f },
        throughput: NeverHigher,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "cores",
        up: |f| faster(f, |machine| machine.cores *= 2.0),
        throughput: NeverLower,
        open: NOTHING,
        ack: NeverHigher,
    },
    Row {
        name: "network",
        up: |f| faster(f, |machine| machine.network_mb_per_s *= 2.0),
        throughput: NeverLower,
        open: NOTHING,
        ack: NeverHigher,
    },
    Row {
        name: "disk",
        up: |f| faster(f, |machine| machine.disk_mb_per_s *= 2.0),
        throughput: NeverLower,
        open: NOTHING,
        ack: NeverHigher,
    },
    Row {
        name: "append_ms",
        up: |f| faster(f, |machine| machine.append_ms += 1.0),
        throughput: NeverHigher,
        open: NOTHING,
        ack: Either,
    },
    Row {
        name: "stall_share",
        up: |f| faster(f, |machine| machine.stall_share *= 2.0),
        throughput: Same,
        open: NOTHING,
        ack: NeverLower,
    },
    Row {
        name: "num.replica.fetchers",
        up: |f| Flow { fetchers: f.fetchers * 2.0, ..f },
        throughput: NeverLower,
        open: NOTHING,
        ack: Either,
    },
];

/// Bins of waits and halvings leave so much of a quantile open.
const SLACK: f64 = 0.03;

fn holds(direction: Direction, before: f64, after: f64, slack: f64) -> bool {
    let open = slack * before.abs().max(after.abs());
    match direction {
        NeverLower => after >= before - open,
        NeverHigher => after <= before + open,
        Same => (after - before).abs() <= open,
        Either => true,
    }
}

/// What is not carried takes for ever.
fn ack_p99(flow: &Flow) -> f64 {
    flow.ack().map_or(f64::INFINITY, |mixture| mixture.quantile(0.99))
}

/// Whether requests seldom wait for others of their connection.
fn is_at_ease(flow: &Flow) -> bool {
    let path = flow.latency_path(PathEnd::Acknowledgement);
    path.is_none_or(|path| {
        let round_trip_ms = path.connection.held_ms + path.connection.network_ms;
        let in_flight = path.connection.due_per_s() / 1000.0 * round_trip_ms / path.connection.in_flight;
        path.connection.busy() < 0.5 && in_flight < 0.5
    })
}

fn flows() -> impl Strategy<Value = Flow> {
    let clients = (
        prop::sample::select(vec![Acks::Zero, Acks::One, Acks::All]),
        prop::sample::select(vec![1.0, 2.0, 3.0, 7.0, 40.0]),
        prop::sample::select(vec![0.0, 1.0, 5.0, 50.0]),
        prop::sample::select(vec![1024.0, 16384.0, 131_072.0, 1_048_576.0]),
        prop::sample::select(vec![1.0, 2.0, 5.0, 100.0]),
        any::<bool>(),
    );
    let load = (
        prop::sample::select(vec![0.1, 100.0, 3000.0, 50_000.0, 1e6]),
        prop::sample::select(vec![10.0, 200.0, 1000.0, 100_000.0]),
        prop::sample::select(vec![1.0, 3.0, 12.0, 600.0]),
        any::<bool>(),
        prop::sample::select(vec!["none", "lz4", "zstd"]),
    );
    let machines = (
        prop::sample::select(vec![0.2, 1.0, 20.0]),
        prop::sample::select(vec![125.0, 1250.0]),
        prop::sample::select(vec![2.0, 8.0]),
        1..=3_u32,
        prop::sample::select(vec![0.1, 1.2, 10.0]),
    );
    (clients, load, machines).prop_map(
        |(
            (acks, producers, linger_ms, batch_bytes, in_flight, fsync),
            (records_per_s, record_bytes, partitions, keyed, codec),
            (rtt, network_mb_per_s, cores, replicas, flush_ms),
        )| Flow {
            acks,
            producers,
            linger_ms,
            batch_bytes,
            in_flight,
            fsync,
            records_per_s,
            record_bytes,
            partitions,
            keyed,
            codec: codec.into(),
            follower_rtt_ms: rtt,
            client_rtt_ms: rtt,
            replicas: f64::from(replicas),
            followers: replicas - 1,
            machine: Machine { network_mb_per_s, cores, flush_ms, ..Machine::default() },
            ..flow()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_knob_moves_throughput_and_latency_one_way(before in flows()) {
        let (most, p99) = (before.max_mb_per_s().0, ack_p99(&before));
        for row in TABLE {
            let after = (row.up)(before.clone());
            let now = after.max_mb_per_s().0;
            prop_assert!(
                holds(row.throughput, most, now, row.open),
                "{}: throughput {:?} but {most} -> {now}; {before:?}", row.name, row.throughput
            );
            // Where requests wait for each other records gather, and fewer requests may take less: nothing is said then.
            let alike = before.batches().records_per_request == after.batches().records_per_request;
            if row.ack != Either && alike && is_at_ease(&before) && is_at_ease(&after) {
                let now = ack_p99(&after);
                prop_assert!(
                    p99 == now || holds(row.ack, p99, now, SLACK),
                    "{}: ack p99 {:?} but {p99} -> {now}; {before:?}", row.name, row.ack
                );
            }
        }
    }

    /// What is below the most is carried, and what is above is not.
    #[test]
    fn the_most_that_goes_through_goes_through(flow in flows()) {
        let most = flow.max_mb_per_s().0 * 1e6 / flow.record_bytes;
        let at = |records_per_s: f64| ack_p99(&Flow { records_per_s, ..flow.clone() });
        prop_assert!(at(most * 0.999).is_finite());
        prop_assert!(at(most * 1.001).is_infinite());
    }

    /// A throughput does not depend on how much is sent, and no resource is more than full as long as it is carried.
    #[test]
    fn nothing_is_more_than_full(flow in flows()) {
        if flow.bottleneck().share < 0.999 {
            for one in flow.utilisations() {
                prop_assert!(one.share <= 1.0 + 1e-6, "{one:?} {flow:?}");
            }
        }
    }
}
