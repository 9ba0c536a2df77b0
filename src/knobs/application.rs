//! Knobs of what the applications do: records that cannot be processed, state of Kafka Streams.

use crate::knobs::{Axis, Kind, Knob, Scope, TakesEffect};

/// `on_poison`
pub(super) static ON_POISON: Knob = Knob {
    scope: Scope::Load,
    name: "on_poison",
    kind: Kind::Choice(&["retry", "crash", "skip", "dead_letter"]),
    own_default: Some("crash"),
    ladder: &["retry", "crash", "skip", "dead_letter"],
    doc: "What a consumer does with a record that it cannot process: retry it for ever, let the exception end it, skip it, or write it to another topic.",
    moves: &[
        (Axis::Availability, "retry and crash stop everything behind the record"),
        (Axis::Durability, "skip loses the record for this group"),
        (Axis::Ordering, "dead_letter lets later records of its key overtake it"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: false,
};

/// `standby_replicas`
pub(super) static STANDBYS: Knob = Knob {
    scope: Scope::Load,
    name: "standby_replicas",
    kind: Kind::Int { min: 0, max: 1000 },
    own_default: Some("0"),
    ladder: &["0", "1", "2"],
    doc: "num.standby.replicas of a Kafka Streams application: copies of its state on other members.",
    moves: &[
        (Axis::Availability, "how long a lost member's tasks stand still"),
        (Axis::Cost, "disks of the members, another reader of the changelog"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: false,
};

/// `state_gib`
pub(super) static STATE: Knob = Knob {
    scope: Scope::Load,
    name: "state_gib",
    kind: Kind::Float { min: 0.0, max: 1e9 },
    own_default: Some("1"),
    ladder: &["0", "1", "10", "100", "1000"],
    doc: "State of a Kafka Streams application in gibibytes, all members together.",
    moves: &[(Axis::Availability, "how long restoring it takes"), (Axis::Cost, "disks of the members")],
    takes_effect: TakesEffect::AtOnce,
    simulated: false,
};

/// `restore_mb_per_s`
pub(super) static RESTORE: Knob = Knob {
    scope: Scope::Load,
    name: "restore_mb_per_s",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    own_default: Some("50"),
    ladder: &["10", "50", "200"],
    doc: "What a Kafka Streams member restores of its state from the changelog, in megabytes (10^6) a second (assumed).",
    moves: &[(Axis::Availability, "how long restoring takes")],
    takes_effect: TakesEffect::AtOnce,
    simulated: false,
};
