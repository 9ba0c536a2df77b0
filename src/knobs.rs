//! Every knob of a cluster and its clients: scope, name, kind, range, default per version, what it moves.
//!
//! A knob is declared once, in the file of its scope, and listed in [`ALL`]. The knobs pane, `--set`,
//! `explain`, the palette and the generated docs all derive from that declaration. Code that means one
//! knob names the declaration itself: `producer::ACKS`.

pub mod broker;
mod change;
mod client_rules;
pub mod cluster;
mod config_def;
pub mod consumer;
mod defaults;
pub mod env;
mod infer;
pub mod load;
pub mod net;
mod place;
pub mod producer;
mod resolve;
mod spellings;
pub mod topic;
mod value;

pub use change::{Change, KnobError, find, nearest, nearest_of};
pub use client_rules::{
    GroupProtocol, Idempotence, LIBRDKAFKA_PARTITIONER, LIBRDKAFKA_PARTITIONERS, acks_of, auto_commit_of,
    consumer_conflicts, consumer_connects_later, consumer_errors, consumer_thread_errors,
    delivery_timeout_of, idempotence_of, is_jaas_entry, keys_not_taken, leaves_login_to_jvm, names_service,
    producer_conflicts, producer_errors,
};
pub use config_def::{allowed, check_value, check_value_at};
pub use defaults::{
    ConfigKey, KeyScope, RELEASES, broker_key_of, config_keys, default_at, default_of, set_or_default,
};
pub use infer::infer_version;
pub use place::{Place, Shape, elr_of_new_cluster};
pub use resolve::{broker_value, client_value, resolve, topic_value};
pub use spellings::{
    LIBRDKAFKA_RENAMED, broker_variables, key_of_name, key_of_variable, librdkafka_has, librdkafka_names,
    librdkafka_spellings,
};
pub use value::{Kind, Value, whole_number};

use crate::model::Assumptions;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// Whose setting a knob is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Producer,
    /// A topic's configuration, partition count and replication factor.
    Topic,
    Broker,
    Consumer,
    /// A consumer group's configuration on the brokers.
    Group,
    /// Size, racks, version and features of the cluster.
    Cluster,
    Net,
    Load,
    /// How often things fail.
    Env,
}

impl Scope {
    /// All scopes in the order in which they are shown.
    pub const ALL: [Scope; 9] = [
        Scope::Producer,
        Scope::Topic,
        Scope::Broker,
        Scope::Consumer,
        Scope::Group,
        Scope::Cluster,
        Scope::Net,
        Scope::Load,
        Scope::Env,
    ];

    /// As it is written in `--set SCOPE:key=value`.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Producer => "producer",
            Scope::Topic => "topic",
            Scope::Broker => "broker",
            Scope::Consumer => "consumer",
            Scope::Group => "group",
            Scope::Cluster => "cluster",
            Scope::Net => "net",
            Scope::Load => "load",
            Scope::Env => "env",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a knob moves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Whether acknowledged data survives.
    Durability,
    /// Whether writes and reads go on.
    Availability,
    /// How long an acknowledgement or a delivery takes.
    Latency,
    /// How much goes through.
    Throughput,
    Ordering,
    /// Disk, network and memory.
    Cost,
}

impl Axis {
    /// As it is shown.
    pub fn word(self) -> &'static str {
        match self {
            Axis::Durability => "durability",
            Axis::Availability => "availability",
            Axis::Latency => "latency",
            Axis::Throughput => "throughput",
            Axis::Ordering => "ordering",
            Axis::Cost => "cost",
        }
    }
}

/// What it takes to put a new value into force on a running cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakesEffect {
    AtOnce,
    ClientRestart,
    /// Replicas are reassigned and copied.
    Reassignment,
    /// The cluster is built anew.
    Rebuild,
}

/// One knob. See the module for where it is declared and what derives from it.
#[derive(Debug)]
pub struct Knob {
    pub scope: Scope,
    /// Kafka's exact key, or klever's own name where Kafka has none.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Where its value is read and written.
    pub place: Place,
    /// Values that the arrow keys step through, ascending; a version's are the releases that klever knows.
    pub ladder: &'static [&'static str],
    /// What it does, in one or two sentences.
    pub doc: &'static str,
    /// What it moves, and how.
    pub moves: &'static [(Axis, &'static str)],
    /// What it takes to change it.
    pub takes_effect: TakesEffect,
    pub simulated: Simulated,
}

/// Whether the simulator acts on a knob. One on which it does not is a what-if there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Simulated {
    Yes,
    /// Why not, in words that go behind "what-if: ".
    No(&'static str),
}

impl Knob {
    /// Its default in a version, if that version has the key.
    pub fn default(&self, version: crate::model::KafkaVersion) -> Option<Value> {
        match self.place {
            Place::Config => {
                let text = set_or_default(None, self.scope.into(), self.name, version)?;
                self.kind.parse(text).ok()
            }
            Place::Shape(shape) => shape.default(version),
            Place::Assumed { get, .. } => Some(get(&Assumptions::defaults(version))),
        }
    }

    /// The values that the arrow keys step through.
    pub fn rungs(&self) -> Vec<Value> {
        match self.kind {
            Kind::Version => RELEASES.iter().map(|release| Value::Word(release.to_string())).collect(),
            _ => self.ladder.iter().filter_map(|text| self.kind.parse(text).ok()).collect(),
        }
    }

    /// Its place in [`ALL`].
    ///
    /// # Panics
    /// When it is declared but not listed there.
    pub fn index(&'static self) -> usize {
        // By address: a knob is one static, and a map of addresses needs no names compared.
        static PLACES: LazyLock<HashMap<usize, usize>> = LazyLock::new(|| {
            ALL.iter().enumerate().map(|(place, knob)| (std::ptr::from_ref(*knob) as usize, place)).collect()
        });
        let address = std::ptr::from_ref(self) as usize;
        *PLACES.get(&address).expect("a knob is listed in knobs::ALL")
    }

    /// Its full name: `topic:min.insync.replicas`.
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.scope, self.name)
    }

    /// The next value of the ladder above (`up`) or below the current one; `None` at its end.
    pub fn step(&self, now: &Value, up: bool) -> Option<Value> {
        let rungs = self.rungs();
        let here = rungs.iter().position(|rung| rung == now);
        let at = match (here, up) {
            (Some(at), true) => at + 1,
            (Some(at), false) => at.checked_sub(1)?,
            (None, true) => rungs.iter().position(|rung| rung.number() > now.number())?,
            (None, false) => rungs.iter().rposition(|rung| rung.number() < now.number())?,
        };
        rungs.into_iter().nth(at)
    }
}

/// Two knobs are the same when scope and name are.
impl PartialEq for Knob {
    fn eq(&self, other: &Self) -> bool {
        self.scope == other.scope && self.name == other.name
    }
}
impl Eq for Knob {}

/// Every knob, in the order in which the knobs pane shows them.
pub static ALL: &[&Knob] = &[
    &producer::ACKS,
    &producer::ENABLE_IDEMPOTENCE,
    &producer::RETRIES,
    &producer::MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
    &producer::LINGER_MS,
    &producer::BATCH_SIZE,
    &producer::COMPRESSION_TYPE,
    &producer::DELIVERY_TIMEOUT_MS,
    &producer::REQUEST_TIMEOUT_MS,
    &producer::BUFFER_MEMORY,
    &producer::MAX_BLOCK_MS,
    &topic::MIN_INSYNC_REPLICAS,
    &topic::REPLICATION_FACTOR,
    &topic::PARTITIONS,
    &topic::UNCLEAN_LEADER_ELECTION_ENABLE,
    &topic::FLUSH_MESSAGES,
    &topic::RETENTION_MS,
    &topic::RETENTION_BYTES,
    &topic::SEGMENT_BYTES,
    &topic::SEGMENT_MS,
    &broker::LOG_RETENTION_CHECK_INTERVAL_MS,
    &broker::REPLICA_LAG_TIME_MAX_MS,
    &broker::BROKER_SESSION_TIMEOUT_MS,
    &broker::BROKER_HEARTBEAT_INTERVAL_MS,
    &broker::REPLICA_FETCH_WAIT_MAX_MS,
    &broker::NUM_REPLICA_FETCHERS,
    &broker::MIN_INSYNC_REPLICAS,
    &broker::DEFAULT_REPLICATION_FACTOR,
    &broker::UNCLEAN_LEADER_ELECTION_ENABLE,
    &broker::NUM_IO_THREADS,
    &broker::NUM_RECOVERY_THREADS_PER_DATA_DIR,
    &consumer::ENABLE_AUTO_COMMIT,
    &consumer::AUTO_COMMIT_INTERVAL_MS,
    &consumer::AUTO_OFFSET_RESET,
    &consumer::SESSION_TIMEOUT_MS,
    &consumer::MAX_POLL_INTERVAL_MS,
    &consumer::MAX_POLL_RECORDS,
    &consumer::FETCH_MIN_BYTES,
    &consumer::FETCH_MAX_WAIT_MS,
    &consumer::ISOLATION_LEVEL,
    &consumer::FETCH_MAX_BYTES,
    &consumer::MAX_PARTITION_FETCH_BYTES,
    &consumer::GROUP_PROTOCOL,
    &cluster::BROKERS,
    &cluster::RACKS,
    &cluster::KAFKA_VERSION,
    &cluster::ELIGIBLE_LEADER_REPLICAS_VERSION,
    &cluster::COMPATIBILITY,
    &cluster::PRODUCER_BYTE_RATE,
    &cluster::CONSUMER_BYTE_RATE,
    &load::RECORDS_PER_S,
    &load::RECORD_BYTES,
    &load::PRODUCERS,
    &load::KEYS,
    &load::KEY_COUNT,
    &load::ZIPF_EXPONENT,
    &load::CELEBRITY_SHARE,
    &load::TOMBSTONE_SHARE,
    &load::CONSUMERS,
    &load::PROCESSING_MS,
    &load::ON_POISON,
    &load::STANDBY_REPLICAS,
    &load::STATE_GIB,
    &load::RESTORE_MB_PER_S,
    &net::CLIENT_RTT_MS,
    &net::RACK_RTT_MS,
    &net::SAME_RACK_RTT_MS,
    &env::PRESET,
    &env::OUTAGES_PER_YEAR,
    &env::OUTAGE_MINUTES,
    &env::RESTARTS_PER_YEAR,
    &env::RESTART_MINUTES,
    &env::DISK_LOSSES_PER_YEAR,
    &env::REBUILD_HOURS,
    &env::PAGE_CACHE_LOSS_SHARE,
    &env::RACK_OUTAGES_PER_YEAR,
    &env::RACK_OUTAGE_MINUTES,
    &env::POWER_SHARE,
    &env::SITE_OUTAGES_PER_YEAR,
    &env::CATCH_UP_MINUTES,
    &env::ISR_LEAVES_PER_YEAR,
    &env::GUARDED_RESTARTS,
    &env::BROKER_CORES,
    &env::NETWORK_MB_PER_S,
    &env::DISK_MB_PER_S,
    &env::FLUSH_MS,
    &env::BROKER_MEMORY_GIB,
    &env::HEAP_GIB,
    &env::WRITEBACK_S,
    &env::MAP_LIMIT,
    &env::FILE_LIMIT,
    &env::APPEND_MS,
    &env::LOCAL_MS,
    &env::FOLLOWER_APPEND_MS,
    &env::FETCH_PARTITION_US,
    &env::STALL_SHARE,
    &env::STALL_MS,
];

#[cfg(test)]
mod tests;
