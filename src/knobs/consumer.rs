//! Knobs of the consumer.

use crate::knobs::{Axis, Kind, Knob, Place, Scope, Simulated, TakesEffect};

pub static ENABLE_AUTO_COMMIT: Knob = Knob {
    scope: Scope::Consumer,
    name: "enable.auto.commit",
    kind: Kind::Bool,
    place: Place::Config,
    ladder: &["false", "true"],
    doc: "Whether poll() commits the positions of earlier polls by itself.",
    moves: &[
        (Axis::Durability, "loses records only with asynchronous processing or a close with work in hand"),
        (Axis::Ordering, "after a crash everything since the last commit comes again"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static AUTO_COMMIT_INTERVAL_MS: Knob = Knob {
    scope: Scope::Consumer,
    name: "auto.commit.interval.ms",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["100", "1000", "5000", "30000"],
    doc: "How often auto-commit commits.",
    moves: &[(Axis::Ordering, "seconds of records that come again after a crash")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static AUTO_OFFSET_RESET: Knob = Knob {
    scope: Scope::Consumer,
    name: "auto.offset.reset",
    kind: Kind::Choice(&["latest", "earliest", "none"]),
    place: Place::Config,
    ladder: &["latest", "earliest", "none"],
    doc: "Where a group starts that has no committed offset, or one that is gone.",
    moves: &[(
        Axis::Durability,
        "latest skips what was written before the first look; earliest reads all of it again",
    )],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static SESSION_TIMEOUT_MS: Knob = Knob {
    scope: Scope::Consumer,
    name: "session.timeout.ms",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["6000", "10000", "30000", "45000", "60000"],
    doc: "How long a crashed member's partitions stay unread (classic protocol).",
    moves: &[(Axis::Availability, "unread window after a crash; too short rebalances during pauses")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static MAX_POLL_INTERVAL_MS: Knob = Knob {
    scope: Scope::Consumer,
    name: "max.poll.interval.ms",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["10000", "60000", "300000", "600000"],
    doc: "Longest time between two polls before the member leaves the group.",
    moves: &[
        (Axis::Availability, "how long a stuck member holds its partitions"),
        (Axis::Ordering, "a slower batch is processed twice"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static MAX_POLL_RECORDS: Knob = Knob {
    scope: Scope::Consumer,
    name: "max.poll.records",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "50", "500", "5000"],
    doc: "Most records that one poll returns.",
    moves: &[
        (Axis::Ordering, "records that come again after a crash"),
        (Axis::Availability, "time budget of one poll: records x time per record"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static FETCH_MIN_BYTES: Knob = Knob {
    scope: Scope::Consumer,
    name: "fetch.min.bytes",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "1000", "100000", "1000000"],
    doc: "How much must be there before a fetch is answered.",
    moves: &[(Axis::Latency, "waits up to fetch.max.wait.ms"), (Axis::Throughput, "fewer, larger fetches")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static FETCH_MAX_WAIT_MS: Knob = Knob {
    scope: Scope::Consumer,
    name: "fetch.max.wait.ms",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["10", "100", "500", "1000"],
    doc: "Longest wait for fetch.min.bytes.",
    moves: &[(Axis::Latency, "bounds the wait")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static ISOLATION_LEVEL: Knob = Knob {
    scope: Scope::Consumer,
    name: "isolation.level",
    kind: Kind::Choice(&["read_uncommitted", "read_committed"]),
    place: Place::Config,
    ladder: &["read_uncommitted", "read_committed"],
    doc: "Whether records of open and aborted transactions are read.",
    moves: &[
        (Axis::Latency, "read_committed waits for the end of open transactions"),
        (Axis::Ordering, "read_uncommitted sees aborted records"),
    ],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static FETCH_MAX_BYTES: Knob = Knob {
    scope: Scope::Consumer,
    name: "fetch.max.bytes",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1048576", "10485760", "52428800"],
    doc: "Most bytes of one fetch; each broker may answer so much at once.",
    moves: &[(Axis::Cost, "memory of the consumer"), (Axis::Throughput, "bytes per round trip")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static MAX_PARTITION_FETCH_BYTES: Knob = Knob {
    scope: Scope::Consumer,
    name: "max.partition.fetch.bytes",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["65536", "1048576", "10485760"],
    doc: "Most bytes of one partition in a fetch.",
    moves: &[(Axis::Cost, "memory of the consumer"), (Axis::Throughput, "bytes per round trip")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::Yes,
};

pub static GROUP_PROTOCOL: Knob = Knob {
    scope: Scope::Consumer,
    name: "group.protocol",
    kind: Kind::Choice(&["classic", "consumer"]),
    place: Place::Config,
    ladder: &["classic", "consumer"],
    doc: "How a group shares its partitions: classic stops everyone while it does, consumer (KIP-848, ready in 4.0) only what moves.",
    moves: &[(Axis::Availability, "who stops during a rebalance, and how long")],
    takes_effect: TakesEffect::ClientRestart,
    simulated: Simulated::No("the simulator has the classic group protocol only"),
};
