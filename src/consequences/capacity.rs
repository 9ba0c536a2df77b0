//! Figures of capacity: what to plan for, what a lost rack leaves, one partition's bound, partitions needed.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::headline_of;
use crate::consequences::estimate::format_significant;
use crate::consequences::figure::Derivation;
use crate::consequences::flow::{Flow, PathEnd, member_records_per_s};
use crate::consequences::keys::largest_partition;
use crate::consequences::traffic::{CAPACITY_INPUTS, Flows, turn};
use crate::consequences::wording::{digits, number_of};
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{Value, cluster, env, load, net, producer, topic};

/// Write equivalents that a core takes in a plan, megabytes a second, and the share of it to use (Google
/// Managed Kafka, "Plan the size of your cluster").
const PLANNED_MB_PER_S: f64 = 20.0;
const PLANNED_SHARE: f64 = 0.5;
/// Share of any other bound to plan with (AWS, "Best practices for right-sizing").
const HEADROOM: f64 = 0.8;

pub(super) fn section(context: &AssessmentContext<'_>, flows: &Flows) -> Section {
    let figures = vec![
        plan(context, flows).into(),
        without_a_rack(context, flows).into(),
        connection(context, flows).into(),
        one_partition(context, flows).into(),
        partitions_needed(context, flows).into(),
        largest_partition(context, flows).into(),
        one_at_a_time(context, flows).into(),
    ];
    Section { name: "capacity", figures }
}

/// Megabytes of records a second that planning guides allow.
pub(super) fn planned_mb_per_s(flow: &Flow) -> f64 {
    let readers = flow.groups + flow.replicas - 1.0;
    // Every replica writes each byte once; groups and followers read it, at a quarter of the price.
    let equivalents = flow.compression_of_full_batches() * (flow.replicas + readers / 4.0);
    let by_cores = flow.brokers * flow.machine.cores * PLANNED_MB_PER_S * PLANNED_SHARE / equivalents;
    by_cores.min(HEADROOM * flow.max_mb_per_s().0)
}

fn plan(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let value = flows.over(|flow| Estimate::Exact(planned_mb_per_s(flow)));
    let headline = headline_of(&value, |most| format!("Plan for at most {} MB/s of records", digits(most)));
    let why = Derivation {
        formula: "the least of 20 MB/s of write equivalents per core x 50 % and 80 % of the most that goes through; write \
                  equivalents = replicas + (groups + replicas - 1) / 4 per byte as compressed in full batches"
            .into(),
        inputs: context.knobs.inputs(CAPACITY_INPUTS),
        assumptions: vec!["planning guides of Google and AWS; batches below 10 KB do worse".into()],
        knob: Some("compression.type, more cores or brokers".into()),
    };
    Figure::of_all("capacity.plan", "Recommended load", Quantity::new(value, Unit::MbPerS), headline, why)
}

fn without_a_rack(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let racks = context.knobs.get(&cluster::RACKS).and_then(Value::int);
    let value = match racks {
        Some(racks) if racks >= 2 => flows.over(|flow| {
            let left = (racks - 1) as f64 / racks as f64;
            let smaller = Flow { brokers: (flow.brokers * left).max(1.0), ..flow.clone() };
            Estimate::Exact(smaller.max_mb_per_s().0)
        }),
        Some(0) => Estimate::Unknown("brokers have no broker.rack".into()),
        Some(_) => Estimate::Exact(0.0),
        None => Estimate::Unknown(context.knobs.why_unknown(&cluster::RACKS)),
    };
    let headline = headline_of(&value, |most| {
        format!("With one rack down at most {} MB/s of records go through", digits(most))
    });
    let why = Derivation {
        formula: "the bound of brokers x (racks - 1) / racks".into(),
        inputs: context.knobs.inputs(&[&cluster::BROKERS, &cluster::RACKS, &load::RECORDS_PER_S]),
        assumptions: vec![
            "racks have equally many brokers; replicas in the lost rack are not placed anew".into(),
        ],
        knob: Some("more racks".into()),
    };
    let value = Quantity::new(value, Unit::MbPerS);
    Figure::of_all("capacity.without_a_rack", "With one rack down", value, headline, why)
}

fn connection(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let first = flows.first().and_then(|flow| flow.latency_path(PathEnd::Acknowledgement));
    let value = flows
        .over_carried(|flow| Some(flow.latency_path(PathEnd::Acknowledgement)?.connection.busy() * 100.0));
    let headline = headline_of(&value, |busy| {
        let waits = first.as_ref().map_or(0.0, |path| path.parts.connection);
        let waits = format_significant(if waits < 1e-3 { 0.0 } else { waits });
        format!(
            "A producer uses {} % of its connection to a broker, one request at a time; requests wait {waits} ms for it",
            digits(busy)
        )
    });
    let why = Derivation {
        formula: first.as_ref().map_or_else(String::new, |path| {
            format!("{}; held: local + flush + replicate; above 100 % records gather in the producer", turn(path))
        }),
        inputs: context.knobs.inputs(&[
            &producer::ACKS,
            &producer::LINGER_MS,
            &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            &load::RECORDS_PER_S,
            &load::PRODUCERS,
            &net::RACK_RTT_MS,
            &net::CLIENT_RTT_MS,
            &env::LOCAL_MS,
            &env::FOLLOWER_APPEND_MS,
        ]),
        assumptions: vec![
            "a broker reads no request of a connection before it has answered the last one (SocketServer mutes it)"
                .into(),
            "records come at random; a request is held evenly long".into(),
        ],
        knob: Some("linger.ms above the time a request is held: then none waits; more producers".into()),
    };
    Figure::of_all(
        "capacity.connection",
        "Connection used",
        Quantity::new(value, Unit::Percent),
        headline,
        why,
    )
}

fn one_partition(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let value = flows.over(|flow| Estimate::Exact(flow.partition_mb_per_s()));
    let headline = headline_of(&value, |most| {
        format!("One producer writes at most {} MB/s to one partition", digits(most))
    });
    let why = Derivation {
        formula:
            "the least of batch.size / time for which a request is held (one at a time), requests in flight x \
                  batch.size / time to the acknowledgement, and what the producer's core serialises"
                .into(),
        inputs: context.knobs.inputs(CAPACITY_INPUTS),
        assumptions: vec!["full batches, one per request".into()],
        knob: Some("batch.size; a shorter round trip; compression.type".into()),
    };
    let value = Quantity::new(value, Unit::MbPerS);
    Figure::of_all("capacity.partition", "Limit of one partition", value, headline, why)
}

/// As many as the load needs: at the producer's bound of one, and at what one consumer gets done.
pub(super) fn partitions_for(mb_per_s: f64, produced: f64, consumed: f64) -> f64 {
    // Rao 2015, "How to choose the number of topics/partitions": the slower of producing and consuming decides.
    libm::ceil((mb_per_s / produced).max(mb_per_s / consumed)).max(1.0)
}

fn partitions_needed(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let processing_ms = context.cluster.assumed.load.processing_ms;
    let value = flows.over(|flow| {
        let load = flow.records_per_s * flow.record_bytes / 1e6;
        let consumed = member_records_per_s(processing_ms, flow.record_bytes) * flow.record_bytes / 1e6;
        Estimate::Exact(partitions_for(load, flow.partition_mb_per_s() * flow.producers, consumed))
    });
    let headline = headline_of(&value, |count| {
        format!("The load needs {}; half as many again leave room to grow", number_of(count, "partition"))
    });
    let why = Derivation {
        formula: "max(load / one partition's bound, load / what one consumer gets done), rounded up".into(),
        inputs: context.knobs.inputs(&[
            &load::RECORDS_PER_S,
            &load::RECORD_BYTES,
            &load::PROCESSING_MS,
            &topic::PARTITIONS,
            &producer::BATCH_SIZE,
        ]),
        assumptions: vec!["keys are spread evenly; a keyed topic cannot grow without moving keys".into()],
        knob: Some("a shorter time per record in the consumer".into()),
    };
    let value = Quantity::new(value, Unit::Count);
    Figure::of_all("capacity.partitions_needed", "Partitions needed", value, headline, why)
}

fn one_at_a_time(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let value = flows.over(|flow| match flow.synchronous_send_ms() {
        ms if ms > 0.0 => Estimate::Exact(1000.0 / ms),
        _ => Estimate::Unknown("nothing is waited for".into()),
    });
    let headline = headline_of(&value, |rate| {
        format!("A thread that waits for each acknowledgement sends {} records/s", digits(rate))
    });
    let why = Derivation {
        formula: "1 / (linger.ms + time to the acknowledgement)".into(),
        inputs: context.knobs.inputs(&[
            &producer::ACKS,
            &producer::LINGER_MS,
            &net::CLIENT_RTT_MS,
            &env::APPEND_MS,
        ]),
        assumptions: vec!["send().get(): linger adds to every record".into()],
        knob: Some("send without waiting, with a callback; else linger.ms=0".into()),
    };
    let value = Quantity::new(value, Unit::RecordsPerS);
    Figure::of_all("capacity.one_at_a_time", "Synchronous send", value, headline, why)
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
