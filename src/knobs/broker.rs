//! Knobs of the brokers.

use crate::knobs::{Axis, Kind, Knob, Place, Scope, Simulated, TakesEffect};

pub static LOG_RETENTION_CHECK_INTERVAL_MS: Knob = Knob {
    scope: Scope::Broker,
    name: "log.retention.check.interval.ms",
    kind: Kind::Int { min: 1, max: i64::MAX },
    place: Place::Config,
    ladder: &["1000", "60000", "300000"],
    doc: "How often a broker looks for segments that are over their topic's retention.",
    moves: &[
        (Axis::Durability, "how long records outlive their retention, for a group that comes late"),
        (Axis::Cost, "likewise: storage"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static REPLICA_LAG_TIME_MAX_MS: Knob = Knob {
    scope: Scope::Broker,
    name: "replica.lag.time.max.ms",
    kind: Kind::Int { min: 0, max: i64::MAX },
    place: Place::Config,
    ladder: &["5000", "10000", "30000", "60000"],
    doc: "How long a follower may be behind before the leader asks to drop it from the ISR (1 to 1.5 times this).",
    moves: &[
        (Axis::Availability, "how long a stuck follower stalls acks=all"),
        (Axis::Durability, "how far behind a member of the ISR may be"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static BROKER_SESSION_TIMEOUT_MS: Knob = Knob {
    scope: Scope::Broker,
    name: "broker.session.timeout.ms",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["3000", "6000", "9000", "18000", "30000"],
    doc: "How long the controller waits for a broker's heartbeat before it fences it.",
    moves: &[(
        Axis::Availability,
        "length of every fail-over after a crash; too short fences brokers during pauses",
    )],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static BROKER_HEARTBEAT_INTERVAL_MS: Knob = Knob {
    scope: Scope::Broker,
    name: "broker.heartbeat.interval.ms",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["500", "1000", "2000", "3000"],
    doc: "How often a broker tells the controller that it is alive.",
    moves: &[(
        Axis::Availability,
        "a fail-over is shorter by the age of the last heartbeat; must be well below the session timeout",
    )],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static REPLICA_FETCH_WAIT_MAX_MS: Knob = Knob {
    scope: Scope::Broker,
    name: "replica.fetch.wait.max.ms",
    kind: Kind::Int { min: 0, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["10", "100", "500", "1000"],
    doc: "How long a follower's fetch waits at the leader when there is nothing new.",
    moves: &[(Axis::Latency, "how far a follower's high watermark lags on an idle partition")],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static NUM_REPLICA_FETCHERS: Knob = Knob {
    scope: Scope::Broker,
    name: "num.replica.fetchers",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "4", "8"],
    doc: "Threads that fetch from one source broker.",
    moves: &[
        (Axis::Latency, "fewer partitions per fetch"),
        (Axis::Throughput, "faster catching up"),
        (Axis::Cost, "threads and connections"),
    ],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::Yes,
};

pub static MIN_INSYNC_REPLICAS: Knob = Knob {
    scope: Scope::Broker,
    name: "min.insync.replicas",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "3"],
    doc: "The default of topics that do not set it. With ELR on, it is pinned at cluster level.",
    moves: &[(Axis::Durability, "see the topic's"), (Axis::Availability, "see the topic's")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static DEFAULT_REPLICATION_FACTOR: Knob = Knob {
    scope: Scope::Broker,
    name: "default.replication.factor",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "3"],
    doc: "Replicas of topics that are created without saying how many.",
    moves: &[(Axis::Durability, "1 makes every auto-created topic unsafe")],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::No("nobody creates topics while the simulator runs"),
};

pub static UNCLEAN_LEADER_ELECTION_ENABLE: Knob = Knob {
    scope: Scope::Broker,
    name: "unclean.leader.election.enable",
    kind: Kind::Bool,
    place: Place::Config,
    ladder: &["false", "true"],
    doc: "The default of topics that do not set it.",
    moves: &[(Axis::Durability, "see the topic's"), (Axis::Availability, "see the topic's")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::Yes,
};

pub static NUM_IO_THREADS: Knob = Knob {
    scope: Scope::Broker,
    name: "num.io.threads",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["4", "8", "16", "32"],
    doc: "Threads that handle requests.",
    moves: &[(Axis::Throughput, "requests a broker handles at once"), (Axis::Latency, "queueing under load")],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::No("the simulator's brokers have no threads"),
};

pub static NUM_RECOVERY_THREADS_PER_DATA_DIR: Knob = Knob {
    scope: Scope::Broker,
    name: "num.recovery.threads.per.data.dir",
    kind: Kind::Int { min: 1, max: i32::MAX as i64 },
    place: Place::Config,
    ladder: &["1", "2", "4", "8"],
    doc: "Threads that check the logs after an unclean stop, for each data directory.",
    moves: &[(Axis::Availability, "how long a broker takes to come back")],
    takes_effect: TakesEffect::Rebuild,
    simulated: Simulated::No("the simulator's brokers have no threads"),
};
