//! Knobs of the cluster as a whole: size, racks, version, features.

use crate::knobs::{Axis, Kind, Knob, Place, Scope, Shape, Simulated, TakesEffect};

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
