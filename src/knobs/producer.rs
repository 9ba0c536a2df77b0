//! Knobs of the producer.

use crate::knobs::{Axis, Kind, Knob, Place, Scope, Simulated, TakesEffect};

pub static ACKS: Knob = Knob {
    scope: Scope::Producer,
    name: "acks",
    kind: Kind::Choice(&["0", "1", "all", "-1"]),
    place: Place::Config,
    ladder: &["0", "1", "all"],
    doc: "Copies an acknowledgement waits for: 0 none, 1 the leader's append, all every member of the current ISR.",
    moves: &[
        (Axis::Durability, "0 and 1 acknowledge records that a leader change can still lose"),
        (
            Axis::Availability,
            "all is refused below min.insync.replicas and waits for a dead follower until it is fenced",
        ),
        (Axis::Latency, "all waits for the slowest follower in the ISR"),
        (Axis::Ordering, "anything but all switches idempotence off"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static ENABLE_IDEMPOTENCE: Knob = Knob {
    scope: Scope::Producer,
    name: "enable.idempotence",
    kind: Kind::Bool,
    place: Place::Config,
    ladder: &["false", "true"],
    doc: "The broker drops repeated batches and refuses gaps, so retries neither duplicate nor reorder within one producer session.",
    moves: &[(
        Axis::Ordering,
        "off: a retry after a lost answer duplicates, and reorders with more than one request in flight",
    )],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static RETRIES: Knob = Knob {
    scope: Scope::Producer,
    name: "retries",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["0", "1", "3", "10", "MAX_INT"],
    doc: "How often a failed batch is sent again; bounded in practice by delivery.timeout.ms.",
    moves: &[
        (Axis::Durability, "0 loses records at every leader change"),
        (Axis::Availability, "retries hide fail-overs from the application"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION: Knob = Knob {
    scope: Scope::Producer,
    name: "max.in.flight.requests.per.connection",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "5", "10"],
    doc: "Requests that a producer sends to one broker before it waits for an answer.",
    moves: &[
        (Axis::Throughput, "bounds what one connection can carry: requests in flight x bytes / round trip"),
        (Axis::Ordering, "above 1 without idempotence a retry reorders; above 5 idempotence is not possible"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static LINGER_MS: Knob = Knob {
    scope: Scope::Producer,
    name: "linger.ms",
    kind: Kind::Int { min: 0, max: i64::MAX },
    place: Place::Config,
    ladder: &["0", "1", "5", "10", "20", "50", "100"],
    doc: "How long a batch waits for more records before it is sent.",
    moves: &[
        (Axis::Latency, "up to this much is added to every record"),
        (Axis::Throughput, "larger requests, better compression"),
        (Axis::Cost, "fewer requests for brokers to handle"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static BATCH_SIZE: Knob = Knob {
    scope: Scope::Producer,
    name: "batch.size",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1024", "16384", "65536", "131072", "262144", "1048576"],
    doc: "Bytes at which a batch is full; also when the sticky partitioner moves on.",
    moves: &[
        (Axis::Throughput, "bounds bytes per batch when linger would allow more"),
        (Axis::Cost, "memory per partition written to"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static COMPRESSION_TYPE: Knob = Knob {
    scope: Scope::Producer,
    name: "compression.type",
    kind: Kind::Choice(&["none", "gzip", "snappy", "lz4", "zstd"]),
    place: Place::Config,
    ladder: &["none", "snappy", "lz4", "gzip", "zstd"],
    doc: "Codec of a whole batch; small batches compress badly.",
    moves: &[
        (Axis::Throughput, "fewer bytes on every link and disk"),
        (Axis::Latency, "a little CPU time"),
        (Axis::Cost, "less storage and cross-zone traffic"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static DELIVERY_TIMEOUT_MS: Knob = Knob {
    scope: Scope::Producer,
    name: "delivery.timeout.ms",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["10000", "20000", "30000", "60000", "120000", "300000"],
    doc: "From send() to the latest moment at which the application hears of success or failure.",
    moves: &[
        (
            Axis::Durability,
            "shorter than a fail-over: records fail, and are lost if the application ignores it",
        ),
        (Axis::Availability, "how long a refused write is retried"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static REQUEST_TIMEOUT_MS: Knob = Knob {
    scope: Scope::Producer,
    name: "request.timeout.ms",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1000", "5000", "10000", "30000", "60000"],
    doc: "How long one request may take, on the client and in the leader's purgatory for acks=all.",
    moves: &[
        (Axis::Ordering, "a timeout is indefinite: the record may have been appended"),
        (Axis::Latency, "how soon a dead broker is given up"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static BUFFER_MEMORY: Knob = Knob {
    scope: Scope::Producer,
    name: "buffer.memory",
    kind: Kind::Int { min: 0, max: i64::MAX },
    place: Place::Config,
    ladder: &["1048576", "8388608", "33554432", "67108864", "268435456"],
    doc: "Bytes of records that wait in the producer before send() blocks.",
    moves: &[
        (Axis::Availability, "how long an outage is hidden: bytes / rate"),
        (Axis::Cost, "memory of the client"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static MAX_BLOCK_MS: Knob = Knob {
    scope: Scope::Producer,
    name: "max.block.ms",
    kind: Kind::Int { min: 0, max: i64::MAX },
    place: Place::Config,
    ladder: &["0", "1000", "5000", "60000"],
    doc: "How long send() may block on missing metadata or a full buffer.",
    moves: &[
        (Axis::Availability, "after it send() throws"),
        (Axis::Latency, "threads of the application wait this long"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};
