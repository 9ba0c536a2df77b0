//! What the busiest broker and each client need: memory maps, open files, memory, page cache.

use crate::consequences::context::AssessmentContext;
use crate::consequences::cost::{compression_of, headline_of};
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::flow::Flow;
use crate::consequences::traffic::Flows;
use crate::consequences::wording::{digits, duration, number_of};
use crate::consequences::{Estimate, Figure, Quantity, Section, Unit};
use crate::knobs::{Knob, consumer, env, load, producer, topic};
use crate::model::{human_bytes, human_count, plural};

/// Maps of the process itself, and of each loaded segment: .index and .timeindex (measured on 4.1).
const JVM_MAPS: f64 = 400.0;
const MAPS_PER_SEGMENT: f64 = 2.0;
/// Open files beside segments and connections, and of each segment: only its .log (measured on 4.1).
const BASE_FILES: f64 = 130.0;
/// Memory of an empty partition beside the heap (measured on 4.1).
const PARTITION_BYTES: f64 = 80_000.0;
const GIB: f64 = 1_073_741_824.0;

pub(super) fn section(context: &AssessmentContext<'_>, flows: &Flows) -> Section {
    let segments = segments(context, flows);
    let figures = vec![
        maps(context, &segments).into(),
        open_files(context, flows, &segments).into(),
        files(context, &segments).into(),
        broker_memory(context).into(),
        cached(context, flows).into(),
        producer_memory(context, flows).into(),
        consumer_memory(context, flows).into(),
    ];
    Section { name: "resources", figures }
}

/// Memory maps of so many segments.
fn maps_of(segments: f64) -> f64 {
    JVM_MAPS + MAPS_PER_SEGMENT * segments
}

/// Segments of one replica: what retention keeps, by size and by age.
fn segments_of(
    flow: &Flow,
    retention_ms: f64,
    retention_bytes: f64,
    segment_bytes: f64,
    segment_ms: f64,
) -> f64 {
    let bytes_per_s = flow.records_per_s * flow.record_bytes * compression_of(flow) / flow.partitions;
    let by_time = if retention_ms >= 0.0 { bytes_per_s * retention_ms / 1000.0 } else { f64::INFINITY };
    let by_size = if retention_bytes >= 0.0 { retention_bytes } else { f64::INFINITY };
    let kept = by_time.min(by_size);
    let kept_ms = kept / bytes_per_s.max(f64::MIN_POSITIVE) * 1000.0;
    // A segment is rolled by size or by age, whichever comes first; retention deletes closed ones only.
    libm::ceil(kept / segment_bytes).max(libm::ceil(kept_ms / segment_ms)).max(1.0)
}

/// Segments on the busiest broker: those of the assessed partitions under the load, one of every other.
fn segments(context: &AssessmentContext<'_>, flows: &Flows) -> Estimate<f64> {
    let keys = [&topic::RETENTION_MS, &topic::RETENTION_BYTES, &topic::SEGMENT_BYTES, &topic::SEGMENT_MS];
    let Some(unknown) = keys.iter().find(|key| context.knobs.float(key).is_none()) else {
        let [retention, bytes, segment, age] = keys.map(|key| context.knobs.float(key).unwrap_or(0.0));
        let broker_load = context.broker_load;
        return flows.over(|flow| {
            let each = segments_of(flow, retention, bytes, segment, age);
            if each.is_infinite() {
                return Estimate::Unknown("nothing is ever deleted".into());
            }
            // The load is one topic's: what others hold is not known beyond their open segments.
            let loaded = f64::from(broker_load.assessed_replicas)
                .min(flow.partitions * flow.replicas / flow.brokers)
                .ceil();
            Estimate::Exact(loaded * each + (f64::from(broker_load.replicas) - loaded).max(0.0))
        });
    };
    Estimate::Unknown(context.knobs.why_unknown(unknown))
}

const SEGMENT_KEYS: &[&Knob] = &[
    &topic::SEGMENT_BYTES,
    &topic::SEGMENT_MS,
    &topic::RETENTION_MS,
    &topic::RETENTION_BYTES,
    &load::RECORDS_PER_S,
    &load::RECORD_BYTES,
];

fn replicas_input(context: &AssessmentContext<'_>) -> Input {
    Input {
        name: "replicas on the busiest broker".into(),
        value: human_count(i64::from(context.broker_load.replicas)),
        source: "the cluster".into(),
    }
}

fn segment_inputs(context: &AssessmentContext<'_>, more: &[&'static Knob]) -> Vec<Input> {
    let mut inputs = vec![replicas_input(context)];
    inputs.extend(context.knobs.inputs(more));
    inputs.extend(context.knobs.inputs(SEGMENT_KEYS));
    inputs
}

const OTHERS: &str = "topics beside the one under load have one segment per replica: at least so many";

fn maps(context: &AssessmentContext<'_>, segments: &Estimate<f64>) -> Figure<Quantity> {
    let limit = context.cluster.assumed.env.machine.map_limit;
    let value = segments.map(maps_of);
    let headline = headline_of(&value, |maps| {
        format!(
            "The busiest broker has {}, of {} allowed",
            number_of(maps, "memory map"),
            human_count(limit as i64)
        )
    });
    let why = Derivation {
        formula: format!(
            "400 of the process + 2 per loaded segment; the limit is reached at {} segments",
            human_count(((limit - JVM_MAPS) / MAPS_PER_SEGMENT) as i64)
        ),
        inputs: segment_inputs(context, &[&env::MAP_LIMIT]),
        assumptions: vec![
            OTHERS.into(),
            "after a clean restart only open segments are mapped until others are read".into(),
        ],
        knob: Some("vm.max_map_count; segment.bytes; fewer partitions per broker".into()),
    };
    Figure::of_all("resources.memory_maps", "Memory maps", Quantity::new(value, Unit::Count), headline, why)
}

fn connections(context: &AssessmentContext<'_>, flow: &Flow) -> f64 {
    let members = flow.groups * f64::from(context.cluster.assumed.load.consumers);
    let others = context.cluster.brokers.len() as f64 - 1.0;
    flow.producers + members + 2.0 * others * flow.fetchers
}

fn open_files(context: &AssessmentContext<'_>, flows: &Flows, segments: &Estimate<f64>) -> Figure<Quantity> {
    let limit = context.cluster.assumed.env.machine.file_limit;
    let connected = flows.first().map_or(0.0, |flow| connections(context, flow));
    let value = segments.map(|segments| segments + connected + BASE_FILES);
    let headline = headline_of(&value, |files| {
        format!(
            "The busiest broker has {}, of {} allowed",
            number_of(files, "open file"),
            human_count(limit as i64)
        )
    });
    let why = Derivation {
        formula: format!(
            "1 per segment (indexes are closed once mapped) + {connected} connections + 130 of the process"
        ),
        inputs: segment_inputs(context, &[&env::FILE_LIMIT, &load::PRODUCERS, &load::CONSUMERS]),
        assumptions: vec![OTHERS.into(), "each client has one connection to each broker".into()],
        knob: Some("the limit of open files; segment.bytes; fewer partitions per broker".into()),
    };
    Figure::of_all("resources.open_files", "Open files", Quantity::new(value, Unit::Count), headline, why)
}

fn files(context: &AssessmentContext<'_>, segments: &Estimate<f64>) -> Figure<Quantity> {
    let replicas = f64::from(context.broker_load.replicas);
    // .log, .index, .timeindex; a .snapshot per closed one; leader-epoch-checkpoint and partition.metadata.
    let value = segments.map(|segments| 3.0 * segments + (segments - replicas).max(0.0) + 2.0 * replicas);
    let headline =
        headline_of(&value, |files| format!("The busiest broker's logs are {}", number_of(files, "file")));
    let why = Derivation {
        formula: "3 per segment + 1 per closed segment + 2 per replica; each open segment shows 20 MiB more than it takes"
            .into(),
        inputs: segment_inputs(context, &[]),
        assumptions: vec![OTHERS.into(), "no transactions (.txnindex)".into()],
        knob: Some("segment.bytes; fewer partitions per broker".into()),
    };
    Figure::of_all("resources.files", "Log files", Quantity::new(value, Unit::Count), headline, why)
}

fn broker_memory(context: &AssessmentContext<'_>) -> Figure<Quantity> {
    let heap = context.cluster.assumed.env.machine.heap_gib * GIB;
    let value = heap + f64::from(context.broker_load.replicas) * PARTITION_BYTES;
    let headline =
        format!("The busiest broker's process takes {}, page cache aside", human_bytes(value as u64));
    let why = Derivation {
        formula: "heap + 0.08 MB per replica".into(),
        inputs: [vec![replicas_input(context)], context.knobs.inputs(&[&env::HEAP_GIB])].concat(),
        assumptions: vec!["measured on empty partitions of Kafka 4.1".into()],
        knob: Some("env:heap_gib; fewer partitions per broker".into()),
    };
    let value = Quantity::new(Estimate::Exact(value), Unit::Bytes);
    Figure::of_all("resources.broker_memory", "Broker memory", value, headline, why)
}

fn cached(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let machine = &context.cluster.assumed.env.machine;
    let spare = (machine.memory_gib - machine.heap_gib).max(0.0) * GIB;
    let value = flows.over(|flow| {
        let written = flow.records_per_s * flow.record_bytes * compression_of(flow) * flow.replicas
            / flow.brokers.max(1.0);
        Estimate::Exact(spare / written.max(f64::MIN_POSITIVE) * 1000.0)
    });
    let headline = headline_of(&value, |ms| {
        format!("Consumers up to {} behind are served from the page cache", duration(ms))
    });
    let why = Derivation {
        formula: "(memory - heap) / bytes/s written per broker; 30 s is the least that is advised".into(),
        inputs: context.knobs.inputs(&[
            &env::BROKER_MEMORY_GIB,
            &env::HEAP_GIB,
            &load::RECORDS_PER_S,
            &load::RECORD_BYTES,
            &topic::REPLICATION_FACTOR,
            &producer::COMPRESSION_TYPE,
        ]),
        assumptions: vec!["nothing else uses the memory; other topics' load is not known".into()],
        knob: Some("more memory; compression.type; more brokers".into()),
    };
    Figure::of_all(
        "resources.cached",
        "Served from page cache",
        Quantity::more(value, Unit::Ms),
        headline,
        why,
    )
}

fn producer_memory(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let buffer = context.knobs.float(&producer::BUFFER_MEMORY);
    let value = match buffer {
        None => Estimate::Unknown(context.knobs.why_unknown(&producer::BUFFER_MEMORY)),
        Some(buffer) => flows.over(|flow| {
            // The sticky partitioner fills one batch per broker at a time; keys need one open on every partition.
            let open = if flow.keyed { flow.partitions } else { flow.brokers };
            Estimate::Exact((open * flow.batch_bytes).min(buffer))
        }),
    };
    let fits = buffer.zip(context.knobs.float(&producer::BATCH_SIZE).filter(|bytes| *bytes > 0.0));
    let headline = match (&value, fits) {
        (Estimate::Exact(bytes), Some((buffer, batch))) => format!(
            "A producer's open batches take {} of {}; {} would fill it",
            human_bytes(*bytes as u64),
            human_bytes(buffer as u64),
            plural((buffer / batch) as usize, "partition")
        ),
        (other, _) => {
            headline_of(other, |bytes| format!("A producer's open batches take {} bytes", digits(bytes)))
        }
    };
    let why = Derivation {
        formula: "partitions written at once x batch.size, at most buffer.memory".into(),
        inputs: context.knobs.inputs(&[
            &producer::BATCH_SIZE,
            &producer::BUFFER_MEMORY,
            &topic::PARTITIONS,
            &load::KEYS,
        ]),
        assumptions: vec!["keys open a batch on every partition, none on one partition per broker".into()],
        knob: Some("batch.size".into()),
    };
    let value = Quantity::new(value, Unit::Bytes);
    Figure::of_all("resources.producer_memory", "Producer memory", value, headline, why)
}

fn consumer_memory(context: &AssessmentContext<'_>, flows: &Flows) -> Figure<Quantity> {
    let keys = [&consumer::FETCH_MAX_BYTES, &consumer::MAX_PARTITION_FETCH_BYTES];
    let members = f64::from(context.cluster.assumed.load.consumers.max(1));
    let value = match (context.knobs.known(keys[0]), context.knobs.known(keys[1])) {
        (Ok(fetch), Ok(partition)) => flows.over(|flow| {
            let assigned = libm::ceil(flow.partitions / members.min(flow.partitions));
            Estimate::Exact((flow.brokers * fetch).min(assigned * partition))
        }),
        (Err(why), _) | (_, Err(why)) => Estimate::Unknown(why),
    };
    let headline = match &value {
        Estimate::Exact(bytes) => {
            format!("A consumer that is behind holds up to {} as fetched", human_bytes(*bytes as u64))
        }
        other => headline_of(other, |bytes| {
            format!("A consumer that is behind holds up to {} bytes", digits(bytes))
        }),
    };
    let why = Derivation {
        formula: "min(brokers x fetch.max.bytes, partitions of a member x max.partition.fetch.bytes)".into(),
        inputs: context.knobs.inputs(&[keys[0], keys[1], &topic::PARTITIONS, &load::CONSUMERS]),
        assumptions: vec!["as compressed; decompression comes on top".into()],
        knob: Some("max.partition.fetch.bytes; more members".into()),
    };
    let value = Quantity::new(value, Unit::Bytes);
    Figure::of_all("resources.consumer_memory", "Consumer memory", value, headline, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured on Kafka 4.1: 1000 partitions have 2002 index maps; the default limit ends at about 32,500
    /// segments; 50,000 partitions need 100,000 maps.
    #[test]
    fn measured_maps() {
        assert!((maps_of(1000.0) - JVM_MAPS - 2002.0).abs() <= 2.0);
        assert_eq!(((65_530.0 - JVM_MAPS) / MAPS_PER_SEGMENT) as i64, 32_565);
        assert!(maps_of(50_000.0) > 100_000.0);
    }
}
