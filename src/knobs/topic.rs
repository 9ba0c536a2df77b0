//! Knobs of a topic.

use crate::knobs::{Axis, Kind, Knob, Place, Scope, Shape, Simulated, TakesEffect};

pub static MIN_INSYNC_REPLICAS: Knob = Knob {
    scope: Scope::Topic,
    name: "min.insync.replicas",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "3", "4", "5"],
    doc: "Smallest ISR with which acks=all is accepted; below it the high watermark stands still (3.7 and later).",
    moves: &[
        (Axis::Durability, "copies that every acks=all record has for certain"),
        (Axis::Availability, "replication factor minus this many failures stop writes"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static REPLICATION_FACTOR: Knob = Knob {
    scope: Scope::Topic,
    name: "replication.factor",
    kind: Kind::Int { min: 1, max: 32 },
    place: Place::Shape(Shape::ReplicationFactor),
    ladder: &["1", "2", "3", "4", "5"],
    doc: "Replicas of each partition. Changing it reassigns and copies.",
    moves: &[
        (Axis::Durability, "more copies"),
        (Axis::Availability, "more failures until nothing is left"),
        (Axis::Latency, "acks=all waits for the slowest of more followers"),
        (Axis::Cost, "storage and replication traffic grow with it"),
    ],
    takes_effect: TakesEffect::Reassignment,
    simulated: Simulated::Yes,
};

pub static PARTITIONS: Knob = Knob {
    scope: Scope::Topic,
    name: "partitions",
    kind: Kind::Int { min: 1, max: 1_000_000 },
    place: Place::Shape(Shape::Partitions),
    ladder: &["1", "3", "6", "12", "24", "48", "100", "300", "1000"],
    doc: "Partitions of the topic. They only grow, and growing moves keys.",
    moves: &[
        (Axis::Throughput, "the most consumers of a group that work at once"),
        (Axis::Latency, "more partitions with new data make each replication fetch longer"),
        (Axis::Ordering, "order holds within a partition only; growing breaks it for a key"),
        (Axis::Cost, "files, memory maps and fetch overhead"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static UNCLEAN_LEADER_ELECTION_ENABLE: Knob = Knob {
    scope: Scope::Topic,
    name: "unclean.leader.election.enable",
    kind: Kind::Bool,
    place: Place::Config,
    ladder: &["false", "true"],
    doc: "Whether a replica that is not in sync may lead when no other can.",
    moves: &[
        (Axis::Durability, "true: what the stale leader lacks is lost although it was acknowledged"),
        (Axis::Availability, "true: the partition comes back with any live replica"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static FLUSH_MESSAGES: Knob = Knob {
    scope: Scope::Topic,
    name: "flush.messages",
    kind: Kind::Int { min: 1, max: i64::MAX },
    place: Place::Config,
    ladder: &["1", "10", "1000", "MAX_LONG"],
    doc: "Records after which a replica fsyncs inside the append. 1 is an fsync per batch on leader and followers.",
    moves: &[
        (Axis::Durability, "1: power loss no longer takes the unflushed tail"),
        (Axis::Latency, "an fsync per partition in a request, on the leader and on every follower"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static RETENTION_MS: Knob = Knob {
    scope: Scope::Topic,
    name: "retention.ms",
    kind: Kind::Int { min: -1, max: i64::MAX },
    place: Place::Config,
    ladder: &["3600000", "86400000", "604800000", "2592000000", "-1"],
    doc: "Age at which closed segments are deleted; -1 keeps them.",
    moves: &[
        (Axis::Durability, "a group further behind than this loses data without an error"),
        (Axis::Cost, "storage"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static RETENTION_BYTES: Knob = Knob {
    scope: Scope::Topic,
    name: "retention.bytes",
    kind: Kind::Int { min: -1, max: i64::MAX },
    place: Place::Config,
    ladder: &["-1", "1073741824", "10737418240", "107374182400"],
    doc: "Size per partition above which the oldest segments are deleted; -1 is no limit.",
    moves: &[(Axis::Durability, "likewise"), (Axis::Cost, "storage")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static SEGMENT_BYTES: Knob = Knob {
    scope: Scope::Topic,
    name: "segment.bytes",
    kind: Kind::Int { min: 14, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1048576", "16777216", "134217728", "1073741824"],
    doc: "Size at which a segment is closed; closed segments are flushed, retained and compacted.",
    moves: &[
        (Axis::Cost, "files and memory maps"),
        (Axis::Durability, "retention acts on closed segments only"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static SEGMENT_MS: Knob = Knob {
    scope: Scope::Topic,
    name: "segment.ms",
    kind: Kind::Int { min: 1, max: i64::MAX },
    place: Place::Config,
    ladder: &["3600000", "86400000", "604800000"],
    doc: "A segment is closed at this age at the latest; only closed segments are deleted.",
    moves: &[(Axis::Cost, "how long data outlives its retention; files and memory maps")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};
