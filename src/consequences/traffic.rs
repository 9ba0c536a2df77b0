//! Figures of latency, throughput and cost of the topic under study.

use crate::consequences::assessment::{Latency, Throughput};
use crate::consequences::case::{Case, places};
use crate::consequences::classes::RackSpread;
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::estimate::format_significant;
use crate::consequences::figure::Derivation;
use crate::consequences::flow::{Flow, LatencyPart, LatencyPath, PathEnd, Resource};
use crate::consequences::quantile::Mixture;
use crate::consequences::wording::digits;
use crate::consequences::{Estimate, Figure, Percentiles, Quantity, Unit};
use crate::knobs::{Knob, broker, consumer, env, load, net, producer, topic};
use crate::model::Keys;

/// The flows that are possible: one when all settings are known.
pub(super) struct Flows {
    flows: Result<Vec<Flow>, String>,
}

const NEEDED: &[&Knob] = &[
    &producer::LINGER_MS,
    &producer::BATCH_SIZE,
    &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
    &broker::NUM_REPLICA_FETCHERS,
    &broker::NUM_IO_THREADS,
];

/// What the way to the consumer needs beside.
const NEEDED_TO_READ: &[&Knob] = &[&consumer::FETCH_MIN_BYTES, &consumer::FETCH_MAX_WAIT_MS];

/// Parts of less than a microsecond are left out.
const NOTHING_MS: f64 = 1e-3;

/// Where the machines' figures come from.
const ONE_RESOURCE: &str = "all brokers are alike, and the load is spread over them evenly";

const LATENCY_INPUTS: &[&Knob] = &[
    &producer::ACKS,
    &producer::LINGER_MS,
    &producer::BATCH_SIZE,
    &producer::COMPRESSION_TYPE,
    &topic::FLUSH_MESSAGES,
    &topic::PARTITIONS,
    &load::RECORDS_PER_S,
    &load::RECORD_BYTES,
    &load::PRODUCERS,
    &load::KEYS,
    &net::CLIENT_RTT_MS,
    &net::RACK_RTT_MS,
    &net::SAME_RACK_RTT_MS,
    &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
    &env::APPEND_MS,
    &env::LOCAL_MS,
    &env::FOLLOWER_APPEND_MS,
    &env::FETCH_PARTITION_US,
    &env::FLUSH_MS,
    &env::STALL_SHARE,
    &env::STALL_MS,
];

pub(super) const CAPACITY_INPUTS: &[&Knob] = &[
    &producer::ACKS,
    &producer::LINGER_MS,
    &producer::BATCH_SIZE,
    &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
    &producer::COMPRESSION_TYPE,
    &topic::REPLICATION_FACTOR,
    &topic::PARTITIONS,
    &load::RECORDS_PER_S,
    &load::RECORD_BYTES,
    &load::PRODUCERS,
    &load::KEYS,
    &net::CLIENT_RTT_MS,
    &net::RACK_RTT_MS,
    &env::LOCAL_MS,
    &env::BROKER_CORES,
    &env::NETWORK_MB_PER_S,
    &env::DISK_MB_PER_S,
    &env::FLUSH_MS,
];

impl Flows {
    /// Those of the worst class and its topic.
    pub(super) fn of(context: &AssessmentContext<'_>) -> Self {
        let Some(worst) = context.worst() else {
            return Flows { flows: Err("there are no partitions".into()) };
        };
        if let Some(key) = NEEDED.iter().find(|key| context.knobs.float(key).is_none()) {
            return Flows { flows: Err(context.knobs.why_unknown(key)) };
        }
        let mut flows: Vec<Flow> = Vec::new();
        for case in &worst.cases {
            for rtt in follower_rtts(context, worst) {
                let flow = flow(context, worst, case, rtt);
                if !flows.contains(&flow) {
                    flows.push(flow);
                }
            }
        }
        Flows { flows: Ok(flows) }
    }

    pub(super) fn over(&self, of: impl Fn(&Flow) -> Estimate<f64>) -> Estimate<f64> {
        match &self.flows {
            Err(why) => Estimate::Unknown(why.clone()),
            Ok(flows) => Estimate::covering(flows.iter().map(of)),
        }
    }

    /// The same of flows that carry the load; `None` is one that does not.
    pub(super) fn over_carried(&self, of: impl Fn(&Flow) -> Option<f64>) -> Estimate<f64> {
        let too_much =
            |flow: &Flow| format!("the load is above the limit of: {}", flow.bottleneck().resource.word());
        self.over(|flow| of(flow).map_or_else(|| Estimate::Unknown(too_much(flow)), Estimate::Exact))
    }

    fn percentiles(&self, path: impl Fn(&Flow) -> Option<Mixture>) -> Percentiles {
        let at = |share: f64| self.over_carried(|flow| path(flow).map(|mixture| mixture.quantile(share)));
        let (p50, p99) = (at(0.5), at(0.99));
        debug_assert!(p50.high() <= p99.high(), "{p50:?} {p99:?}");
        Percentiles { p50, p99 }
    }

    pub(super) fn first(&self) -> Option<&Flow> {
        self.flows.as_ref().ok()?.first()
    }

    pub(super) fn partitions(&self) -> f64 {
        self.first().map_or(1.0, |flow| flow.partitions)
    }

    pub(super) fn latency(&self, context: &AssessmentContext<'_>) -> Latency {
        let ack = self.percentiles(Flow::ack);
        let end_to_end = match NEEDED_TO_READ.iter().find(|key| context.knobs.float(key).is_none()) {
            None => self.percentiles(Flow::end_to_end),
            Some(key) => {
                let unknown = || Estimate::Unknown(context.knobs.why_unknown(key));
                Percentiles { p50: unknown(), p99: unknown() }
            }
        };
        Latency {
            ack: self.path(context, PathEnd::Acknowledgement, ack),
            end_to_end: self.path(context, PathEnd::Consumer, end_to_end),
        }
    }

    fn path(&self, context: &AssessmentContext<'_>, end: PathEnd, value: Percentiles) -> Figure<Percentiles> {
        let (id, label) = match end {
            PathEnd::Acknowledgement => ("latency.ack", "Ack p50/p99"),
            PathEnd::Consumer => ("latency.end_to_end", "End to end p50/p99"),
        };
        let why = Derivation {
            formula: self.first().map_or_else(String::new, |flow| sum(flow, end)),
            inputs: context.knobs.inputs(LATENCY_INPUTS),
            assumptions: vec![
                "a lognormal body; a stall lasts from half of env:stall_ms to all of it, and hits env:stall_share of \
                 the requests, those behind it among them"
                    .into(),
                "records come at random (Poisson); a broker handles one request of a connection at a time".into(),
                ONE_RESOURCE.into(),
            ],
            knob: self.first().and_then(|flow| largest_part(flow, end)).map(|part| part.knob().into()),
        };
        let headline = self.latency_headline(end, label, &value);
        Figure { id, label, value, headline, affected: None, why }
    }

    fn latency_headline(&self, end: PathEnd, label: &str, value: &Percentiles) -> String {
        let (p50, p99) = (digits(&value.p50), digits(&value.p99));
        let answered = self.first().is_none_or(|flow| flow.is_answered(end));
        match (&value.p99, end) {
            (Estimate::Unknown(why), _) => format!("{label}: unknown, {why}"),
            (_, PathEnd::Acknowledgement) if answered => {
                format!("An acknowledgement takes {p50} ms, and 99 of 100 at most {p99} ms")
            }
            (_, PathEnd::Acknowledgement) => format!(
                "With acks=0 no broker answers; a record is in the socket after {p50} ms, and 99 of 100 after at most \
                 {p99} ms"
            ),
            (_, PathEnd::Consumer) => {
                format!("A record reaches the consumer after {p50} ms, and 99 of 100 at most {p99} ms")
            }
        }
    }

    pub(super) fn throughput(&self, context: &AssessmentContext<'_>) -> Throughput {
        let value = self.over(|flow| Estimate::Exact(flow.max_mb_per_s().0));
        let bottleneck = self.first().map(|flow| flow.max_mb_per_s().1);
        let bound = bottleneck.map_or("?", Resource::word);
        let headline = match &value {
            Estimate::Unknown(why) => format!("How much goes through is unknown: {why}"),
            most => format!("Throughput is at most {} MB/s of records, limited by: {bound}", digits(most)),
        };
        let formula = self.first().map_or_else(String::new, |flow| {
            let busy = flow.utilisations();
            let said = busy.iter().map(|one| format!("{} {}", one.resource.word(), percent(one.share)));
            format!(
                "the rate at which the first resource is full; now: {}",
                said.collect::<Vec<_>>().join(", ")
            )
        });
        let why = Derivation {
            formula,
            inputs: context.knobs.inputs(CAPACITY_INPUTS),
            assumptions: vec![
                ONE_RESOURCE.into(),
                "one consumer group reads everything, or as many as the cluster has; plan at 80 %".into(),
            ],
            knob: bottleneck.map(|resource| resource.knob().into()),
        };
        let max = Figure {
            id: "throughput.max",
            label: "Throughput",
            value: Quantity::new(value, Unit::MbPerS),
            headline,
            affected: None,
            why,
        };
        Throughput { max, bottleneck: bottleneck.map(Resource::word) }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", format_significant(share * 100.0))
}

/// Round trips to the farthest follower in sync: two when racks are not known.
fn follower_rtts(context: &AssessmentContext<'_>, worst: &PartitionClass) -> Vec<f64> {
    let net = &context.cluster.assumed.net;
    let layout = worst.layout;
    match layout.spread {
        RackSpread::None => vec![net.same_rack_rtt_ms],
        RackSpread::Unknown => vec![net.same_rack_rtt_ms, net.rack_rtt_ms],
        RackSpread::Known(racks) => {
            let leader = usize::from(worst.live.leader.unwrap_or(0));
            let far = places(worst.live.isr & worst.live.up).any(|place| racks.of[place] != racks.of[leader]);
            vec![if far { net.rack_rtt_ms } else { net.same_rack_rtt_ms }]
        }
    }
}

fn flow(context: &AssessmentContext<'_>, worst: &PartitionClass, case: &Case, follower_rtt_ms: f64) -> Flow {
    let (cluster, knobs) = (context.cluster, &context.knobs);
    let (load, net) = (&cluster.assumed.load, &cluster.assumed.net);
    let float = |knob: &'static Knob| knobs.float(knob).unwrap_or(0.0);
    let groups = cluster.groups.get().map_or(1, |groups| groups.len().max(1));
    Flow {
        acks: case.acks,
        replicas: f64::from(case.replicas),
        followers: worst.live.in_sync().saturating_sub(1),
        follower_rtt_ms,
        client_rtt_ms: net.client_rtt_ms,
        records_per_s: load.records_per_s,
        record_bytes: f64::from(load.record_bytes),
        producers: f64::from(load.producers),
        keyed: load.keys != Keys::None,
        brokers: f64::from(context.broker_load.leading.max(1)),
        partitions: float(&topic::PARTITIONS).max(1.0),
        linger_ms: float(&producer::LINGER_MS),
        batch_bytes: float(&producer::BATCH_SIZE),
        in_flight: float(&producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION),
        codec: knobs.word(&producer::COMPRESSION_TYPE).unwrap_or("none").to_string(),
        fsync: case.fsync,
        fetchers: float(&broker::NUM_REPLICA_FETCHERS),
        io_threads: float(&broker::NUM_IO_THREADS),
        groups: groups as f64,
        fetch_min_bytes: float(&consumer::FETCH_MIN_BYTES),
        fetch_max_wait_ms: float(&consumer::FETCH_MAX_WAIT_MS),
        machine: cluster.assumed.env.machine.clone(),
    }
}

/// The means of the parts that a record goes through.
fn parts(flow: &Flow, end: PathEnd) -> Vec<(LatencyPart, f64)> {
    let Some(LatencyPath { parts, .. }) = flow.latency_path(end) else { return Vec::new() };
    let mut means = vec![(LatencyPart::Batch, parts.batch), (LatencyPart::Compress, parts.compress)];
    if flow.is_answered(end) {
        means.extend([
            (LatencyPart::Connection, parts.connection),
            (LatencyPart::Network, parts.network),
            (LatencyPart::Append, parts.append),
            (LatencyPart::Flush, parts.flush),
            (LatencyPart::Replicate, parts.replicate),
            (LatencyPart::MissedFetch, parts.missed),
        ]);
    }
    if end == PathEnd::Consumer {
        means.push((LatencyPart::Fetch, flow.fetch_wait_ms()));
    }
    means.retain(|(_, ms)| *ms >= NOTHING_MS);
    means
}

fn sum(flow: &Flow, end: PathEnd) -> String {
    let means = parts(flow, end);
    let terms: Vec<String> =
        means.iter().map(|(part, ms)| format!("{} {}", part.word(), format_significant(*ms))).collect();
    let sum = if terms.is_empty() {
        "nothing is waited for".to_string()
    } else {
        format!("means in ms: {}", terms.join(" + "))
    };
    match flow.latency_path(end) {
        Some(path) if flow.is_answered(end) => format!("{sum}; {}", turn(&path)),
        _ => sum,
    }
}

/// How a connection's requests take their turn.
pub(super) fn turn(path: &LatencyPath) -> String {
    let connection = &path.connection;
    let due = connection.due_per_s();
    let shared = if connection.busy() > 1.0 {
        format!(", so that {} records share a request", format_significant(path.records_per_request))
    } else {
        String::new()
    };
    format!(
        "connection: {} requests/s due x {} ms held = {} busy{shared}",
        format_significant(due),
        format_significant(connection.held_ms),
        percent(due * connection.held_ms / 1000.0),
    )
}

fn largest_part(flow: &Flow, end: PathEnd) -> Option<LatencyPart> {
    parts(flow, end).into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(part, _)| part)
}
