//! Figures of latency, throughput and cost of the topic under study.

use crate::consequences::answer::format_significant;
use crate::consequences::assessment::{Latency, Throughput};
use crate::consequences::case::{Acks, Case, places};
use crate::consequences::classes::Spread;
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::figure::{Derivation, digits};
use crate::consequences::flow::{Flow, LatencyPath, ONE_AT_A_TIME, PIPELINE};
use crate::consequences::quantile::Mixture;
use crate::consequences::{Answer, Figure, Number, Percentiles, Unit};
use crate::knobs::{Knob, broker, consumer, env, load, net, producer, topic};

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

/// LatencyBreakdown of less than a microsecond are none.
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
    &load::KEYED,
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

/// What bounds the throughput.
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
    &load::KEYED,
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

    pub(super) fn over(&self, of: impl Fn(&Flow) -> Answer<f64>) -> Answer<f64> {
        match &self.flows {
            Err(why) => Answer::Unknown(why.clone()),
            Ok(flows) => Answer::covering(flows.iter().map(of)),
        }
    }

    /// The same of flows through which the load goes.
    pub(super) fn over_passing(&self, of: impl Fn(&Flow) -> Option<f64>) -> Answer<f64> {
        let too_much =
            |flow: &Flow| format!("the load is more than the {} lets through", flow.bottleneck().0);
        self.over(|flow| of(flow).map_or_else(|| Answer::Unknown(too_much(flow)), Answer::Exact))
    }

    fn percentiles(&self, path: impl Fn(&Flow) -> Option<Mixture>) -> Percentiles {
        let at = |share: f64| self.over_passing(|flow| path(flow).map(|mixture| mixture.quantile(share)));
        Percentiles { p50: at(0.5), p99: at(0.99) }
    }

    pub(super) fn first(&self) -> Option<&Flow> {
        self.flows.as_ref().ok()?.first()
    }

    /// Partitions of the topic under study.
    pub(super) fn partitions(&self) -> f64 {
        self.first().map_or(1.0, |flow| flow.partitions)
    }

    /// Acknowledgement and end to end.
    pub(super) fn latency(&self, context: &AssessmentContext<'_>) -> Latency {
        let ack = self.percentiles(Flow::ack);
        let end_to_end = match NEEDED_TO_READ.iter().find(|key| context.knobs.float(key).is_none()) {
            None => self.percentiles(Flow::end_to_end),
            Some(key) => {
                let unknown = || Answer::Unknown(context.knobs.why_unknown(key));
                Percentiles { p50: unknown(), p99: unknown() }
            }
        };
        Latency {
            ack: self.path(context, "latency.ack", "Ack p50/p99", ack, "An acknowledgement takes"),
            end_to_end: self.path(
                context,
                "latency.end_to_end",
                "End to end p50/p99",
                end_to_end,
                "A record reaches the consumer after",
            ),
        }
    }

    fn path(
        &self,
        context: &AssessmentContext<'_>,
        id: &'static str,
        label: &'static str,
        value: Percentiles,
        subject: &str,
    ) -> Figure<Percentiles> {
        let silent = id == "latency.ack" && self.first().is_some_and(|flow| flow.acks == Acks::Zero);
        let headline = match &value.p99 {
            Answer::Unknown(why) => format!("{label}: unknown, {why}"),
            p99 if silent => format!(
                "With acks=0 no broker answers; a record is in the socket after {} ms, and 99 of 100 after at most {} ms",
                digits(&value.p50),
                digits(p99)
            ),
            p99 => format!("{subject} {} ms, and 99 of 100 at most {} ms", digits(&value.p50), digits(p99)),
        };
        let visible = id == "latency.end_to_end";
        let why = Derivation {
            formula: self.first().map_or_else(String::new, |flow| sum(flow, visible)),
            inputs: context.knobs.inputs(LATENCY_INPUTS),
            assumptions: vec![
                "a lognormal body; a stall lasts from half of env:stall_ms to all of it, and hits env:stall_share of \
                 the requests, those behind it among them"
                    .into(),
                "records come at random (Poisson); a broker handles one request of a connection at a time".into(),
                ONE_RESOURCE.into(),
            ],
            knob: self.first().and_then(|flow| largest_part(flow, visible)),
        };
        Figure { id, label, value, headline, affected: None, why }
    }

    /// The most that goes through.
    pub(super) fn throughput(&self, context: &AssessmentContext<'_>) -> Throughput {
        let value = self.over(|flow| Answer::Exact(flow.max_mb_per_s().0));
        let bottleneck = self.first().map_or("?".to_string(), |flow| flow.max_mb_per_s().1.to_string());
        let headline = match &value {
            Answer::Unknown(why) => format!("How much goes through is unknown: {why}"),
            most => format!("At most {} MB/s go through; the {bottleneck} is the bound", digits(most)),
        };
        let formula = self.first().map_or_else(String::new, |flow| {
            let busy = flow.utilisations();
            let said = busy.iter().map(|(name, busy)| format!("{name} {}", percent(*busy)));
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
            knob: Some(bottleneck_knob(&bottleneck).into()),
        };
        let max = Figure {
            id: "throughput.max",
            label: "Throughput",
            value: Number::new(value, Unit::MbPerS),
            headline,
            affected: None,
            why,
        };
        Throughput { max, bottleneck }
    }
}

fn percent(share: f64) -> String {
    format!("{} %", format_significant(share * 100.0))
}

/// Round trips to the farthest follower in sync: two when racks are not known.
fn follower_rtts(context: &AssessmentContext<'_>, worst: &PartitionClass) -> Vec<f64> {
    let net = &context.cluster.assumed.net;
    let layout = context.classes.layout(&context.classes.classes[worst.class]);
    match layout.spread {
        Spread::None => vec![net.same_rack_rtt_ms],
        Spread::Unknown => vec![net.same_rack_rtt_ms, net.rack_rtt_ms],
        Spread::Known(racks) => {
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
        keyed: load.keyed,
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

/// The means of the parts, named.
fn parts(flow: &Flow, visible: bool) -> Vec<(&'static str, f64)> {
    let Some(LatencyPath { parts, .. }) = flow.way(visible) else { return Vec::new() };
    let mut named = vec![("batch", parts.batch), ("compress", parts.compress)];
    if visible || flow.acks != Acks::Zero {
        named.extend([
            ("connection", parts.connection),
            ("network", parts.network),
            ("append", parts.append),
            ("flush", parts.flush),
            ("replicate", parts.replicate),
            ("missed fetch", parts.missed),
        ]);
    }
    if visible {
        named.push(("fetch", flow.fetch_wait_ms()));
    }
    named.retain(|(_, ms)| *ms >= NOTHING_MS);
    named
}

fn sum(flow: &Flow, visible: bool) -> String {
    let named = parts(flow, visible);
    let said = named.iter().map(|(name, ms)| format!("{name} {}", format_significant(*ms)));
    let sum = match named.is_empty() {
        true => "nothing is waited for".to_string(),
        false => format!("means in ms: {}", said.collect::<Vec<_>>().join(" + ")),
    };
    match flow.way(visible) {
        Some(way) if visible || flow.acks != Acks::Zero => format!("{sum}; {}", turn(&way)),
        _ => sum,
    }
}

/// How a connection's requests take their turn.
pub(super) fn turn(way: &LatencyPath) -> String {
    let connection = &way.connection;
    let due = connection.due_per_s();
    format!(
        "connection: {} requests/s due x {} ms held = {} busy{}",
        format_significant(due),
        format_significant(connection.held_ms),
        percent(due * connection.held_ms / 1000.0),
        match connection.busy() > 1.0 {
            true => format!(", so that {} records share a request", format_significant(way.per_request)),
            false => String::new(),
        }
    )
}

fn largest_part(flow: &Flow, visible: bool) -> Option<String> {
    let largest = parts(flow, visible).into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let knob = match largest.0 {
        "batch" => "linger.ms",
        "connection" => {
            "linger.ms above the time a request is held: fewer, larger requests; more producers; replicas nearer to \
             each other"
        }
        "network" => "clients nearer to the brokers",
        "flush" => "flush.messages unset; fewer partitions per broker",
        "replicate" | "missed fetch" => {
            "replicas nearer to each other; num.replica.fetchers; acks=1 for the acknowledgement alone"
        }
        "fetch" => "fetch.min.bytes=1",
        "compress" => "a faster compression.type",
        _ => "less load per broker",
    };
    Some(knob.into())
}

fn bottleneck_knob(bottleneck: &str) -> &'static str {
    match bottleneck {
        PIPELINE => "batch.size, more producers, a shorter round trip",
        ONE_AT_A_TIME => "batch.size, more producers, replicas nearer to each other, acks=1",
        "producer processor" => "more producers",
        "broker processor" => {
            "larger batches (linger.ms, no keys, fewer partitions), compression, more brokers"
        }
        "broker flushes" => "flush.messages unset",
        _ => "compression.type, fewer replicas, more brokers",
    }
}
