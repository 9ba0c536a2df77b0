//! Knobs of the cluster as a whole: size, racks, version, features.

use crate::knobs::place::assumed;
use crate::knobs::{Axis, Kind, Knob, Place, Scope, Shape, Simulated, TakesEffect};
use crate::model::Compatibility;

pub static BROKERS: Knob = Knob {
    scope: Scope::Cluster,
    name: "brokers",
    kind: Kind::Int { min: 1, max: 1000 },
    place: Place::Shape(Shape::Brokers),
    ladder: &["1", "2", "3", "4", "5", "6", "9", "12", "30", "100"],
    doc: "Brokers in the cluster.",
    moves: &[(Axis::Availability, "capacity left when one is gone"), (Axis::Cost, "machines")],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static RACKS: Knob = Knob {
    scope: Scope::Cluster,
    name: "racks",
    kind: Kind::Int { min: 0, max: 64 },
    place: Place::Shape(Shape::Racks),
    ladder: &["0", "1", "2", "3", "4", "6"],
    doc: "Racks or zones that the brokers are spread over (broker.rack); 0 is no rack information.",
    moves: &[
        (Axis::Durability, "copies that one power event cannot reach"),
        (Axis::Availability, "what is left when a rack is gone"),
        (Axis::Latency, "replication crosses racks"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static KAFKA_VERSION: Knob = Knob {
    scope: Scope::Cluster,
    name: "kafka.version",
    kind: Kind::Version,
    place: Place::Shape(Shape::Version),
    ladder: &[],
    doc: "What the brokers and clients run; decides defaults and rules.",
    moves: &[
        (Axis::Durability, "ELR since 4.1, frozen high watermark since 3.7"),
        (Axis::Availability, "which failures elect a leader"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static ELIGIBLE_LEADER_REPLICAS_VERSION: Knob = Knob {
    scope: Scope::Cluster,
    name: "eligible.leader.replicas.version",
    kind: Kind::Int { min: 0, max: 1 },
    place: Place::Shape(Shape::EligibleLeaderReplicas),
    ladder: &["0", "1"],
    doc: "Eligible leader replicas (KIP-966): replicas that left the ISR below the minimum may still lead. On in clusters created with 4.1 or later.",
    moves: &[
        (Axis::Durability, "1: the last replica standing no longer decides alone"),
        (Axis::Availability, "1: a partition fails over where it would have been offline"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static COMPATIBILITY: Knob = Knob {
    scope: Scope::Cluster,
    name: "compatibility",
    kind: Kind::Choice(Compatibility::WORDS),
    place: assumed!(load.compatibility),
    ladder: Compatibility::WORDS,
    doc: "Compatibility level of the schema registry for all topics: which new version of a schema may be deployed. NONE is no registry, or one that checks nothing; Confluent's own default is BACKWARD. Schemas are a model: Kafka's brokers know nothing of them.",
    moves: &[(Axis::Availability, "what consumers cannot read is refused before it is written")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

const BYTE_RATES: &[&str] = &["100000", "1000000", "2000000", "10000000", "100000000", "MAX_LONG"];

pub static PRODUCER_BYTE_RATE: Knob = Knob {
    scope: Scope::Cluster,
    name: "producer_byte_rate",
    kind: Kind::Int { min: 1, max: i64::MAX },
    place: assumed!(load.producer_byte_rate),
    ladder: BYTE_RATES,
    doc: "Client quota: bytes a second that each producer may send to each broker before it is throttled; MAX_LONG is no quota. In the simulator also of one producer: cluster/NAME:producer_byte_rate.",
    moves: &[
        (Axis::Latency, "keeps what one client takes from all others"),
        (Axis::Throughput, "the most that one producer sends to a broker"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static CONSUMER_BYTE_RATE: Knob = Knob {
    scope: Scope::Cluster,
    name: "consumer_byte_rate",
    kind: Kind::Int { min: 1, max: i64::MAX },
    place: assumed!(load.consumer_byte_rate),
    ladder: BYTE_RATES,
    doc: "Client quota: bytes a second that each consumer may fetch from each broker before it is throttled; MAX_LONG is no quota. In the simulator also of the members of one group: cluster/GROUP:consumer_byte_rate.",
    moves: &[
        (Axis::Latency, "a backfill leaves the brokers' network to others"),
        (Axis::Throughput, "the most that one consumer reads from a broker"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};
