//! How records flow through producers, leaders, followers and consumers: latency parts and utilisations.

use crate::consequences::batching::{Batches, Sending, compression_mb_per_s, compression_ratio};
use crate::consequences::case::Acks;
use crate::consequences::quantile::{Mixture, harmonic, waiting};
use crate::model::Machine;

/// From the response to the application.
const POLL_MS: f64 = 0.2;
/// Producer work per record, microseconds, and per byte, nanoseconds (821,557 records of 100 bytes: LinkedIn 2014).
const PRODUCER_US_PER_RECORD: f64 = 1.15;
const PRODUCER_NS_PER_BYTE: f64 = 0.6;
/// Megabytes of write equivalents that a broker core handles at its peak, and its time per batch.
const CORE_MB_PER_S: f64 = 100.0;
const CORE_US_PER_BATCH: f64 = 25.0;
/// Index files and the like beside the log.
const DISK_OVERHEAD: f64 = 1.05;
/// Consumer work per record, microseconds, and per byte, nanoseconds (940,521 records of 100 bytes: LinkedIn
/// 2014).
const CONSUMER_US_PER_RECORD: f64 = 1.0;
const CONSUMER_NS_PER_BYTE: f64 = 0.6;
/// `max.request.size`
const REQUEST_BYTES: f64 = 1_048_576.0;

/// Everything that decides about a flow, all known.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Flow {
    /// What producers wait for.
    pub acks: Acks,
    /// Replicas of a partition.
    pub replicas: f64,
    /// Followers in sync.
    pub followers: u32,
    /// Round trip between leader and the farthest follower in sync.
    pub follower_rtt_ms: f64,
    /// Between clients and brokers.
    pub client_rtt_ms: f64,
    /// Records a second, all producers.
    pub records_per_s: f64,
    /// Bytes of one.
    pub record_bytes: f64,
    /// Producers.
    pub producers: f64,
    /// Keys spread records over partitions.
    pub keyed: bool,
    /// Brokers that lead partitions of the topic.
    pub brokers: f64,
    /// Partitions of the topic.
    pub partitions: f64,
    /// `linger.ms`
    pub linger_ms: f64,
    /// `batch.size`
    pub batch_bytes: f64,
    /// `max.in.flight.requests.per.connection`
    pub in_flight: f64,
    /// `compression.type`
    pub codec: String,
    /// `flush.messages=1`
    pub fsync: bool,
    /// `num.replica.fetchers`
    pub fetchers: f64,
    /// `num.io.threads`
    pub io_threads: f64,
    /// Consumer groups that read everything.
    pub groups: f64,
    /// `fetch.min.bytes`
    pub fetch_min_bytes: f64,
    /// `fetch.max.wait.ms`
    pub fetch_max_wait_ms: f64,
    /// The brokers' machines.
    pub machine: Machine,
}

/// Parts of the acknowledgement's mean, in milliseconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct Parts {
    /// In the producer, until the batch is sent.
    pub batch: f64,
    /// Compression.
    pub compress: f64,
    /// Between client and leader.
    pub network: f64,
    /// The leader's append and its queue.
    pub append: f64,
    /// Flushes on leader and followers.
    pub flush: f64,
    /// Until every follower in sync has it.
    pub replicate: f64,
    /// Until the consumer's fetch has its bytes, and its poll.
    pub fetch: f64,
}

/// Records a second that one member of a group gets done when each takes so long.
pub(super) fn member_records_per_s(processing_ms: f64, record_bytes: f64) -> f64 {
    1e6 / (processing_ms * 1e3 + CONSUMER_US_PER_RECORD + record_bytes * CONSUMER_NS_PER_BYTE / 1e3)
}

/// Megabytes a second of one connection with so much in each request.
fn pipelined_mb_per_s(in_flight: f64, request_bytes: f64, round_trip_ms: f64) -> f64 {
    in_flight * request_bytes / round_trip_ms.max(f64::MIN_POSITIVE) / 1e3
}

impl Flow {
    /// The same flow at another rate.
    fn at(&self, records_per_s: f64) -> Flow {
        Flow { records_per_s, ..self.clone() }
    }

    fn partitions_per_broker(&self) -> f64 {
        (self.partitions / self.brokers.max(1.0)).max(1.0)
    }

    /// Requests and batches of one producer to one broker.
    pub fn batches(&self) -> Batches {
        let sending = |round_trip_ms: f64| Sending {
            records_per_s: self.records_per_s / self.producers.max(1.0) / self.brokers.max(1.0),
            record_bytes: self.record_bytes,
            partitions: self.partitions_per_broker(),
            keyed: self.keyed,
            linger_ms: self.linger_ms,
            batch_bytes: self.batch_bytes,
            in_flight: self.in_flight,
            round_trip_ms,
        };
        // The round trip depends on the partitions in a request through flushes: two rounds settle it.
        let first = sending(self.client_rtt_ms + self.machine.append_ms).batches();
        sending(self.round_trip_ms(&first)).batches()
    }

    /// From a request to its response, without load.
    fn round_trip_ms(&self, batches: &Batches) -> f64 {
        let parts = self.parts_unloaded(batches);
        match self.acks {
            Acks::Zero => self.client_rtt_ms,
            _ => parts.network + parts.append + parts.flush + parts.replicate,
        }
    }

    fn parts_unloaded(&self, batches: &Batches) -> Parts {
        let waits_for_followers = self.acks == Acks::All && self.followers > 0;
        let flushed = if self.fsync { self.machine.flush_ms * batches.partitions_per_request } else { 0.0 };
        let touched = batches.partitions_per_request * self.producers.min(self.partitions_per_broker());
        let cycle = self.machine.fetch_partition_us / 1000.0 * touched.min(self.partitions_per_broker())
            / self.fetchers.max(1.0);
        let compress = compression_mb_per_s(&self.codec)
            .map_or(0.0, |speed| batches.batch_bytes * batches.partitions_per_request / speed / 1000.0);
        Parts {
            batch: batches.mean_wait_ms,
            compress,
            network: self.client_rtt_ms,
            append: self.machine.append_ms,
            flush: if waits_for_followers { 2.0 * flushed } else { flushed },
            replicate: match waits_for_followers {
                true => {
                    self.follower_rtt_ms
                        + self.machine.follower_append_ms * harmonic(self.followers)
                        + 1.5 * cycle
                }
                false => 0.0,
            },
            fetch: 0.0,
        }
    }

    /// The parts under load; `None` when the load is more than goes through.
    pub fn parts(&self) -> Option<Parts> {
        let (_, busy) = self.bottleneck();
        if busy >= 1.0 {
            return None;
        }
        let batches = self.batches();
        let mut parts = self.parts_unloaded(&batches);
        let slow = self.slow_down();
        parts.append *= slow;
        parts.flush *= slow;
        if parts.replicate > 0.0 {
            parts.replicate = self.follower_rtt_ms + (parts.replicate - self.follower_rtt_ms) * slow;
        }
        Some(parts)
    }

    /// How much longer a request takes under load: disks, links and pipelines share their capacity
    /// (M/G/1-PS), the request handlers queue (M/G/k).
    fn slow_down(&self) -> f64 {
        let slower = |(name, busy): (&str, f64)| match name {
            "broker processor" => 1.0 + waiting(self.io_threads.max(1.0), busy, 1.0, 2.0),
            _ => 1.0 / (1.0 - busy),
        };
        self.utilisations().into_iter().map(slower).fold(1.0, f64::max)
    }

    /// From send() to the acknowledgement.
    pub fn ack(&self) -> Option<Mixture> {
        let batches = self.batches();
        let parts = self.parts()?;
        let brokers = match self.acks {
            Acks::Zero => 0.0,
            Acks::One => 1.0,
            Acks::All => 1.0 + f64::from(self.followers),
        };
        let (fixed_ms, body_ms) = match self.acks {
            Acks::Zero => (0.0, parts.compress),
            _ => {
                let far = if parts.replicate > 0.0 { self.follower_rtt_ms } else { 0.0 };
                (parts.network + far, parts.compress + parts.append + parts.flush + parts.replicate - far)
            }
        };
        Some(Mixture {
            fixed_ms,
            body_ms,
            collects_ms: batches.collects_ms,
            first_share: batches.first_share,
            brokers,
            stall_share: self.machine.stall_share,
            stall_ms: self.machine.stall_ms,
        })
    }

    /// From send() to the consumer: the high watermark waits for the followers whatever acks says.
    pub fn end_to_end(&self) -> Option<Mixture> {
        let waiting = Flow { acks: Acks::All, ..self.clone() };
        let ack = waiting.ack()?;
        Some(Mixture { body_ms: ack.body_ms + self.fetch_wait_ms() + POLL_MS, ..ack })
    }

    /// Mean wait until a consumer's fetch has its minimum of bytes.
    pub fn fetch_wait_ms(&self) -> f64 {
        if self.fetch_min_bytes <= self.record_bytes {
            return 0.0;
        }
        let bytes_per_ms = self.records_per_s * self.record_bytes / self.brokers.max(1.0) / 1000.0;
        self.fetch_max_wait_ms.min(self.fetch_min_bytes / bytes_per_ms) / 2.0
    }

    /// How busy each resource is, 1 being all of it.
    pub fn utilisations(&self) -> Vec<(&'static str, f64)> {
        let batches = self.batches();
        let mb_per_s = self.records_per_s * self.record_bytes / 1e6;
        let ratio = compression_ratio(&self.codec, batches.records_per_batch);
        let (sent, brokers, r) = (mb_per_s * ratio, self.brokers.max(1.0), self.replicas);
        let machine = &self.machine;
        let readers = self.groups + r - 1.0;
        let full = (self.batch_bytes * if self.keyed { self.partitions_per_broker() } else { 1.0 })
            .min(REQUEST_BYTES)
            .max(self.record_bytes);
        let round_trip_ms = self.round_trip_ms(&batches) + self.full_window_ms(full);
        let pipeline = pipelined_mb_per_s(self.in_flight, full, round_trip_ms) * brokers * self.producers;
        let batches_per_s = batches.requests_per_s * batches.partitions_per_request * self.producers;
        let core_s = sent * (r + readers / 4.0) / brokers / CORE_MB_PER_S
            + batches_per_s * r * CORE_US_PER_BATCH / 1e6;
        let flushes_s = if self.fsync { batches_per_s * r * machine.flush_ms / 1000.0 } else { 0.0 };
        let pipelined = if self.acks == Acks::Zero { 0.0 } else { mb_per_s / pipeline };
        vec![
            ("producer pipeline (requests in flight / round trip)", pipelined),
            ("producer processor", self.producer_core_s() / self.producers.max(1.0)),
            ("broker network in", sent * r / brokers / machine.network_mb_per_s),
            ("broker network out", sent * readers / brokers / machine.network_mb_per_s),
            ("broker disk", sent * r * DISK_OVERHEAD / brokers / machine.disk_mb_per_s),
            ("broker processor", core_s / machine.cores),
            ("broker flushes", flushes_s),
        ]
    }

    /// How long the links take while a window of full requests is in flight, beside the round trip. With
    /// acks=1 the uploads overlap the answers. With acks=all one fetch of the followers answers the whole
    /// window at once: it goes up, and out of the leader to each follower (1.5 fetches on average), in turn.
    fn full_window_ms(&self, request_bytes: f64) -> f64 {
        let (upload, copies) = match self.acks == Acks::All && self.followers > 0 {
            true => {
                (self.in_flight * self.brokers.max(1.0), self.in_flight * 1.5 * f64::from(self.followers))
            }
            false => (1.0, 0.0),
        };
        request_bytes / 1e6 * (upload + copies) / self.machine.network_mb_per_s * 1000.0
    }

    /// What one producer puts into one partition: full batches, one per request.
    pub fn partition_mb_per_s(&self) -> f64 {
        let alone = Flow { partitions: 1.0, brokers: 1.0, producers: 1.0, ..self.clone() };
        let batch = self.batch_bytes.max(self.record_bytes);
        let serialised = alone.records_per_s * alone.record_bytes / 1e6 / alone.producer_core_s();
        let round_trip_ms = alone.round_trip_ms(&alone.batches()) + alone.full_window_ms(batch);
        match self.acks {
            Acks::Zero => serialised,
            _ => pipelined_mb_per_s(self.in_flight, batch, round_trip_ms).min(serialised),
        }
    }

    /// From send() to the acknowledgement of a record that is waited for before the next.
    pub fn alone_ms(&self) -> f64 {
        let alone = Flow { records_per_s: 1e-3, ..self.clone() };
        self.linger_ms + alone.round_trip_ms(&alone.batches())
    }

    fn producer_core_s(&self) -> f64 {
        let compress_ns = compression_mb_per_s(&self.codec).map_or(0.0, |speed| 1000.0 / speed);
        let per_record =
            PRODUCER_US_PER_RECORD / 1e6 + self.record_bytes * (PRODUCER_NS_PER_BYTE + compress_ns) / 1e9;
        self.records_per_s * per_record
    }

    /// The busiest resource.
    pub fn bottleneck(&self) -> (&'static str, f64) {
        let most = |a: (&'static str, f64), b: (&'static str, f64)| if b.1 > a.1 { b } else { a };
        self.utilisations().into_iter().fold(("nothing", 0.0), most)
    }

    /// The most that goes through, in megabytes of records a second, and what bounds it.
    pub fn max_mb_per_s(&self) -> (f64, &'static str) {
        let (mut low, mut high) = (1.0, 2.0);
        while self.at(high).bottleneck().1 < 1.0 && high < 1e12 {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.at(middle).bottleneck().1 < 1.0 { low = middle } else { high = middle }
        }
        (low * self.record_bytes / 1e6, self.at(high).bottleneck().0)
    }
}

#[cfg(test)]
mod tests;
