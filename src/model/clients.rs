//! What the protocol can never show: client settings, load, distances and the rates at which things fail.

use crate::model::{Compatibility, KafkaVersion, KeySpread, Keys, Origin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A producer's or consumer's configuration: only what was set; the rest is its version's default.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientProfile {
    /// A name to show: the file, the simulated client, or `defaults`.
    pub name: String,
    /// The client library's version, whose defaults fill what is not set.
    pub version: KafkaVersion,
    /// Where the settings come from.
    pub origin: Origin,
    /// Explicit settings by Kafka's key.
    pub settings: BTreeMap<String, String>,
    /// What its library or the program around it has in place of Kafka's own defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub library_defaults: BTreeMap<String, String>,
}

impl ClientProfile {
    /// A client that sets nothing.
    pub fn defaults(version: KafkaVersion) -> Self {
        ClientProfile {
            name: "defaults".into(),
            version,
            origin: Origin::Assumed,
            settings: BTreeMap::new(),
            library_defaults: BTreeMap::new(),
        }
    }
}

/// What a member of a group does with a record that it has failed to process (`load:on_poison`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPoison {
    /// Try again within the poll loop, for ever.
    Retry,
    /// Let the exception end the process.
    #[default]
    Crash,
    /// Go on with the next record.
    Skip,
    /// Write it to a dead letter topic and go on.
    DeadLetter,
    /// Write it to a retry topic, whose consumer tries it again later, and go on.
    RetryTopic,
}

impl OnPoison {
    /// All of them.
    pub const ALL: [OnPoison; 5] =
        [OnPoison::Retry, OnPoison::Crash, OnPoison::Skip, OnPoison::DeadLetter, OnPoison::RetryTopic];

    /// As the knob and scenario files have it.
    pub const fn word(self) -> &'static str {
        match self {
            OnPoison::Retry => "retry",
            OnPoison::Crash => "crash",
            OnPoison::Skip => "skip",
            OnPoison::DeadLetter => "dead_letter",
            OnPoison::RetryTopic => "retry_topic",
        }
    }

    /// The one of this word.
    pub fn named(word: &str) -> Option<OnPoison> {
        OnPoison::ALL.into_iter().find(|each| each.word() == word)
    }

    /// Whether the group goes on behind the record for good.
    pub const fn goes_on(self) -> bool {
        matches!(self, OnPoison::Skip | OnPoison::DeadLetter | OnPoison::RetryTopic)
    }
}

/// What is produced to the topic under study.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// Records a second, all producers together.
    pub records_per_s: f64,
    /// Bytes of one record: key, value and headers.
    pub record_bytes: u32,
    /// Producers that share the rate.
    pub producers: u32,
    /// Which keys records have. Older snapshots say `keyed`, true or false.
    #[serde(alias = "keyed", deserialize_with = "Keys::read")]
    pub keys: Keys,
    /// How many different keys there are; 0 gives every record a key of its own.
    pub key_count: u32,
    /// How steep `zipf` keys are.
    pub zipf_exponent: f64,
    /// The share of the records that have the one key of `celebrity`.
    pub celebrity_share: f64,
    /// The share of the records with a key that have no value.
    pub tombstone_share: f64,
    /// Members of each consumer group.
    pub consumers: u32,
    /// How long a member works on one record.
    pub processing_ms: f64,
    /// What a member does with a record that it cannot process: a word of [`OnPoison`].
    pub on_poison: String,
    /// `producer_byte_rate` of the brokers' default client quota: bytes a second at each of them.
    #[serde(skip_serializing_if = "is_unlimited")]
    pub producer_byte_rate: i64,
    /// `consumer_byte_rate` of the same.
    #[serde(skip_serializing_if = "is_unlimited")]
    pub consumer_byte_rate: i64,
    /// What a schema registry compares new versions of schemas by.
    #[serde(skip_serializing_if = "is_unchecked")]
    pub compatibility: Compatibility,
    /// `num.standby.replicas` of a Kafka Streams application.
    pub standby_replicas: u32,
    /// Its state, all members together.
    pub state_gib: f64,
    /// What a member restores of it, megabytes (10^6) a second.
    pub restore_mb_per_s: f64,
}

fn is_unchecked(level: &Compatibility) -> bool {
    *level == Compatibility::None
}

/// Whether a client quota is none: what Kafka has for that.
pub(crate) fn is_unlimited(rate: &i64) -> bool {
    *rate == i64::MAX
}

impl Default for Load {
    fn default() -> Self {
        Load {
            records_per_s: 1000.0,
            record_bytes: 1000,
            producers: 1,
            keys: Keys::Uniform,
            key_count: 0,
            zipf_exponent: KeySpread::ZIPF_EXPONENT,
            celebrity_share: KeySpread::CELEBRITY_SHARE,
            tombstone_share: 0.0,
            consumers: 3,
            processing_ms: 0.1,
            on_poison: "crash".into(),
            compatibility: Compatibility::None,
            producer_byte_rate: i64::MAX,
            consumer_byte_rate: i64::MAX,
            standby_replicas: 0,
            state_gib: 1.0,
            restore_mb_per_s: 50.0,
        }
    }
}

impl Load {
    /// How the records are spread over keys.
    pub fn key_spread(&self) -> KeySpread {
        KeySpread {
            keys: self.keys,
            key_count: self.key_count,
            zipf_exponent: self.zipf_exponent,
            celebrity_share: self.celebrity_share,
        }
    }
}

/// Round trips, in milliseconds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Net {
    /// Between two machines of one rack.
    pub same_rack_rtt_ms: f64,
    pub rack_rtt_ms: f64,
    /// Between a client and a broker.
    pub client_rtt_ms: f64,
}

impl Default for Net {
    fn default() -> Self {
        Net { same_rack_rtt_ms: 0.2, rack_rtt_ms: 1.0, client_rtt_ms: 1.0 }
    }
}

/// What a broker's machine can do and how long its work takes without load.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    pub cores: f64,
    /// Network, each direction, megabytes (10^6) a second.
    pub network_mb_per_s: f64,
    /// Sequential disk access, megabytes a second.
    pub disk_mb_per_s: f64,
    /// One forced write of the device.
    pub flush_ms: f64,
    pub memory_gib: f64,
    /// The part of it that is the broker's heap.
    pub heap_gib: f64,
    /// Longest time until the operating system writes a dirty page by itself.
    pub writeback_s: f64,
    /// `vm.max_map_count`
    pub map_limit: f64,
    /// Open files that the broker's process may have.
    pub file_limit: f64,
    /// Append and request handling on a leader.
    pub append_ms: f64,
    /// The part of it for which the leader keeps the request, and takes no other one of its connection.
    pub local_ms: f64,
    /// Append on a follower and its queueing.
    pub follower_append_ms: f64,
    /// What each partition with new data adds to a replication fetch.
    pub fetch_partition_us: f64,
    /// Share of requests that one broker stalls: garbage collection, write-back, segment roll.
    pub stall_share: f64,
    /// Longest stall; the shortest is half of it.
    pub stall_ms: f64,
}

impl Default for Machine {
    /// A cloud machine with local NVMe.
    fn default() -> Self {
        Machine {
            cores: 8.0,
            network_mb_per_s: 1250.0,
            disk_mb_per_s: 1000.0,
            flush_ms: 0.2,
            memory_gib: 64.0,
            heap_gib: 6.0,
            writeback_s: 35.0,
            map_limit: 65_530.0,
            file_limit: 100_000.0,
            append_ms: 1.5,
            local_ms: 0.2,
            follower_append_ms: 0.3,
            fetch_partition_us: 15.0,
            stall_share: 0.001,
            stall_ms: 200.0,
        }
    }
}

/// Rates at which machines, racks and sites fail, and how long they stay down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    pub name: String,
    /// Unplanned outages of a broker a year, data intact.
    pub outages_per_year: f64,
    /// How long one lasts.
    pub outage_minutes: f64,
    /// Planned restarts of a broker a year.
    pub restarts_per_year: f64,
    /// How long one lasts, log loading and catching up included.
    pub restart_minutes: f64,
    /// Permanent losses of a replica's disk per broker and year.
    pub disk_losses_per_year: f64,
    /// Until a lost replica is rebuilt.
    pub rebuild_hours: f64,
    /// Share of unplanned outages that lose the page cache (power, kernel).
    pub page_cache_loss_share: f64,
    /// Outages of a rack a year.
    pub rack_outages_per_year: f64,
    /// How long one lasts; all its brokers are back together.
    pub rack_outage_minutes: f64,
    /// Share of rack and site outages that are of the power kind.
    pub power_share: f64,
    /// Outages of the whole site a year.
    pub site_outages_per_year: f64,
    /// From registration to being in sync again.
    pub catch_up_minutes: f64,
    /// How often a year a broker's replicas leave the ISR although nothing failed: garbage collection, a slow disk, a
    /// saturated network.
    pub isr_leaves_per_year: f64,
    /// Whether a planned restart waits until all replicas are in sync.
    pub guarded_restarts: bool,
    pub machine: Machine,
}

impl Default for Environment {
    fn default() -> Self {
        Environment::cloud_local_disk()
    }
}

impl Environment {
    /// One of the presets by its name.
    pub fn preset(name: &str) -> Option<Self> {
        let all = [Environment::bare_metal, Environment::cloud_network_disk, Environment::cloud_local_disk];
        all.into_iter().map(|preset| preset()).find(|preset| preset.name == name)
    }

    /// One data centre on bare metal (where each rate comes from: fidelity.md#failure-rates).
    pub fn bare_metal() -> Self {
        Environment {
            name: "bare-metal-1dc".into(),
            outages_per_year: 2.8,
            outage_minutes: 30.0,
            restarts_per_year: 12.0,
            restart_minutes: 10.0,
            disk_losses_per_year: 0.10,
            rebuild_hours: 24.0,
            page_cache_loss_share: 0.5,
            rack_outages_per_year: 0.098,
            rack_outage_minutes: 30.0,
            power_share: 0.3,
            site_outages_per_year: 0.1,
            catch_up_minutes: 5.0,
            isr_leaves_per_year: 12.0,
            guarded_restarts: true,
            machine: Machine { cores: 16.0, disk_mb_per_s: 600.0, flush_ms: 1.2, ..Machine::default() },
        }
    }

    /// Three availability zones with network disks.
    pub fn cloud_network_disk() -> Self {
        Environment {
            name: "cloud-3az-ebs".into(),
            disk_losses_per_year: 0.002,
            machine: Machine { disk_mb_per_s: 250.0, flush_ms: 1.2, memory_gib: 32.0, ..Machine::default() },
            ..Environment::cloud_local_disk()
        }
    }

    /// Three availability zones with local NVMe.
    pub fn cloud_local_disk() -> Self {
        Environment {
            name: "cloud-3az-nvme".into(),
            outage_minutes: 15.0,
            restart_minutes: 5.0,
            disk_losses_per_year: 0.05,
            rebuild_hours: 4.0,
            rack_outages_per_year: 0.1,
            rack_outage_minutes: 15.0,
            site_outages_per_year: 0.001,
            machine: Machine::default(),
            ..Environment::bare_metal()
        }
    }
}

/// Everything that klever has to assume about a cluster it looks at, or knows because it simulates it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assumptions {
    /// Producers; the first one is the one the knobs change.
    pub producers: Vec<ClientProfile>,
    pub consumers: Vec<ClientProfile>,
    pub load: Load,
    pub net: Net,
    pub env: Environment,
}

impl Assumptions {
    /// Clients with the defaults of a version under a modest load in three zones.
    pub fn defaults(version: KafkaVersion) -> Self {
        Assumptions {
            producers: vec![ClientProfile::defaults(version)],
            consumers: vec![ClientProfile::defaults(version)],
            load: Load::default(),
            net: Net::default(),
            env: Environment::cloud_local_disk(),
        }
    }
}
