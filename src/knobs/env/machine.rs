//! Knobs of what a broker's machine is assumed to be.

use crate::knobs::place::assumed;
use crate::knobs::{Axis, Kind, Knob, Scope, Simulated, TakesEffect};

/// Why the simulator does not turn it.
const MACHINE: &str = "the simulator's machines are its scenario's: this is what the figures assume of one";

pub static BROKER_CORES: Knob = Knob {
    scope: Scope::Env,
    name: "broker_cores",
    kind: Kind::Float { min: 0.1, max: 10000.0 },
    place: assumed!(env.machine.cores),
    ladder: &["2", "4", "8", "16", "32"],
    doc: "Processor cores of a broker.",
    moves: &[
        (Axis::Throughput, "records and batches that a broker handles"),
        (Axis::Latency, "queueing under load"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static NETWORK_MB_PER_S: Knob = Knob {
    scope: Scope::Env,
    name: "network_mb_per_s",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.machine.network_mb_per_s),
    ladder: &["125", "1250", "3125", "12500"],
    doc: "What a broker's network carries in each direction, in megabytes (10^6) a second. The simulator's carries any load until this is turned, or its scenario says `[net] broker_mb_per_s`.",
    moves: &[
        (Axis::Throughput, "replication and consumers share the way out"),
        (Axis::Latency, "queueing behind what others send"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static DISK_MB_PER_S: Knob = Knob {
    scope: Scope::Env,
    name: "disk_mb_per_s",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.machine.disk_mb_per_s),
    ladder: &["100", "250", "600", "1000", "2000"],
    doc: "What a broker's disks take, in megabytes (10^6) a second.",
    moves: &[
        (Axis::Throughput, "every replica is written once"),
        (Axis::Availability, "recovery after an unclean stop"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static FLUSH_MS: Knob = Knob {
    scope: Scope::Env,
    name: "flush_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(env.machine.flush_ms),
    ladder: &["0.05", "0.2", "1.2", "5", "15"],
    doc: "One forced write of a broker's disk: 0.05 to 0.2 with power-loss protection, 0.5 to 2 for SSD and network disks, 5 to 15 for spinning ones.",
    moves: &[
        (Axis::Latency, "once per partition and request with flush.messages=1"),
        (Axis::Throughput, "flushes per second"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static BROKER_MEMORY_GIB: Knob = Knob {
    scope: Scope::Env,
    name: "broker_memory_gib",
    kind: Kind::Float { min: 0.1, max: 1e6 },
    place: assumed!(env.machine.memory_gib),
    ladder: &["8", "16", "32", "64", "128"],
    doc: "Memory of a broker's machine in gibibytes.",
    moves: &[(Axis::Cost, "machines"), (Axis::Latency, "readers behind what is cached read from disk")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static HEAP_GIB: Knob = Knob {
    scope: Scope::Env,
    name: "heap_gib",
    kind: Kind::Float { min: 0.1, max: 1e6 },
    place: assumed!(env.machine.heap_gib),
    ladder: &["1", "4", "6", "12"],
    doc: "The part of the memory that is the broker's heap; the rest caches pages.",
    moves: &[(Axis::Latency, "less page cache")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static WRITEBACK_S: Knob = Knob {
    scope: Scope::Env,
    name: "writeback_s",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.machine.writeback_s),
    ladder: &["5", "15", "35", "60"],
    doc: "Longest time until the operating system writes a dirty page by itself (Linux: 30 s expiry and a 5 s scan).",
    moves: &[(Axis::Durability, "what a power failure takes that nobody flushed")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static MAP_LIMIT: Knob = Knob {
    scope: Scope::Env,
    name: "map_limit",
    kind: Kind::Float { min: 1.0, max: 1e9 },
    place: assumed!(env.machine.map_limit),
    ladder: &["65530", "262144", "1000000"],
    doc: "vm.max_map_count of a broker: two maps per loaded segment.",
    moves: &[(Axis::Availability, "a broker that reaches it dies (Map failed)")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static FILE_LIMIT: Knob = Knob {
    scope: Scope::Env,
    name: "file_limit",
    kind: Kind::Float { min: 1.0, max: 1e9 },
    place: assumed!(env.machine.file_limit),
    ladder: &["1024", "65536", "100000", "1000000"],
    doc: "Files that a broker may have open: one per segment and one per connection.",
    moves: &[(Axis::Availability, "a broker that reaches it dies (Too many open files)")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static APPEND_MS: Knob = Knob {
    scope: Scope::Env,
    name: "append_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(env.machine.append_ms),
    ladder: &["0.2", "0.5", "1", "1.5", "2"],
    doc: "Append and request handling on a leader without load (chosen so that measured runs fit: Calibration in assets/docs/fidelity.md).",
    moves: &[(Axis::Latency, "once per acknowledgement")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static LOCAL_MS: Knob = Knob {
    scope: Scope::Env,
    name: "local_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(env.machine.local_ms),
    ladder: &["0.05", "0.1", "0.2", "0.5"],
    doc: "The part of append_ms for which a leader keeps a request, small and without load (LocalTimeMs); its connection takes no other one meanwhile. The rest is threads that hand over, the client's among them.",
    moves: &[
        (Axis::Latency, "what requests in flight wait for"),
        (Axis::Throughput, "bounds one connection"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static FOLLOWER_APPEND_MS: Knob = Knob {
    scope: Scope::Env,
    name: "follower_append_ms",
    kind: Kind::Float { min: 0.0, max: 60000.0 },
    place: assumed!(env.machine.follower_append_ms),
    ladder: &["0.2", "0.3", "0.7", "1"],
    doc: "Append on a follower and its queueing, mean of one of them (0.2 to 1).",
    moves: &[(Axis::Latency, "acks=all waits for the slowest follower")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static FETCH_PARTITION_US: Knob = Knob {
    scope: Scope::Env,
    name: "fetch_partition_us",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.machine.fetch_partition_us),
    ladder: &["5", "10", "15", "20"],
    doc: "What each partition with new data adds to a replication fetch (20 in 2015: Rao).",
    moves: &[(Axis::Latency, "replication of many partitions")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static STALL_SHARE: Knob = Knob {
    scope: Scope::Env,
    name: "stall_share",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    place: assumed!(env.machine.stall_share),
    ladder: &["0", "0.001", "0.003"],
    doc: "Share of requests that a broker stalls: garbage collection, write-back, segment roll.",
    moves: &[(Axis::Latency, "the 99.9th percentile; with acks=all every replica counts")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};

pub static STALL_MS: Knob = Knob {
    scope: Scope::Env,
    name: "stall_ms",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.machine.stall_ms),
    ladder: &["50", "100", "200", "1000"],
    doc: "Longest such stall; the shortest is half of it.",
    moves: &[(Axis::Latency, "the 99.9th percentile")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(MACHINE),
};
