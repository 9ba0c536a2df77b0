//! How the Java producer fills requests and batches, and what compression makes of them.
//!
//! A request to a broker takes the head batch of every partition there, ready or not
//! (`RecordAccumulator.drainBatchesForOneNode`), so linger alone decides how many records a request has and
//! keys spread them over partitions. Held against measurements on Kafka 4.1.0, within 6 %.

use crate::protocol::producer::SENDER_SLACK;

/// Header of a v2 record batch.
const BATCH_HEADER_BYTES: f64 = 61.0;
/// Lengths, deltas and attributes of one record.
const RECORD_FRAMING_BYTES: f64 = 10.0;
/// From a batch being due to its request being sent.
const SCHEDULING_MS: f64 = SENDER_SLACK as f64 / 1e6;

/// One producer sending to one broker.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProducerStream {
    /// Records a second to this broker.
    pub records_per_s: f64,
    pub record_bytes: f64,
    /// Partitions of this broker that are written.
    pub partitions: f64,
    /// Whether keys spread records over all of them (else one at a time is filled).
    pub keyed: bool,
    /// `linger.ms`
    pub linger_ms: f64,
    /// `batch.size`
    pub batch_bytes: f64,
    /// Requests in flight per connection.
    pub in_flight: f64,
    /// From a request to its response.
    pub round_trip_ms: f64,
}

/// What the requests come to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Batching {
    pub records_per_request: f64,
    pub partitions_per_request: f64,
    pub records_per_batch: f64,
    /// Bytes of one batch before compression.
    pub batch_bytes: f64,
    pub requests_per_s: f64,
    /// How long the producer collects at most: linger, or less when batches fill earlier.
    pub collects_ms: f64,
    /// Mean wait of a record for its batch.
    pub mean_wait_ms: f64,
    /// Share of records that open a batch and so wait for all of it.
    pub first_share: f64,
}

impl ProducerStream {
    /// Requests and batches under Poisson arrivals.
    pub fn batches(&self) -> Batching {
        let per_ms = self.records_per_s / 1000.0;
        let size = self.record_bytes + RECORD_FRAMING_BYTES;
        // Whole records only: a batch of 4 KiB has room for three of a kilobyte.
        let cap = libm::floor((self.batch_bytes - BATCH_HEADER_BYTES) / size).max(1.0);
        let due = 1.0 + per_ms * (self.linger_ms + SCHEDULING_MS);
        // With all requests in flight, batches go on filling until one returns.
        // `max.in.flight.requests.per.connection` requests share a round trip.
        let backed_up = per_ms * self.round_trip_ms / self.in_flight.max(1.0);
        let wanted = due.max(backed_up);
        let (records, partitions) = if self.keyed {
            let spread = distinct(self.partitions, wanted);
            let capped = wanted.min(cap * spread);
            // No batch holds more than fits.
            (capped, distinct(self.partitions, capped).max(capped / cap))
        } else {
            // One batch at a time is filled, and sent as soon as it is full. While none can be sent, full ones queue up in
            // all partitions, and a request takes one of each (`RecordAccumulator.drainBatchesForOneNode`).
            let queued = backed_up.min(cap * self.partitions.max(1.0));
            let records = due.min(cap).max(queued);
            (records, (records / cap).max(1.0))
        };
        let per_batch = (records / partitions).max(1.0);
        let full_after = if per_ms > 0.0 { (records - 1.0).max(0.0) / per_ms } else { f64::INFINITY };
        // The sender wakes up late once linger ran out, and not at all for a batch that does not linger.
        let due_ms = if self.linger_ms > 0.0 { self.linger_ms + SCHEDULING_MS } else { 0.0 };
        let collects_ms = due_ms.min(full_after);
        let arrivals = per_ms * collects_ms;
        Batching {
            records_per_request: records,
            partitions_per_request: partitions,
            records_per_batch: per_batch,
            batch_bytes: BATCH_HEADER_BYTES + per_batch * size,
            requests_per_s: self.records_per_s / records,
            collects_ms,
            // The first record waits for all of it, those that come after it for half of it on average.
            mean_wait_ms: collects_ms * (1.0 + arrivals / 2.0) / (1.0 + arrivals),
            first_share: 1.0 / (1.0 + arrivals),
        }
    }
}

/// How many of `partitions` get at least one of `records` that are spread evenly.
fn distinct(partitions: f64, records: f64) -> f64 {
    if partitions <= 1.0 {
        return 1.0;
    }
    // Expected bins with at least one of so many balls (uniform keys).
    partitions * (1.0 - libm::pow(1.0 - 1.0 / partitions, records))
}

/// Compressed size by uncompressed size for so many records of JSON in a batch (measured; log-linear between).
pub(super) fn compression_ratio(codec: &str, records_per_batch: f64) -> f64 {
    let points: &[(f64, f64)] = match codec {
        "lz4" => &[(1.5, 0.92), (12.0, 0.44), (100.0, 0.354), (1000.0, 0.326)],
        "snappy" => &[(1.75, 1.02), (12.0, 0.44), (100.0, 0.357)],
        "gzip" => &[(1.75, 0.90), (12.0, 0.30), (100.0, 0.218)],
        "zstd" => &[(1.5, 0.79), (12.0, 0.27), (100.0, 0.197), (1000.0, 0.193)],
        _ => return 1.0,
    };
    // Compression finds repetition within one batch: between the sizes measured the ratio falls evenly with the
    // logarithm of the records.
    let x = libm::log(records_per_batch.max(1.0));
    let mut before = points[0];
    for point in points {
        let (left, right) = (libm::log(before.0), libm::log(point.0));
        if x <= right {
            let share = if right > left { ((x - left) / (right - left)).max(0.0) } else { 0.0 };
            return before.1 + share * (point.1 - before.1);
        }
        before = *point;
    }
    before.1
}

/// Megabytes a second that one core compresses (Cloudflare 2018; zstd and gzip assumed: fidelity.md#calibration).
pub(super) fn compression_mb_per_s(codec: &str) -> Option<f64> {
    match codec {
        "lz4" => Some(594.0),
        "snappy" => Some(446.0),
        "zstd" => Some(300.0),
        "gzip" => Some(60.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(partitions: f64, keyed: bool, linger_ms: f64) -> Batching {
        ProducerStream {
            records_per_s: 2000.0,
            record_bytes: if keyed { 207.0 } else { 200.0 },
            partitions,
            keyed,
            linger_ms,
            batch_bytes: 16384.0,
            in_flight: 5.0,
            round_trip_ms: 1.0,
        }
        .batches()
    }

    /// Records per request and batch bytes measured on Kafka 4.1.0 at 2000 records/s of 200 bytes.
    #[test]
    fn measured_requests_and_batches() {
        let measured = [
            (1.0, false, 5.0, 12.7, 2719.0),
            (12.0, true, 5.0, 12.6, 418.0),
            (100.0, true, 5.0, 12.4, 293.0),
            (100.0, false, 5.0, 12.5, 2677.0),
            (1.0, false, 20.0, 42.4, 8924.0),
            (12.0, true, 20.0, 43.4, 864.0),
            (100.0, true, 20.0, 44.7, 332.0),
            (12.0, true, 100.0, 205.0, 3742.0),
            (100.0, true, 100.0, 205.0, 568.0),
            (1.0, false, 100.0, 77.9, 16352.0),
        ];
        for (partitions, keyed, linger, records, bytes) in measured {
            let model = sending(partitions, keyed, linger);
            let off = |said: f64, seen: f64| (said / seen - 1.0).abs();
            let why = format!("{partitions} {keyed} {linger}: {model:?}");
            assert!(off(model.records_per_request, records) < 0.065, "{why}");
            assert!(off(model.batch_bytes, bytes) < 0.08, "{why}");
        }
        assert!((1.7..=3.0).contains(&sending(12.0, true, 0.0).records_per_request));
    }

    /// The formula worked out by hand.
    #[test]
    fn requests_and_batches_by_hand() {
        let n = |partitions, keyed, linger| sending(partitions, keyed, linger).records_per_request;
        assert_eq!(format!("{:.1}", n(1.0, false, 5.0)), "12.0");
        assert_eq!(format!("{:.1}", n(1.0, false, 100.0)), "77.0");
        assert_eq!(format!("{:.0}", sending(1.0, false, 5.0).batch_bytes), "2581");
        assert_eq!(format!("{:.0}", sending(100.0, true, 5.0).batch_bytes), "290");
        assert_eq!(format!("{:.0}", sending(12.0, true, 100.0).batch_bytes), "3714");
    }

    #[test]
    fn measured_compression() {
        let measured =
            [("lz4", 12.0, 0.44), ("gzip", 100.0, 0.218), ("zstd", 1000.0, 0.193), ("lz4", 1.4, 0.90)];
        for (codec, records, seen) in measured {
            assert!((compression_ratio(codec, records) / seen - 1.0).abs() < 0.06, "{codec} {records}");
        }
        assert_eq!(compression_ratio("none", 10.0), 1.0);
    }
}
