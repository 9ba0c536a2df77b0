//! What bounds a flow: how busy each resource is, and the rate at which the first of them is full.

use super::{
    CORE_MB_PER_S, CORE_US_PER_BATCH, Flow, LatencyBreakdown, PRODUCER_NS_PER_BYTE, PRODUCER_US_PER_RECORD,
};
use crate::consequences::batching::{Batching, compression_mb_per_s, compression_ratio};
use crate::consequences::case::Acks;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::consequences) enum Resource {
    /// As many requests as may be are under way.
    ProducerPipeline,
    /// `SocketServer` mutes a connection until the answer to its last request is sent.
    OneRequestAtATime,
    ProducerProcessor,
    BrokerNetworkIn,
    BrokerNetworkOut,
    BrokerDisk,
    BrokerProcessor,
    BrokerFlushes,
}

impl Resource {
    /// As `klever.assessment/1` and the sentences name it.
    pub(in crate::consequences) fn word(self) -> &'static str {
        match self {
            Resource::ProducerPipeline => "producer pipeline (requests in flight / round trip)",
            Resource::OneRequestAtATime => "one request at a time per connection",
            Resource::ProducerProcessor => "producer processor",
            Resource::BrokerNetworkIn => "broker network in",
            Resource::BrokerNetworkOut => "broker network out",
            Resource::BrokerDisk => "broker disk",
            Resource::BrokerProcessor => "broker processor",
            Resource::BrokerFlushes => "broker flushes",
        }
    }

    /// What makes room in it.
    pub(in crate::consequences) fn knob(self) -> &'static str {
        match self {
            Resource::ProducerPipeline => "batch.size, more producers, a shorter round trip",
            Resource::OneRequestAtATime => {
                "batch.size, more producers, replicas nearer to each other, acks=1"
            }
            Resource::ProducerProcessor => "more producers",
            Resource::BrokerProcessor => {
                "larger batches (linger.ms, no keys, fewer partitions), compression, more brokers"
            }
            Resource::BrokerFlushes => "flush.messages unset",
            Resource::BrokerNetworkIn | Resource::BrokerNetworkOut | Resource::BrokerDisk => {
                "compression.type, fewer replicas, more brokers"
            }
        }
    }
}

/// Index files and the like beside the log.
// Vanlightly 2023 saw 1.9 GB/s of records as 2.0 GB/s on disk.
const DISK_OVERHEAD: f64 = 1.05;
/// What the broker's kernel takes of the next request while it does not read: `socket.receive.buffer.bytes`, of
/// which Linux gives half to data.
const SOCKET_BYTES: f64 = 51_200.0;

/// A resource and the share of it that is used, 1 being all.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::consequences) struct Utilisation {
    pub resource: Resource,
    pub share: f64,
}

/// A request that cannot grow any more.
struct FullRequest {
    /// Of its records.
    bytes: f64,
    /// From its sending to its answer.
    round_trip_ms: f64,
    /// For which its connection takes no other one.
    held_ms: f64,
}

impl Flow {
    /// How busy each resource is with the batches as they are, 1 being all of it.
    pub(in crate::consequences) fn utilisations(&self) -> [Utilisation; 8] {
        self.all(&self.batches())
    }

    /// The same with full batches: which one is full first, and how far from it the flow is.
    pub(in crate::consequences) fn bottleneck(&self) -> Utilisation {
        // Under more load batches grow before anything is full, so full ones decide what goes through.
        let all = self.all(&self.full_batches());
        all.iter().fold(all[0], |most, one| if one.share > most.share { *one } else { most })
    }

    /// The most that goes through, in megabytes of records a second, and what bounds it.
    pub(in crate::consequences) fn max_mb_per_s(&self) -> (f64, Resource) {
        let most = self.bottleneck();
        (self.records_per_s * self.record_bytes / 1e6 / most.share, most.resource)
    }

    fn all(&self, batches: &Batching) -> [Utilisation; 8] {
        let ([pipeline, one_at_a_time, producer], [r#in, out, disk, processor, flushes]) =
            (self.own(&self.full_batches()), self.shared(batches));
        [pipeline, one_at_a_time, producer, r#in, out, disk, processor, flushes]
    }

    /// What a producer's own requests fill: they wait in line, and slow nobody else down.
    pub(super) fn own(&self, full: &Batching) -> [Utilisation; 3] {
        let mb_per_s = self.records_per_s * self.record_bytes / 1e6;
        let request = self.full_request(full);
        let connections = self.brokers.max(1.0) * self.producers;
        let used = |resource: Resource, share: f64| Utilisation { resource, share };
        [
            used(Resource::ProducerPipeline, mb_per_s / (self.pipelined_mb_per_s(&request) * connections)),
            used(Resource::OneRequestAtATime, mb_per_s / (request.one_at_a_time_mb_per_s() * connections)),
            used(Resource::ProducerProcessor, self.producer_core_s() / self.producers.max(1.0)),
        ]
    }

    /// What all requests of a broker share.
    pub(super) fn shared(&self, batches: &Batching) -> [Utilisation; 5] {
        let ratio = compression_ratio(&self.codec, batches.records_per_batch);
        let (brokers, r) = (self.brokers.max(1.0), self.replicas);
        let sent = self.records_per_s * self.record_bytes / 1e6 * ratio / brokers;
        let machine = &self.machine;
        let readers = self.groups + r - 1.0;
        // Each replica appends, and with a flush per message flushes, every batch.
        let batches_per_s = r * self.records_per_s / batches.records_per_batch / brokers;
        // Google's sizing guide: a byte written costs a core as much as four read ones ("write equivalents").
        let core_s = sent * (r + readers / 4.0) / CORE_MB_PER_S + batches_per_s * CORE_US_PER_BATCH / 1e6;
        let flushes_s = if self.fsync { batches_per_s * machine.flush_ms / 1000.0 } else { 0.0 };
        let used = |resource: Resource, share: f64| Utilisation { resource, share };
        [
            used(Resource::BrokerNetworkIn, sent * r / machine.network_mb_per_s),
            used(Resource::BrokerNetworkOut, sent * readers / machine.network_mb_per_s),
            used(Resource::BrokerDisk, sent * r * DISK_OVERHEAD / machine.disk_mb_per_s),
            used(Resource::BrokerProcessor, core_s / machine.cores),
            used(Resource::BrokerFlushes, flushes_s),
        ]
    }

    fn full_request(&self, full: &Batching) -> FullRequest {
        let parts = self.parts_unloaded(full, self.acks);
        // Followers fetch it from the leader, one after the other over its link: one and a half times on average.
        let waits = self.acks == Acks::All && self.followers > 0;
        let copies = if waits { 1.5 * f64::from(self.followers) } else { 0.0 };
        let link_ms = |bytes: f64| bytes / 1e6 / self.machine.network_mb_per_s * 1000.0;
        let sent = self.sent_bytes(full);
        let alone = LatencyBreakdown { missed: 0.0, ..parts };
        let held_ms = self.connection(full, &alone).held_ms + link_ms(sent) * copies;
        // Of connections that are never idle each just misses the followers' fetch that answers another one's request.
        let missed_ms = if waits { self.away_ms() * self.others_per_fetcher().min(1.0) } else { 0.0 };
        // A producer sends to its brokers over one link; what lies in the socket already is not waited for.
        let upload_ms = |bytes: f64| link_ms(bytes) * self.brokers.max(1.0);
        let turn_ms = held_ms + missed_ms + upload_ms((sent - SOCKET_BYTES).max(0.0));
        let round_trip_ms =
            parts.network + parts.append + parts.flush + parts.replicate + link_ms(sent) * (1.0 + copies);
        let bytes = full.records_per_request * self.record_bytes;
        FullRequest { bytes, round_trip_ms, held_ms: turn_ms.max(upload_ms(sent)) }
    }

    /// Megabytes a second of one connection with as many full requests under way as may be.
    fn pipelined_mb_per_s(&self, full: &FullRequest) -> f64 {
        match self.acks {
            Acks::Zero => f64::INFINITY,
            _ => self.in_flight * full.bytes / full.round_trip_ms.max(f64::MIN_POSITIVE) / 1e3,
        }
    }

    /// What one producer puts into one partition: full batches, one per request.
    pub(in crate::consequences) fn partition_mb_per_s(&self) -> f64 {
        let alone = Flow { partitions: 1.0, brokers: 1.0, producers: 1.0, ..self.clone() };
        let full = alone.full_request(&alone.full_batches());
        let serialised = alone.records_per_s * alone.record_bytes / 1e6 / alone.producer_core_s();
        alone.pipelined_mb_per_s(&full).min(full.one_at_a_time_mb_per_s()).min(serialised)
    }

    fn producer_core_s(&self) -> f64 {
        let compress_ns = compression_mb_per_s(&self.codec).map_or(0.0, |speed| 1000.0 / speed);
        let per_record =
            PRODUCER_US_PER_RECORD / 1e6 + self.record_bytes * (PRODUCER_NS_PER_BYTE + compress_ns) / 1e9;
        self.records_per_s * per_record
    }
}

impl FullRequest {
    fn one_at_a_time_mb_per_s(&self) -> f64 {
        self.bytes / self.held_ms.max(f64::MIN_POSITIVE) / 1e3
    }
}
