//! How records flow through producers, leaders, followers and consumers: the parts of their latency.

mod bounds;
mod latency_path;

pub(super) use bounds::Resource;
use bounds::Utilisation;
pub(super) use latency_path::{LatencyBreakdown, LatencyPart, LatencyPath, PathEnd};

use crate::consequences::batching::{Batching, ProducerStream, compression_mb_per_s, compression_ratio};
use crate::consequences::case::Acks;
use crate::consequences::connection::Connection;
use crate::consequences::quantile::{Mixture, Piece, harmonic, mean_of, waiting};
use crate::model::Machine;

/// From the response to the application.
const POLL_MS: f64 = 0.2;
/// Producer work per record, microseconds, and per byte, nanoseconds (821,557 records of 100 bytes: Kreps 2014).
const PRODUCER_US_PER_RECORD: f64 = 1.15;
const PRODUCER_NS_PER_BYTE: f64 = 0.6;
/// Megabytes of write equivalents that a broker core handles at its peak, and its time per batch (fidelity.md#calibration).
const CORE_MB_PER_S: f64 = 100.0;
const CORE_US_PER_BATCH: f64 = 25.0;
/// Megabytes a second that one thread checks and appends: the part of a core's work that its request waits for.
const APPEND_MB_PER_S: f64 = 500.0;
/// Consumer work per record, microseconds, and per byte, nanoseconds (940,521 records of 100 bytes: Kreps
/// 2014).
const CONSUMER_US_PER_RECORD: f64 = 1.0;
const CONSUMER_NS_PER_BYTE: f64 = 0.6;
/// `max.request.size`
const REQUEST_BYTES: f64 = 1_048_576.0;
/// Halvings that find the time between two requests to a millionth.
const HALVINGS: usize = 30;
/// A resource that is used up to this is not told apart from a full one.
const FULL: f64 = 1.0 - 1e-9;

/// Everything that decides about a flow, all known.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Flow {
    pub acks: Acks,
    pub replicas: f64,
    pub followers: u32,
    /// Round trip between leader and the farthest follower in sync.
    pub follower_rtt_ms: f64,
    pub client_rtt_ms: f64,
    /// Records a second, all producers.
    pub records_per_s: f64,
    pub record_bytes: f64,
    pub producers: f64,
    /// Keys spread records over partitions.
    pub keyed: bool,
    /// Brokers that lead partitions of the topic.
    pub brokers: f64,
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
    pub machine: Machine,
}

/// Records a second that one member of a group gets done when each takes so long.
pub(super) fn member_records_per_s(processing_ms: f64, record_bytes: f64) -> f64 {
    1e6 / (processing_ms * 1e3 + CONSUMER_US_PER_RECORD + record_bytes * CONSUMER_NS_PER_BYTE / 1e3)
}

impl Flow {
    fn partitions_per_broker(&self) -> f64 {
        (self.partitions / self.brokers.max(1.0)).max(1.0)
    }

    /// Requests of a connection that may wait for their answers. Without acknowledgements nothing is in flight: what
    /// waits is in the socket.
    fn window(&self) -> f64 {
        if self.acks == Acks::Zero { 1.0 } else { self.in_flight }
    }

    /// Requests and batches of one producer to one broker. While as many requests are in flight as may be, records
    /// gather: batches grow until the requests fit, those that share a broker's flushes and processor among them.
    pub(super) fn batches(&self) -> Batching {
        let due = self.batches_every(0.0);
        if self.fit(&due) {
            return due;
        }
        // What a request takes grows more slowly than its records do, so that from some interval on all fit; where even
        // full batches do not, they are full.
        let (mut low, mut high) = (0.0, self.longest_interval_ms());
        for _ in 0..HALVINGS {
            let middle = (low + high) / 2.0;
            if self.fit(&self.batches_every(middle)) { high = middle } else { low = middle }
        }
        self.batches_every(high)
    }

    /// Requests that hold at least what so many milliseconds bring; what is too much for one goes out in several.
    fn batches_every(&self, interval_ms: f64) -> Batching {
        let stream = ProducerStream {
            records_per_s: self.records_per_s / self.producers.max(1.0) / self.brokers.max(1.0),
            record_bytes: self.record_bytes,
            partitions: self.partitions_per_broker(),
            keyed: self.keyed,
            linger_ms: self.linger_ms,
            batch_bytes: self.batch_bytes.min(REQUEST_BYTES),
            in_flight: 1.0,
            round_trip_ms: interval_ms,
        };
        let batches = stream.batches();
        let partitions = batches.partitions_per_request;
        let requests = (partitions * batches.batch_bytes / REQUEST_BYTES).clamp(1.0, partitions.max(1.0));
        Batching {
            records_per_request: batches.records_per_request / requests,
            partitions_per_request: partitions / requests,
            requests_per_s: batches.requests_per_s * requests,
            ..batches
        }
    }

    /// Requests that cannot grow any more: every batch is full.
    fn full_batches(&self) -> Batching {
        self.batches_every(f64::INFINITY)
    }

    /// Bytes sent for a byte of records when the load is as large as it can be.
    pub(super) fn compression_of_full_batches(&self) -> f64 {
        compression_ratio(&self.codec, self.full_batches().records_per_batch)
    }

    /// Until one producer has a full batch for every partition of a broker.
    fn longest_interval_ms(&self) -> f64 {
        let per_ms = self.records_per_s / self.producers.max(1.0) / self.brokers.max(1.0) / 1000.0;
        // Keys fill the last batch long after the first: some partitions get fewer records than others.
        4.0 * self.full_batches().records_per_batch * self.partitions_per_broker()
            / per_ms.max(f64::MIN_POSITIVE)
    }

    /// Whether requests of this size are answered as fast as they come.
    fn fit(&self, batches: &Batching) -> bool {
        let connection = self.connection(batches, &self.parts_loaded(batches, self.acks));
        let round_trip_ms = connection.full_round_trip_ms();
        let interval_ms = 1000.0 / batches.requests_per_s.max(f64::MIN_POSITIVE);
        round_trip_ms <= interval_ms * self.window()
            && self.shared(batches).iter().all(|one| one.share <= 1.0)
    }

    /// How one producer's requests take their turn at one broker.
    fn connection(&self, batches: &Batching, parts: &LatencyBreakdown) -> Connection {
        let held = self.machine.local_ms.min(self.machine.append_ms) + self.appended_ms(batches);
        let append = self.machine.append_ms + self.appended_ms(batches);
        let local = if append > 0.0 { held / append } else { 0.0 };
        let waits = self.acks != Acks::Zero;
        Connection {
            records_per_ms: self.records_per_s / self.producers.max(1.0) / self.brokers.max(1.0) / 1000.0,
            collects_ms: batches.collects_ms,
            held_ms: parts.append * local + parts.flush + parts.replicate + parts.missed,
            network_ms: if waits { parts.network + parts.append * (1.0 - local) } else { 0.0 },
            in_flight: self.window(),
        }
    }

    /// Bytes of a request as they are sent.
    fn sent_bytes(&self, batches: &Batching) -> f64 {
        let ratio = compression_ratio(&self.codec, batches.records_per_batch);
        batches.batch_bytes * batches.partitions_per_request * ratio
    }

    /// What the bytes and batches of a request add to its append.
    fn appended_ms(&self, batches: &Batching) -> f64 {
        self.sent_bytes(batches) / APPEND_MB_PER_S / 1e3
            + batches.partitions_per_request * CORE_US_PER_BATCH / 1e3
    }

    /// The parts without load, the waits for other requests aside, when `acks` is waited for.
    fn parts_unloaded(&self, batches: &Batching, acks: Acks) -> LatencyBreakdown {
        let waits_for_followers = acks == Acks::All && self.followers > 0;
        let flushed = if self.fsync { self.machine.flush_ms * batches.partitions_per_request } else { 0.0 };
        let compress = compression_mb_per_s(&self.codec)
            .map_or(0.0, |speed| batches.batch_bytes * batches.partitions_per_request / speed / 1000.0);
        LatencyBreakdown {
            batch: batches.mean_wait_ms,
            compress,
            network: self.client_rtt_ms,
            append: self.machine.append_ms + self.appended_ms(batches),
            // A follower can fetch only what the leader has appended, so their flushes come one after the other.
            flush: if waits_for_followers { 2.0 * flushed } else { flushed },
            replicate: if waits_for_followers { self.replicate_ms(batches) } else { 0.0 },
            missed: if waits_for_followers { mean_of(&self.missed(batches)) } else { 0.0 },
            ..LatencyBreakdown::default()
        }
    }

    /// Until the slowest follower has fetched and appended: the mean of the largest of so many exponential appends,
    /// and on average half a fetch cycle until the next fetch begins and a whole one for it.
    fn replicate_ms(&self, batches: &Batching) -> f64 {
        self.follower_rtt_ms
            + self.machine.follower_append_ms * harmonic(self.followers)
            + self.sent_bytes(batches) / APPEND_MB_PER_S / 1e3
            + 1.5 * self.fetch_partitions_ms(batches)
    }

    /// What the partitions with new data add to a follower's fetch.
    fn fetch_partitions_ms(&self, batches: &Batching) -> f64 {
        let touched = batches.partitions_per_request * self.producers.min(self.partitions_per_broker());
        self.machine.fetch_partition_us / 1000.0 * touched.min(self.partitions_per_broker())
            / self.fetchers.max(1.0)
    }

    /// For how long a follower that has been given something is not back.
    fn away_ms(&self) -> f64 {
        self.follower_rtt_ms + self.machine.follower_append_ms
    }

    /// Other producers whose records the same fetch brings.
    fn others_per_fetcher(&self) -> f64 {
        (self.producers - 1.0).max(0.0) / self.fetchers.max(1.0)
    }

    /// A follower that has just been given what another request brought is away for a round trip. A connection whose
    /// own requests wait for the followers finds them back.
    fn missed(&self, batches: &Batching) -> Vec<Piece> {
        let away_ms = self.away_ms();
        let per_ms = batches.requests_per_s / 1000.0;
        let others = per_ms * self.others_per_fetcher() * away_ms;
        let own = match self.acks {
            Acks::All => 0.0,
            _ => per_ms * (away_ms - batches.collects_ms).max(0.0) / self.fetchers.max(1.0),
        };
        let away = others + own;
        // Times away alternate with times at the leader; a record that comes at random finds the follower away for this
        // share of them.
        let share = away / (1.0 + away);
        vec![
            Piece { share: 1.0 - share, low_ms: 0.0, high_ms: 0.0 },
            Piece { share, low_ms: 0.0, high_ms: away_ms },
        ]
    }

    /// The same under load: what is shared slows each of its users down.
    fn parts_loaded(&self, batches: &Batching, acks: Acks) -> LatencyBreakdown {
        let slow = self.slow_down(batches);
        let mut parts = self.parts_unloaded(batches, acks);
        parts.append *= slow;
        parts.flush *= slow;
        if parts.replicate > 0.0 {
            parts.replicate = self.follower_rtt_ms + (parts.replicate - self.follower_rtt_ms) * slow;
        }
        parts
    }

    /// What a record goes through until its acknowledgement, or until consumers can read it. `None` when the load
    /// is more than goes through.
    pub(super) fn latency_path(&self, end: PathEnd) -> Option<LatencyPath> {
        if self.bottleneck().share >= 1.0 {
            return None;
        }
        let batches = self.batches();
        let connection = self.connection(&batches, &self.parts_loaded(&batches, self.acks));
        let mut parts = match end {
            PathEnd::Acknowledgement => self.parts_loaded(&batches, self.acks),
            // The high watermark waits for the followers whatever acks says: acks=1 makes the producer faster, not the consumer.
            PathEnd::Consumer => self.parts_loaded(&batches, Acks::All),
        };
        let mut waits = vec![collected(&batches)];
        if self.is_answered(end) {
            let line = self.in_line(&connection);
            parts.connection = line.iter().map(|wait| mean_of(wait)).sum();
            waits.extend(line);
        }
        if parts.missed > 0.0 {
            waits.push(self.missed(&batches));
        }
        Some(LatencyPath { parts, connection, records_per_request: batches.records_per_request, waits })
    }

    /// The waits for requests of the same connection: in line, and for records that the next request has no room for
    /// (a server that takes so many at a time waits as so many servers do).
    fn in_line(&self, connection: &Connection) -> Vec<Vec<Piece>> {
        let full = self.full_batches();
        let busy = self.own(&full).iter().map(|one| one.share).fold(0.0, f64::max).min(FULL);
        let left = connection.held_ms * waiting(full.records_per_request, busy, 1.0, 0.0);
        let mut waits = connection.waits();
        waits.push(vec![Piece { share: 1.0, low_ms: 0.0, high_ms: 2.0 * left }]);
        waits
    }

    /// How much longer a request takes under load: disks and links share their capacity (M/G/1-PS), the request
    /// handlers queue (M/G/k). Requests of one connection wait in line instead, so that no more than one of each
    /// connection stand before a resource.
    fn slow_down(&self, batches: &Batching) -> f64 {
        let slower = |one: &Utilisation| match one.resource {
            Resource::BrokerProcessor => {
                1.0 + waiting(self.io_threads.max(1.0), one.share.min(FULL), 1.0, 2.0)
            }
            _ => 1.0 / (1.0 - one.share.min(FULL)),
        };
        // On its way to the followers a record stands before two brokers, one after the other.
        let visits = if self.followers > 0 { 2.0 } else { 1.0 };
        let most = (self.producers * self.replicas / visits).max(1.0);
        self.shared(batches).iter().map(slower).fold(1.0, f64::max).min(most)
    }

    /// Whether a broker's answer is waited for on the way.
    pub(super) fn is_answered(&self, end: PathEnd) -> bool {
        end == PathEnd::Consumer || self.acks != Acks::Zero
    }

    /// From send() to the acknowledgement; with acks=0, which has none, until the request is in the socket.
    pub(super) fn ack(&self) -> Option<Mixture> {
        let path = self.latency_path(PathEnd::Acknowledgement)?;
        let brokers = match self.acks {
            Acks::Zero => 0.0,
            Acks::One => 1.0,
            // acks=all is as slow as the slowest member of the ISR, so each of them may stall it.
            Acks::All => 1.0 + f64::from(self.followers),
        };
        Some(match self.acks {
            Acks::Zero => self.mixture(&path, 0.0, path.parts.compress, brokers),
            _ => self.answered(&path, brokers),
        })
    }

    /// From send() to the consumer.
    pub(super) fn end_to_end(&self) -> Option<Mixture> {
        let path = self.latency_path(PathEnd::Consumer)?;
        let seen = self.answered(&path, 1.0 + f64::from(self.followers));
        Some(Mixture { body_ms: seen.body_ms + self.fetch_wait_ms() + POLL_MS, ..seen })
    }

    fn answered(&self, path: &LatencyPath, brokers: f64) -> Mixture {
        let parts = &path.parts;
        let far = if parts.replicate > 0.0 { self.follower_rtt_ms } else { 0.0 };
        let body_ms = parts.compress + parts.append + parts.flush + parts.replicate - far;
        self.mixture(path, parts.network + far, body_ms, brokers)
    }

    fn mixture(&self, path: &LatencyPath, fixed_ms: f64, body_ms: f64, brokers: f64) -> Mixture {
        Mixture {
            fixed_ms,
            body_ms,
            waits: path.waits.clone(),
            brokers,
            stall_share: self.machine.stall_share,
            stall_ms: self.machine.stall_ms,
        }
    }

    /// Mean wait until a consumer's fetch has its minimum of bytes.
    pub(super) fn fetch_wait_ms(&self) -> f64 {
        if self.fetch_min_bytes <= self.record_bytes {
            return 0.0;
        }
        let bytes_per_ms = self.records_per_s * self.record_bytes / self.brokers.max(1.0) / 1000.0;
        // The fetch waits in purgatory until so many bytes are there or its time is up; a record finds it at any moment of
        // that, in the middle on average.
        self.fetch_max_wait_ms.min(self.fetch_min_bytes / bytes_per_ms) / 2.0
    }

    /// From send() to the acknowledgement of a record that is waited for before the next.
    pub(super) fn synchronous_send_ms(&self) -> f64 {
        let alone = Flow { records_per_s: 1e-3, ..self.clone() };
        let parts = alone.parts_unloaded(&alone.batches(), self.acks);
        let answered = parts.network + parts.append + parts.flush + parts.replicate + parts.missed;
        self.linger_ms + if self.acks == Acks::Zero { 0.0 } else { answered }
    }
}

/// How long records wait for their request: the first of each for all of it.
fn collected(batches: &Batching) -> Vec<Piece> {
    let longest = batches.collects_ms;
    vec![
        Piece { share: batches.first_share, low_ms: longest, high_ms: longest },
        Piece { share: 1.0 - batches.first_share, low_ms: 0.0, high_ms: longest },
    ]
}

#[cfg(test)]
mod tests;
