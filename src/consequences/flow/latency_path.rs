//! What a record's latency is made of, from `send()` to one of the ends that are measured.

use crate::consequences::connection::Connection;
use crate::consequences::quantile::Piece;

/// How far a record is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::consequences) enum PathEnd {
    /// The acknowledgement; with acks=0 the socket.
    Acknowledgement,
    /// A consumer's poll: the record must be below the high watermark, whatever acks says.
    Consumer,
}

/// A part of the latency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::consequences) enum LatencyPart {
    Batch,
    Compress,
    Connection,
    Network,
    Append,
    Flush,
    Replicate,
    MissedFetch,
    Fetch,
}

impl LatencyPart {
    /// As the formula names it.
    pub(in crate::consequences) fn word(self) -> &'static str {
        match self {
            LatencyPart::Batch => "batch",
            LatencyPart::Compress => "compress",
            LatencyPart::Connection => "connection",
            LatencyPart::Network => "network",
            LatencyPart::Append => "append",
            LatencyPart::Flush => "flush",
            LatencyPart::Replicate => "replicate",
            LatencyPart::MissedFetch => "missed fetch",
            LatencyPart::Fetch => "fetch",
        }
    }

    /// What shortens it most.
    pub(in crate::consequences) fn knob(self) -> &'static str {
        match self {
            LatencyPart::Batch => "linger.ms",
            LatencyPart::Compress => "a faster compression.type",
            LatencyPart::Connection => {
                "linger.ms above the time a request is held: fewer, larger requests; more producers; replicas nearer \
                 to each other"
            }
            LatencyPart::Network => "clients nearer to the brokers",
            LatencyPart::Append => "less load per broker",
            LatencyPart::Flush => "flush.messages unset; fewer partitions per broker",
            LatencyPart::Replicate | LatencyPart::MissedFetch => {
                "replicas nearer to each other; num.replica.fetchers; acks=1 for the acknowledgement alone"
            }
            LatencyPart::Fetch => "fetch.min.bytes=1",
        }
    }
}

/// Means of the parts, in milliseconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(in crate::consequences) struct LatencyBreakdown {
    /// In the producer, until the batch is sent.
    pub batch: f64,
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
}

/// What a record goes through.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::consequences) struct LatencyPath {
    pub parts: LatencyBreakdown,
    /// The connection that its request took.
    pub connection: Connection,
    pub records_per_request: f64,
    pub(super) waits: Vec<Vec<Piece>>,
}
