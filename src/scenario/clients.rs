//! Producers and consumer groups of a scenario: Kafka's keys and what the application does.

use crate::model::{ClientProfile, KafkaVersion, Origin};
use crate::scenario::{Time, setting_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which partitions the records go to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// No keys: the sticky partitioner decides.
    None,
    #[default]
    Uniform,
    /// Few keys make most of the records (Zipf, exponent 1, 1,000 keys).
    Zipf,
    /// One key makes half of the records.
    Celebrity,
}

/// `[[producer]]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProducerSpec {
    pub name: String,
    pub topic: String,
    /// Records a second; 0 sends only what `do = "send"` hands it.
    #[serde(default)]
    pub records_per_s: f64,
    /// Bytes of a record: key, value, headers.
    #[serde(default = "a_kilobyte")]
    pub record_bytes: u32,
    #[serde(default)]
    pub keys: Keys,
    /// One partition takes everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
    /// It begins at this time.
    #[serde(default)]
    pub from: Time,
    /// It ends at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// It ends after so many records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// The application hands a failed record in again, as a new send.
    #[serde(default)]
    pub resend: bool,
    /// Settings by Kafka's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
}

impl ProducerSpec {
    /// As a client of this version.
    pub fn profile(&self, version: KafkaVersion) -> ClientProfile {
        profile(&self.name, &self.config, version)
    }
}

impl GroupSpec {
    /// Its members, which are all alike, as clients of this version.
    pub fn profile(&self, version: KafkaVersion) -> ClientProfile {
        profile(&self.name, &self.config, version)
    }
}

fn profile(name: &str, config: &BTreeMap<String, toml::Value>, version: KafkaVersion) -> ClientProfile {
    let settings = config.iter().map(|(key, value)| (key.clone(), setting_text(value))).collect();
    let origin = Origin::Simulated;
    ClientProfile { name: name.into(), origin, settings, ..ClientProfile::defaults(version) }
}

/// When a consumer commits what it read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitMode {
    /// `enable.auto.commit` decides, as configured.
    #[default]
    Auto,
    /// `commitSync` after each batch was processed.
    SyncAfter,
    /// `commitAsync` after each batch was processed.
    AsyncAfter,
    /// `commitSync` before the batch is processed: at most once.
    Before,
    Never,
}

/// `[[group]]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// `group.id`.
    pub name: String,
    pub topics: Vec<String>,
    #[serde(default = "one_member")]
    pub members: u32,
    /// Processing time of a record.
    #[serde(default)]
    pub processing_ms: f64,
    /// Records are handed to other threads: the poll loop goes on before they are done.
    #[serde(default)]
    pub worker_threads: bool,
    #[serde(default)]
    pub commit: CommitMode,
    /// It begins at this time.
    #[serde(default)]
    pub from: Time,
    /// Settings by Kafka's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
}

fn a_kilobyte() -> u32 {
    1000
}

fn one_member() -> u32 {
    1
}
