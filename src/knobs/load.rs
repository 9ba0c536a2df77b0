//! Knobs of what is produced and consumed, and of what the applications do with it.

use crate::knobs::place::assumed;
use crate::knobs::{Axis, Kind, Knob, Scope, Simulated, TakesEffect};
use crate::model::{KeySpread, Keys};

/// Why the simulator does not turn it.
const STREAMS: &str = "the simulator runs no Kafka Streams application";

pub static RECORDS_PER_S: Knob = Knob {
    scope: Scope::Load,
    name: "records_per_s",
    kind: Kind::Float { min: 0.001, max: 1e12 },
    place: assumed!(load.records_per_s),
    ladder: &["10", "100", "1000", "10000", "100000", "1000000"],
    doc: "Records a second, all producers together.",
    moves: &[(Axis::Throughput, "the load itself"), (Axis::Latency, "fills batches, then queues")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static RECORD_BYTES: Knob = Knob {
    scope: Scope::Load,
    name: "record_bytes",
    kind: Kind::Int { min: 1, max: 1_073_741_824 },
    place: assumed!(load.record_bytes),
    ladder: &["10", "100", "1000", "10000", "100000", "1000000"],
    doc: "Bytes of one record.",
    moves: &[(Axis::Throughput, "the load itself"), (Axis::Cost, "storage and traffic")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static PRODUCERS: Knob = Knob {
    scope: Scope::Load,
    name: "producers",
    kind: Kind::Int { min: 1, max: 100_000 },
    place: assumed!(load.producers),
    ladder: &["1", "2", "5", "10", "50", "100"],
    doc: "Producers that share the rate.",
    moves: &[
        (Axis::Throughput, "each has its own connections and batches"),
        (Axis::Cost, "more, smaller requests"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static KEYS: Knob = Knob {
    scope: Scope::Load,
    name: "keys",
    kind: Kind::Choice(Keys::WORDS),
    place: assumed!(load.keys),
    ladder: Keys::WORDS,
    doc: "Which keys records have: none, each as likely as any other, few that make most of the records (zipf), or one that makes a share of them (celebrity). Keys spread a producer's records over all partitions at once and so shrink its batches.",
    moves: &[
        (Axis::Ordering, "order per key"),
        (Axis::Throughput, "smaller batches; a key that is too frequent fills one partition"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static KEY_COUNT: Knob = Knob {
    scope: Scope::Load,
    name: "key_count",
    kind: Kind::Int { min: 0, max: KeySpread::MOST_KEYS as i64 },
    place: assumed!(load.key_count),
    ladder: &["0", "1", "10", "100", "1000", "100000"],
    doc: "How many different keys there are; 0 gives every record a key of its own (zipf: 1,000 keys).",
    moves: &[
        (Axis::Ordering, "a key has an order only if it comes again"),
        (Axis::Throughput, "fewer keys than partitions leave partitions empty"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static ZIPF_EXPONENT: Knob = Knob {
    scope: Scope::Load,
    name: "zipf_exponent",
    kind: Kind::Float { min: 0.0, max: 10.0 },
    place: assumed!(load.zipf_exponent),
    ladder: &["0.5", "1", "1.5", "2"],
    doc: "With keys=zipf: the nth key is as frequent as 1 / n^exponent, so that 0 makes all alike.",
    moves: &[(Axis::Throughput, "the most frequent keys fill their partitions")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static CELEBRITY_SHARE: Knob = Knob {
    scope: Scope::Load,
    name: "celebrity_share",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    place: assumed!(load.celebrity_share),
    ladder: &["0.1", "0.25", "0.5", "0.75", "0.9"],
    doc: "With keys=celebrity: the share of all records that have the one key.",
    moves: &[(Axis::Throughput, "one partition and one member of a group take this share")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static TOMBSTONE_SHARE: Knob = Knob {
    scope: Scope::Load,
    name: "tombstone_share",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    place: assumed!(load.tombstone_share),
    ladder: &["0", "0.01", "0.1", "0.5"],
    doc: "The share of records with a key that have no value: in a compacted topic they delete their key, and are gone themselves delete.retention.ms later.",
    moves: &[(
        Axis::Durability,
        "a group that is away for longer than delete.retention.ms keeps what was deleted",
    )],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static CONSUMERS: Knob = Knob {
    scope: Scope::Load,
    name: "consumers",
    kind: Kind::Int { min: 1, max: 100_000 },
    place: assumed!(load.consumers),
    ladder: &["1", "2", "3", "6", "12", "24"],
    doc: "Members of each consumer group; no more of them work than there are partitions.",
    moves: &[
        (Axis::Throughput, "records that a group processes"),
        (Axis::Latency, "how soon a backlog is gone"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static PROCESSING_MS: Knob = Knob {
    scope: Scope::Load,
    name: "processing_ms",
    kind: Kind::Float { min: 0.0, max: 1e9 },
    place: assumed!(load.processing_ms),
    ladder: &["0", "0.1", "1", "10", "300"],
    doc: "How long a member works on one record.",
    moves: &[
        (Axis::Throughput, "what a member processes"),
        (Axis::Latency, "how soon a backlog is gone"),
        (Axis::Availability, "time between two polls"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static ON_POISON: Knob = Knob {
    scope: Scope::Load,
    name: "on_poison",
    kind: Kind::Choice(&["retry", "crash", "skip", "dead_letter", "retry_topic"]),
    place: assumed!(load.on_poison),
    ladder: &["retry", "crash", "skip", "dead_letter", "retry_topic"],
    doc: "What a consumer does with a record that it cannot process: retry it for ever, let the exception end it, skip it, write it to another topic, or write it to a topic that is tried again later.",
    moves: &[
        (Axis::Availability, "retry and crash stop everything behind the record"),
        (Axis::Durability, "skip loses the record for this group"),
        (Axis::Ordering, "dead_letter and retry_topic let later records of its key overtake it"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static STANDBY_REPLICAS: Knob = Knob {
    scope: Scope::Load,
    name: "standby_replicas",
    kind: Kind::Int { min: 0, max: 1000 },
    place: assumed!(load.standby_replicas),
    ladder: &["0", "1", "2"],
    doc: "num.standby.replicas of a Kafka Streams application: copies of its state on other members.",
    moves: &[
        (Axis::Availability, "how long a lost member's tasks stand still"),
        (Axis::Cost, "disks of the members, another reader of the changelog"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(STREAMS),
};

pub static STATE_GIB: Knob = Knob {
    scope: Scope::Load,
    name: "state_gib",
    kind: Kind::Float { min: 0.0, max: 1e9 },
    place: assumed!(load.state_gib),
    ladder: &["0", "1", "10", "100", "1000"],
    doc: "State of a Kafka Streams application in gibibytes, all members together.",
    moves: &[(Axis::Availability, "how long restoring it takes"), (Axis::Cost, "disks of the members")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(STREAMS),
};

pub static RESTORE_MB_PER_S: Knob = Knob {
    scope: Scope::Load,
    name: "restore_mb_per_s",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(load.restore_mb_per_s),
    ladder: &["10", "50", "200"],
    doc: "What a Kafka Streams member restores of its state from the changelog, in megabytes (10^6) a second (assumed).",
    moves: &[(Axis::Availability, "how long restoring takes")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(STREAMS),
};
