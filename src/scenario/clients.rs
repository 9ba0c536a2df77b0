//! Producers and consumer groups of a scenario: Kafka's keys and what the application does.

use crate::model::{ClientProfile, KafkaVersion, KeySpread, Keys, OnPoison, Origin};
use crate::scenario::{Time, setting_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Which keys the records have; producers of one scenario share them.
    #[serde(default)]
    pub keys: Keys,
    /// How many different keys there are; 0 gives every record a key of its own (`zipf`: 1,000 keys).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub key_count: u32,
    /// With `zipf` the nth key is as frequent as 1 / n^exponent.
    #[serde(default = "zipf_exponent", skip_serializing_if = "is_zipf_exponent")]
    pub zipf_exponent: f64,
    /// With `celebrity` the share of the records that have the one key.
    #[serde(default = "celebrity_share", skip_serializing_if = "is_celebrity_share")]
    pub celebrity_share: f64,
    /// The share of its records with a key that have no value: tombstones, which delete the key from a compacted topic.
    #[serde(default, skip_serializing_if = "is_none_of_them")]
    pub tombstone_share: f64,
    /// One partition takes everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
    /// Its records say that they are so much older than they are (`CreateTime`): a backfill, a wrong clock.
    #[serde(default, skip_serializing_if = "is_now")]
    pub record_age: Time,
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
    /// With a `transactional.id`: the application commits after so many records, and when it has no more.
    #[serde(default = "a_hundred", skip_serializing_if = "is_a_hundred")]
    pub transaction_records: u32,
    /// Every so many-th record that it sends to a partition cannot be processed by any consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poison_every: Option<u64>,
    /// Settings by Kafka's key. One that sets `partitioner` finds partitions as librdkafka does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
}

impl ProducerSpec {
    /// How its records are spread over keys.
    pub fn key_spread(&self) -> KeySpread {
        KeySpread {
            keys: self.keys,
            key_count: self.key_count,
            zipf_exponent: self.zipf_exponent,
            celebrity_share: self.celebrity_share,
        }
    }

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
    /// The same, and the application sends a failed commit again with the same offsets, although later ones may have
    /// been committed meanwhile.
    AsyncRetry,
    /// `commitSync` of the offset behind each record, when that is processed.
    EachRecord,
    /// `commitSync` without offsets after each record: it commits all that `poll()` returned, a common mistake.
    EachRecordPolled,
    /// `commitSync` before the batch is processed: at most once.
    Before,
    Never,
}

impl CommitMode {
    /// Whether nothing is committed before it is processed, if one thread polls and processes.
    pub fn is_after_processing(self) -> bool {
        matches!(
            self,
            CommitMode::SyncAfter | CommitMode::AsyncAfter | CommitMode::AsyncRetry | CommitMode::EachRecord
        )
    }

    /// Whether it commits between two records of a poll.
    pub fn is_between_records(self) -> bool {
        matches!(self, CommitMode::EachRecord | CommitMode::EachRecordPolled)
    }
}

/// `[group.call]`: the external service that members call for each record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallSpec {
    /// How long its answer takes.
    pub latency_ms: f64,
    /// Random extra time of an answer, at most this share of it.
    pub jitter: f64,
    /// Calls in a thousand that fail, without an effect.
    pub failures_permille: u32,
    /// The member gives a call up after this time; the service may have done its work all the same. 0 is never.
    pub timeout_ms: f64,
}

impl Default for CallSpec {
    fn default() -> Self {
        CallSpec { latency_ms: 10.0, jitter: 0.1, failures_permille: 0, timeout_ms: 0.0 }
    }
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
    /// What becomes of a record that fails at each of its tries.
    #[serde(default)]
    pub on_poison: OnPoison,
    /// How often a record is tried before that.
    #[serde(default = "once")]
    pub attempts: u32,
    /// Between two tries in the poll loop. A retry topic waits so long, then twice as long, and so on.
    #[serde(default = "a_second")]
    pub retry_after: Time,
    /// How many retry topics a record goes through before the dead letter topic.
    #[serde(default = "three_topics")]
    pub retry_topics: u32,
    /// A process that an exception has ended is started again after this time; else it stays down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_after: Option<Time>,
    /// What members write to knows each record and does nothing when it comes again.
    #[serde(default)]
    pub idempotent_sink: bool,
    /// It begins at this time.
    #[serde(default)]
    pub from: Time,
    /// Settings by Kafka's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, toml::Value>,
    /// What is called for each record, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallSpec>,
}

impl GroupSpec {
    /// Whether each of its records has a fate of its own: it may fail, or is committed by itself.
    pub fn works_one_by_one(&self) -> bool {
        self.call.is_some() || self.commit.is_between_records()
    }
}

fn once() -> u32 {
    1
}

fn a_hundred() -> u32 {
    100
}

fn is_a_hundred(records: &u32) -> bool {
    *records == a_hundred()
}

fn a_second() -> Time {
    Time::from_secs(1)
}

fn three_topics() -> u32 {
    3
}

fn is_now(age: &Time) -> bool {
    *age == Time::default()
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn zipf_exponent() -> f64 {
    KeySpread::ZIPF_EXPONENT
}

fn is_zipf_exponent(exponent: &f64) -> bool {
    *exponent == KeySpread::ZIPF_EXPONENT
}

fn is_none_of_them(share: &f64) -> bool {
    *share == 0.0
}

fn celebrity_share() -> f64 {
    KeySpread::CELEBRITY_SHARE
}

fn is_celebrity_share(share: &f64) -> bool {
    *share == KeySpread::CELEBRITY_SHARE
}

fn a_kilobyte() -> u32 {
    1000
}

fn one_member() -> u32 {
    1
}
