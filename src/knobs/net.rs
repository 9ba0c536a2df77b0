//! Knobs of the distances between machines.

use crate::knobs::place::assumed;
use crate::knobs::{Axis, Kind, Knob, Scope, Simulated, TakesEffect};

pub static CLIENT_RTT_MS: Knob = Knob {
    scope: Scope::Net,
    name: "client_rtt_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(net.client_rtt_ms),
    ladder: &["0.1", "0.5", "1", "2", "5", "20", "60"],
    doc: "Round trip between a client and a broker.",
    moves: &[
        (Axis::Latency, "once per acknowledgement and per fetch"),
        (Axis::Throughput, "bounds one connection"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static RACK_RTT_MS: Knob = Knob {
    scope: Scope::Net,
    name: "rack_rtt_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(net.rack_rtt_ms),
    ladder: &["0", "0.5", "1", "2", "5", "20", "60"],
    doc: "Round trip between two racks.",
    moves: &[
        (Axis::Latency, "acks=all waits for a follower in another rack"),
        (Axis::Throughput, "bounds one producer with acks=all"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static SAME_RACK_RTT_MS: Knob = Knob {
    scope: Scope::Net,
    name: "same_rack_rtt_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(net.same_rack_rtt_ms),
    ladder: &["0", "0.1", "0.2", "0.5", "1"],
    doc: "Round trip within a rack.",
    moves: &[(Axis::Latency, "replication within a rack")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};
