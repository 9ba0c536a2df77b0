//! Figures of capacity: what to plan for, what a lost rack leaves, one partition's bound, partitions needed.

use crate::consequences::answer::two_digits;
use crate::consequences::cost::{ratio, said};
use crate::consequences::figure::{Derivation, digits};
use crate::consequences::flow::{Flow, member_records_per_s};
use crate::consequences::judgement::Docket;
use crate::consequences::traffic::{CAPACITY_INPUTS, Flows, turn};
use crate::consequences::{Answer, Figure, Number, Section, Unit};
use crate::knobs::Value;

/// Write equivalents that a core takes in a plan, megabytes a second, and the share of it to use (Google
/// Managed Kafka, "Plan the size of your cluster").
const PLANNED_MB_PER_S: f64 = 20.0;
const PLANNED_SHARE: f64 = 0.5;
/// Share of any other bound to plan with (AWS, "Best practices for right-sizing").
const HEADROOM: f64 = 0.8;

/// All of them.
pub(super) fn section(docket: &Docket<'_>, flows: &Flows) -> Section {
    let figures = vec![
        plan(docket, flows).into(),
        without_a_rack(docket, flows).into(),
        connection(docket, flows).into(),
        one_partition(docket, flows).into(),
        partitions_needed(docket, flows).into(),
        one_at_a_time(docket, flows).into(),
    ];
    Section { name: "capacity", figures }
}

/// Megabytes of records a second that planning guides allow.
pub(super) fn planned_mb_per_s(flow: &Flow) -> f64 {
    let readers = flow.groups + flow.replicas - 1.0;
    let equivalents = ratio(flow) * (flow.replicas + readers / 4.0);
    let by_cores = flow.brokers * flow.machine.cores * PLANNED_MB_PER_S * PLANNED_SHARE / equivalents;
    by_cores.min(HEADROOM * flow.max_mb_per_s().0)
}

fn plan(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let value = flows.over(|flow| Answer::Exact(planned_mb_per_s(flow)));
    let headline = said(&value, |most| format!("Plan for at most {} MB/s of records", digits(most)));
    let why = Derivation {
        formula: "the least of 20 MB/s of write equivalents per core x 50 % and 80 % of the most that goes through; write \
                  equivalents = replicas + (groups + replicas - 1) / 4 per byte as compressed"
            .into(),
        inputs: docket.setting.inputs(CAPACITY_INPUTS),
        assumptions: vec!["planning guides of Google and AWS; batches below 10 KB do worse".into()],
        lever: Some("compression.type, more cores or brokers".into()),
    };
    Figure::of_all("capacity.plan", "Plan for", Number::new(value, Unit::MbPerS), headline, why)
}

fn without_a_rack(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let racks = docket.setting.get("cluster:racks").and_then(Value::int);
    let value = match racks {
        Some(racks) if racks >= 2 => flows.over(|flow| {
            let left = (racks - 1) as f64 / racks as f64;
            let smaller = Flow { brokers: (flow.brokers * left).max(1.0), ..flow.clone() };
            Answer::Exact(smaller.max_mb_per_s().0)
        }),
        Some(0) => Answer::Unknown("brokers have no broker.rack".into()),
        Some(_) => Answer::Exact(0.0),
        None => Answer::Unknown(docket.setting.why_unknown("cluster:racks")),
    };
    let headline = said(&value, |most| format!("Without one rack at most {} MB/s go through", digits(most)));
    let why = Derivation {
        formula: "the bound of brokers x (racks - 1) / racks".into(),
        inputs: docket.setting.inputs(&["cluster:brokers", "cluster:racks", "load:records_per_s"]),
        assumptions: vec![
            "racks have equally many brokers; replicas in the lost rack are not placed anew".into(),
        ],
        lever: Some("more racks".into()),
    };
    let value = Number::new(value, Unit::MbPerS);
    Figure::of_all("capacity.without_a_rack", "Without a rack", value, headline, why)
}

fn connection(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let ways = || flows.first().and_then(|flow| flow.way(false));
    let value = flows.over_passing(|flow| Some(flow.way(false)?.connection.busy() * 100.0));
    let headline = said(&value, |busy| {
        let waits = ways().map_or(0.0, |way| way.parts.connection);
        let waits = two_digits(if waits < 1e-3 { 0.0 } else { waits });
        format!(
            "A connection is {} % busy with requests one at a time; they wait {waits} ms in line",
            digits(busy)
        )
    });
    let why = Derivation {
        formula: ways().map_or_else(String::new, |way| {
            format!("{}; held: local + flush + replicate; above 100 % records gather in the producer", turn(&way))
        }),
        inputs: docket.setting.inputs(&[
            "producer:acks",
            "producer:linger.ms",
            "producer:max.in.flight.requests.per.connection",
            "load:records_per_s",
            "load:producers",
            "net:rack_rtt_ms",
            "net:client_rtt_ms",
            "env:local_ms",
            "env:follower_append_ms",
        ]),
        assumptions: vec![
            "a broker reads no request of a connection before it has answered the last one (SocketServer mutes it)"
                .into(),
            "records come at random; a request is held evenly long".into(),
        ],
        lever: Some("linger.ms above the time a request is held: then none waits; more producers".into()),
    };
    Figure::of_all("capacity.connection", "Connection busy", Number::new(value, Unit::Percent), headline, why)
}

fn one_partition(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let value = flows.over(|flow| Answer::Exact(flow.partition_mb_per_s()));
    let headline =
        said(&value, |most| format!("One producer puts at most {} MB/s into one partition", digits(most)));
    let why = Derivation {
        formula:
            "the least of batch.size / time for which a request is held (one at a time), requests in flight x \
                  batch.size / time to the acknowledgement, and what the producer's core serialises"
                .into(),
        inputs: docket.setting.inputs(CAPACITY_INPUTS),
        assumptions: vec!["full batches, one per request".into()],
        lever: Some("batch.size; a shorter round trip; compression.type".into()),
    };
    let value = Number::new(value, Unit::MbPerS);
    Figure::of_all("capacity.partition", "One partition", value, headline, why)
}

/// As many as the load needs: at the producer's bound of one, and at what one consumer gets done.
pub(super) fn partitions_for(mb_per_s: f64, produced: f64, consumed: f64) -> f64 {
    libm::ceil((mb_per_s / produced).max(mb_per_s / consumed)).max(1.0)
}

fn partitions_needed(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let processing_ms = docket.cluster.assumed.load.processing_ms;
    let value = flows.over(|flow| {
        let load = flow.records_per_s * flow.record_bytes / 1e6;
        let consumed = member_records_per_s(processing_ms, flow.record_bytes) * flow.record_bytes / 1e6;
        Answer::Exact(partitions_for(load, flow.partition_mb_per_s() * flow.producers, consumed))
    });
    let headline = said(&value, |count| {
        format!("The load needs {} partitions; half as many again leave room to grow", digits(count))
    });
    let why = Derivation {
        formula: "max(load / one partition's bound, load / what one consumer gets done), rounded up".into(),
        inputs: docket.setting.inputs(&[
            "load:records_per_s",
            "load:record_bytes",
            "load:processing_ms",
            "topic:partitions",
            "producer:batch.size",
        ]),
        assumptions: vec!["keys are spread evenly; a keyed topic cannot grow without moving keys".into()],
        lever: Some("a shorter time per record in the consumer".into()),
    };
    let value = Number::new(value, Unit::Count);
    Figure::of_all("capacity.partitions_needed", "Partitions needed", value, headline, why)
}

fn one_at_a_time(docket: &Docket<'_>, flows: &Flows) -> Figure<Number> {
    let value = flows.over(|flow| match flow.alone_ms() {
        ms if ms > 0.0 => Answer::Exact(1000.0 / ms),
        _ => Answer::Unknown("nothing is waited for".into()),
    });
    let headline = said(&value, |rate| {
        format!("A thread that waits for each acknowledgement sends {} records/s", digits(rate))
    });
    let why = Derivation {
        formula: "1 / (linger.ms + time to the acknowledgement)".into(),
        inputs: docket.setting.inputs(&[
            "producer:acks",
            "producer:linger.ms",
            "net:client_rtt_ms",
            "env:append_ms",
        ]),
        assumptions: vec!["send().get(): linger adds to every record".into()],
        lever: Some("send without waiting, with a callback; else linger.ms=0".into()),
    };
    let value = Number::new(value, Unit::RecordsPerS);
    Figure::of_all("capacity.one_at_a_time", "Waiting sends", value, headline, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rao 2015: as many partitions as the slower of producing and consuming needs.
    #[test]
    fn partitions_by_the_slower_side() {
        assert_eq!(partitions_for(100.0, 10.0, 20.0), 10.0);
        assert_eq!(partitions_for(100.0, 50.0, 7.0), 15.0);
        assert_eq!(partitions_for(0.1, 50.0, 7.0), 1.0);
    }
}
