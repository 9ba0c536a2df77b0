//! How records flow through producers, leaders, followers and consumers: the parts of their latency.

mod bounds;

use bounds::{Busy, busiest};
pub(super) use bounds::{ONE_AT_A_TIME, PIPELINE};

use crate::consequences::batching::{Batches, Sending, compression_mb_per_s, compression_ratio};
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
/// Consumer work per record, microseconds, and per byte, nanoseconds (940,521 records of 100 bytes: Kreps
/// 2014).
const CONSUMER_US_PER_RECORD: f64 = 1.0;
const CONSUMER_NS_PER_BYTE: f64 = 0.6;
/// Requests, what they hold and how long they wait depend on each other: so many rounds settle it.
const ROUNDS: usize = 4;

/// What a producer's own requests fill: they wait in line, and slow nobody else down.
const OWN: [&str; 2] = [PIPELINE, ONE_AT_A_TIME];

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
    /// Until the requests before it on its connection are answered.
    pub connection: f64,
    /// Between client and leader.
    pub network: f64,
    /// The leader's append and its queue.
    pub append: f64,
    /// Flushes on leader and followers.
    pub flush: f64,
    /// Until every follower in sync has it.
    pub replicate: f64,
    /// Until followers are back that have just fetched what others wrote.
    pub missed: f64,
    /// Until the consumer's fetch has its bytes, and its poll.
    pub fetch: f64,
}

/// Records a second that one member of a group gets done when each takes so long.
pub(super) fn member_records_per_s(processing_ms: f64, record_bytes: f64) -> f64 {
    1e6 / (processing_ms * 1e3 + CONSUMER_US_PER_RECORD + record_bytes * CONSUMER_NS_PER_BYTE / 1e3)
}

/// What a record goes through.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Way {
    /// Means of its parts.
    pub parts: Parts,
    /// The connection that its request took.
    pub connection: Connection,
    /// Records of a request.
    pub per_request: f64,
    waits: Vec<Vec<Piece>>,
}

impl Flow {
    /// The same flow at another rate.
    fn at(&self, records_per_s: f64) -> Flow {
        Flow { records_per_s, ..self.clone() }
    }

    fn partitions_per_broker(&self) -> f64 {
        (self.partitions / self.brokers.max(1.0)).max(1.0)
    }

    /// Requests of a connection that may wait for their answers. Without acknowledgements nothing is in flight: what
    /// waits is in the socket.
    fn window(&self) -> f64 {
        if self.acks == Acks::Zero { 1.0 } else { self.in_flight }
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
            in_flight: self.window(),
            round_trip_ms,
        };
        let mut batches = sending(0.0).batches();
        for _ in 0..ROUNDS {
            let connection = self.connection(&batches, &self.parts_unloaded(&batches, self.acks));
            batches = sending(connection.full_round_trip_ms()).batches();
        }
        batches
    }

    /// How one producer's requests take their turn at one broker.
    fn connection(&self, batches: &Batches, parts: &Parts) -> Connection {
        let machine = &self.machine;
        let local =
            if machine.append_ms > 0.0 { (machine.local_ms / machine.append_ms).min(1.0) } else { 0.0 };
        let ratio = compression_ratio(&self.codec, batches.records_per_batch);
        let bytes = batches.batch_bytes * batches.partitions_per_request * ratio;
        let handled = bytes / CORE_MB_PER_S / 1e3 + batches.partitions_per_request * CORE_US_PER_BATCH / 1e3;
        let waits = self.acks != Acks::Zero;
        Connection {
            records_per_ms: self.records_per_s / self.producers.max(1.0) / self.brokers.max(1.0) / 1000.0,
            collects_ms: batches.collects_ms,
            held_ms: parts.append * local + handled + parts.flush + parts.replicate + parts.missed,
            network_ms: if waits { parts.network + parts.append * (1.0 - local) } else { 0.0 },
            in_flight: self.window(),
        }
    }

    /// The parts without load, the waits for other requests aside, when `acks` is waited for.
    fn parts_unloaded(&self, batches: &Batches, acks: Acks) -> Parts {
        let waits_for_followers = acks == Acks::All && self.followers > 0;
        let flushed = if self.fsync { self.machine.flush_ms * batches.partitions_per_request } else { 0.0 };
        let compress = compression_mb_per_s(&self.codec)
            .map_or(0.0, |speed| batches.batch_bytes * batches.partitions_per_request / speed / 1000.0);
        let cycle_ms = self.fetch_partitions_ms(batches);
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
                        + 1.5 * cycle_ms
                }
                false => 0.0,
            },
            missed: if waits_for_followers { mean_of(&self.missed(batches)) } else { 0.0 },
            ..Parts::default()
        }
    }

    /// What the partitions with new data add to a follower's fetch.
    fn fetch_partitions_ms(&self, batches: &Batches) -> f64 {
        let touched = batches.partitions_per_request * self.producers.min(self.partitions_per_broker());
        self.machine.fetch_partition_us / 1000.0 * touched.min(self.partitions_per_broker())
            / self.fetchers.max(1.0)
    }

    /// A follower that has just been given what another request brought is away for a round trip. A connection whose
    /// own requests wait for the followers finds them back.
    fn missed(&self, batches: &Batches) -> Vec<Piece> {
        let away_ms = self.follower_rtt_ms + self.machine.follower_append_ms;
        let per_ms = batches.requests_per_s / 1000.0;
        let others = per_ms * (self.producers - 1.0).max(0.0) * away_ms;
        let own = match self.acks {
            Acks::All => 0.0,
            _ => per_ms * (away_ms - batches.collects_ms).max(0.0),
        };
        let away = (others + own) / self.fetchers.max(1.0);
        let share = away / (1.0 + away);
        vec![
            Piece { share: 1.0 - share, low_ms: 0.0, high_ms: 0.0 },
            Piece { share, low_ms: 0.0, high_ms: away_ms },
        ]
    }

    /// What a record goes through until its acknowledgement, or until consumers can read it: the high watermark
    /// waits for the followers whatever acks says. `None` when the load is more than goes through.
    pub fn way(&self, visible: bool) -> Option<Way> {
        let busy = self.utilisations();
        if busiest(&busy).1 >= 1.0 {
            return None;
        }
        let batches = self.batches();
        let slow = self.slow_down(&busy);
        let loaded = |acks: Acks| {
            let mut parts = self.parts_unloaded(&batches, acks);
            parts.append *= slow;
            parts.flush *= slow;
            if parts.replicate > 0.0 {
                parts.replicate = self.follower_rtt_ms + (parts.replicate - self.follower_rtt_ms) * slow;
            }
            parts
        };
        let connection = self.connection(&batches, &loaded(self.acks));
        let mut parts = loaded(if visible { Acks::All } else { self.acks });
        let mut waits = vec![collected(&batches)];
        if visible || self.acks != Acks::Zero {
            let line = self.in_line(&connection, &batches, &busy);
            parts.connection = line.iter().map(|wait| mean_of(wait)).sum();
            waits.extend(line);
        }
        if parts.missed > 0.0 {
            waits.push(self.missed(&batches));
        }
        Some(Way { parts, connection, per_request: batches.records_per_request, waits })
    }

    /// The waits for requests of the same connection: in line, and for records that the next request has no room for
    /// (a server that takes so many at a time waits as so many servers do).
    fn in_line(&self, connection: &Connection, batches: &Batches, busy: &[Busy]) -> Vec<Vec<Piece>> {
        let own = busy.iter().filter(|(name, _)| OWN.contains(name));
        let busy = own.map(|one| one.1).fold(0.0, f64::max);
        let left = connection.held_ms * waiting(self.most_records(batches), busy, 1.0, 0.0);
        let mut waits = connection.waits();
        waits.push(vec![Piece { share: 1.0, low_ms: 0.0, high_ms: 2.0 * left }]);
        waits
    }

    /// How much longer a request takes under load: disks and links share their capacity (M/G/1-PS), the request
    /// handlers queue (M/G/k). Requests of one connection wait in line instead.
    fn slow_down(&self, busy: &[Busy]) -> f64 {
        let slower = |(name, busy): &Busy| match *name {
            "broker processor" => 1.0 + waiting(self.io_threads.max(1.0), *busy, 1.0, 2.0),
            _ => 1.0 / (1.0 - busy),
        };
        let shared = busy.iter().filter(|(name, _)| !OWN.contains(name));
        shared.map(slower).fold(1.0, f64::max)
    }

    /// From send() to the acknowledgement; with acks=0, which has none, until the request is in the socket.
    pub fn ack(&self) -> Option<Mixture> {
        let way = self.way(false)?;
        let brokers = match self.acks {
            Acks::Zero => 0.0,
            Acks::One => 1.0,
            Acks::All => 1.0 + f64::from(self.followers),
        };
        Some(match self.acks {
            Acks::Zero => self.mixture(&way, 0.0, way.parts.compress, brokers),
            _ => self.answered(&way, brokers),
        })
    }

    /// From send() to the consumer.
    pub fn end_to_end(&self) -> Option<Mixture> {
        let way = self.way(true)?;
        let seen = self.answered(&way, 1.0 + f64::from(self.followers));
        Some(Mixture { body_ms: seen.body_ms + self.fetch_wait_ms() + POLL_MS, ..seen })
    }

    fn answered(&self, way: &Way, brokers: f64) -> Mixture {
        let parts = &way.parts;
        let far = if parts.replicate > 0.0 { self.follower_rtt_ms } else { 0.0 };
        let body_ms = parts.compress + parts.append + parts.flush + parts.replicate - far;
        self.mixture(way, parts.network + far, body_ms, brokers)
    }

    fn mixture(&self, way: &Way, fixed_ms: f64, body_ms: f64, brokers: f64) -> Mixture {
        Mixture {
            fixed_ms,
            body_ms,
            waits: way.waits.clone(),
            brokers,
            stall_share: self.machine.stall_share,
            stall_ms: self.machine.stall_ms,
        }
    }

    /// Mean wait until a consumer's fetch has its minimum of bytes.
    pub fn fetch_wait_ms(&self) -> f64 {
        if self.fetch_min_bytes <= self.record_bytes {
            return 0.0;
        }
        let bytes_per_ms = self.records_per_s * self.record_bytes / self.brokers.max(1.0) / 1000.0;
        self.fetch_max_wait_ms.min(self.fetch_min_bytes / bytes_per_ms) / 2.0
    }

    /// From send() to the acknowledgement of a record that is waited for before the next.
    pub fn alone_ms(&self) -> f64 {
        let alone = Flow { records_per_s: 1e-3, ..self.clone() };
        let parts = alone.parts_unloaded(&alone.batches(), self.acks);
        let answered = parts.network + parts.append + parts.flush + parts.replicate + parts.missed;
        self.linger_ms + if self.acks == Acks::Zero { 0.0 } else { answered }
    }
}

/// How long records wait for their request: the first of each for all of it.
fn collected(batches: &Batches) -> Vec<Piece> {
    let longest = batches.collects_ms;
    vec![
        Piece { share: batches.first_share, low_ms: longest, high_ms: longest },
        Piece { share: 1.0 - batches.first_share, low_ms: 0.0, high_ms: longest },
    ]
}

#[cfg(test)]
mod tests;
