//! The scenario file `klever.scenario/1`: a cluster, its clients, what happens to it and what must come of it.
//!
//! One format serves the simulator, the lab and the workshop. A scenario is data: [`Scenario::parse`] reads
//! it and refuses what it does not know with the line, and [`Scenario::to_toml`] writes it again. What can
//! be done to a cluster is one vocabulary, [`Act`].

mod act;
mod built_in;
mod challenge;
pub mod change;
mod check;
mod clients;
mod code;
mod condition;
mod error;
mod event;
mod expect;
mod hardware;
mod names;
mod of_cluster;
mod quotas;
mod scene;
mod size;
mod time;

pub use act::{Act, Endpoint, PowerDomain, Process, UnflushedTail};
pub use built_in::{BUILT_IN, BuiltIn, built_in};
pub use challenge::{ActKind, ChallengeSpec, acts_text, read_acts};
pub use clients::{CallSpec, CommitMode, GroupSpec, ProducerSpec};
pub use code::{CodeLine, CodeSpec};
pub use condition::Condition;
pub use error::ScenarioError;
pub use event::Event;
pub use expect::{Counter, Expect, GroupCounter, ProducerCounter, TransactionCounter, Verdict};
pub use of_cluster::{ClusterScenario, MOST_REHEARSED, StandIn};
pub use quotas::QuotaSpec;
pub use scene::{SceneSpec, StepSpec, is_simulated};
pub use size::{MOST_CLIENTS, MOST_REPLICAS, TooLarge, too_large};
pub use time::Time;

use crate::model::{BrokerId, Compatibility, KafkaVersion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the format.
pub const SCHEMA: &str = "klever.scenario/1";

/// A whole scenario file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// `klever.scenario/1`; may be left out.
    #[serde(default = "schema")]
    pub schema: String,
    /// A short name of lower-case letters, digits and dashes.
    pub id: String,
    /// What it shows, in one line.
    pub title: String,
    /// Versions of Kafka it is run with; the first one is the one to show. Empty is the reference version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<KafkaVersion>,
    /// Seed of every random choice.
    #[serde(default = "one")]
    pub seed: u64,
    /// How long it runs.
    #[serde(default = "a_minute")]
    pub duration: Time,
    /// What a schema registry compares new versions of schemas by.
    #[serde(default, skip_serializing_if = "is_unchecked")]
    pub compatibility: Compatibility,
    #[serde(default)]
    pub cluster: ClusterSpec,
    #[serde(default)]
    pub net: NetSpec,
    #[serde(default)]
    pub disk: DiskSpec,
    #[serde(default, skip_serializing_if = "QuotaSpec::is_unlimited")]
    pub quotas: QuotaSpec,
    #[serde(default, rename = "topic", skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicSpec>,
    #[serde(default, rename = "producer", skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<ProducerSpec>,
    #[serde(default, rename = "group", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupSpec>,
    #[serde(default, rename = "event", skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// What must come of it.
    #[serde(default, rename = "expect", skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<Expect>,
    /// What makes it a scene of the workshop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<SceneSpec>,
    /// The steps of the scene.
    #[serde(default, rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepSpec>,
    /// What must come of the run with the scene's fix.
    #[serde(default, rename = "expect_with_fix", skip_serializing_if = "Vec::is_empty")]
    pub expectations_with_fix: Vec<Expect>,
    /// What must come of the run under the scene's older version, and of the one with the fix there.
    #[serde(default, rename = "expect_then", skip_serializing_if = "Vec::is_empty")]
    pub expectations_then: Vec<Expect>,
    #[serde(default, rename = "expect_then_with_fix", skip_serializing_if = "Vec::is_empty")]
    pub expectations_then_with_fix: Vec<Expect>,
    /// What makes it a challenge of the workshop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<ChallengeSpec>,
}

/// `[cluster]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterSpec {
    /// How many brokers; their ids count from 1.
    pub brokers: u32,
    /// The racks by turns (`["a", "b", "c"]`); empty is no rack information.
    pub racks: Vec<String>,
    /// How many controllers vote; they run apart from the brokers.
    pub controllers: u32,
    /// Feature levels, such as `"eligible.leader.replicas.version" = 0`; else what a new cluster has.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, i64>,
    /// Settings of all brokers by Kafka's key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
}

impl Default for ClusterSpec {
    fn default() -> Self {
        ClusterSpec {
            brokers: 3,
            racks: vec!["a".into(), "b".into(), "c".into()],
            controllers: 3,
            features: BTreeMap::new(),
            config: BTreeMap::new(),
        }
    }
}

impl ClusterSpec {
    /// The rack of a broker.
    pub fn rack_of(&self, broker: BrokerId) -> Option<&str> {
        let at = (broker.0 as usize).checked_sub(1)?;
        (!self.racks.is_empty()).then(|| self.racks[at % self.racks.len()].as_str())
    }

    /// The brokers' ids, counted from 1.
    pub fn ids(&self) -> impl Iterator<Item = BrokerId> + use<> {
        (1..=self.brokers as i32).map(BrokerId)
    }
}

/// `[net]`: round trips in milliseconds and how often a packet is lost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetSpec {
    /// Between two machines of one rack.
    pub same_rack_rtt_ms: f64,
    pub rack_rtt_ms: f64,
    /// Between a client and a broker.
    pub client_rtt_ms: f64,
    /// Random extra time of a message, at most this share of its way.
    pub jitter: f64,
    /// Share of messages lost and sent again by TCP.
    pub loss: f64,
    /// What the network of a broker's machine carries in each direction, megabytes (10^6) a second; else any load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker_mb_per_s: Option<f64>,
    #[serde(rename = "pair", skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<PairSpec>,
}

impl Default for NetSpec {
    fn default() -> Self {
        NetSpec {
            same_rack_rtt_ms: 0.2,
            rack_rtt_ms: 1.0,
            client_rtt_ms: 1.0,
            jitter: 0.1,
            loss: 0.0,
            broker_mb_per_s: None,
            pairs: Vec::new(),
        }
    }
}

/// `[[net.pair]]`: another distance between two ends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairSpec {
    /// The two ends: brokers, racks or clients.
    pub between: (Endpoint, Endpoint),
    pub rtt_ms: f64,
    /// Share of messages lost and sent again.
    #[serde(default)]
    pub loss: f64,
}

/// `[disk]`: what each broker's disk takes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskSpec {
    /// A write into the page cache.
    pub append_ms: f64,
    /// Writing one MiB into the page cache.
    pub append_ms_per_mib: f64,
    /// Forcing what was written to the medium.
    pub fsync_ms: f64,
    /// How old dirty pages get before the operating system writes them, in seconds; 0 is never.
    pub writeback_s: f64,
}

impl Default for DiskSpec {
    fn default() -> Self {
        DiskSpec { append_ms: 0.02, append_ms_per_mib: 0.5, fsync_ms: 2.0, writeback_s: 30.0 }
    }
}

/// `[[topic]]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicSpec {
    pub name: String,
    #[serde(default = "one_partition")]
    pub partitions: u32,
    /// How many copies of each.
    #[serde(default = "three_copies")]
    pub replication_factor: u32,
    /// Replicas of each partition, the preferred leader first; else Kafka's striped placer decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placement: Vec<Vec<BrokerId>>,
    /// Settings by Kafka's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
}

impl Scenario {
    /// Reads a scenario file. `file` is its name, for errors.
    pub fn parse(file: &str, text: &str) -> Result<Scenario, ScenarioError> {
        let scenario: Scenario =
            toml::from_str(text).map_err(|error| ScenarioError::from_toml(file, text, &error))?;
        check::check(&scenario).map_err(|mistake| mistake.at(file, text))?;
        Ok(scenario)
    }

    /// Whether a producer writes records without a key to a compacted topic, where brokers refuse them.
    pub(crate) fn writes_without_keys(&self) -> bool {
        self.producers.iter().any(|producer| check::lacks_keys(self, producer))
    }

    /// The scenario as a file.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| format!("# not writable: {error}\n"))
    }

    /// The embedded cluster: 3 brokers in 3 racks, `orders` with 12 partitions and 3 copies, a producer
    /// and two groups.
    pub fn reference() -> Scenario {
        BUILT_IN[0].scenario()
    }

    /// The version it shows.
    pub fn version(&self) -> KafkaVersion {
        self.versions.first().copied().unwrap_or(KafkaVersion::REFERENCE)
    }
}

/// A setting as Kafka writes it: `2`, `true`, `all`.
pub fn setting_text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_unchecked(level: &Compatibility) -> bool {
    *level == Compatibility::None
}

fn schema() -> String {
    SCHEMA.into()
}

fn one() -> u64 {
    1
}

fn one_partition() -> u32 {
    1
}

fn three_copies() -> u32 {
    3
}

fn a_minute() -> Time {
    Time::from_secs(60)
}

#[cfg(test)]
mod tests;
