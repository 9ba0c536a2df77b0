//! Configuration entries as Kafka reports them: a value and where it was set.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where Kafka says that a value was set (`DescribeConfigs`, KIP-226), lowest priority last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSource {
    /// Set on the topic itself.
    Topic,
    /// Set dynamically on one broker.
    DynamicBroker,
    /// Set dynamically for all brokers.
    DynamicDefault,
    /// Set in the broker's file.
    StaticBroker,
    Default,
    /// Set on a consumer group.
    Group,
    /// A source that this program does not know.
    Other,
}

/// A value of a configuration and where the broker says it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConfigEntry {
    /// The effective value; `None` when Kafka keeps it secret or it is null.
    pub value: Option<String>,
    /// Where it was set.
    pub source: ConfigSource,
}

impl ConfigEntry {
    /// An entry with a value.
    pub fn new(value: impl Into<String>, source: ConfigSource) -> Self {
        ConfigEntry { value: Some(value.into()), source }
    }
}

/// Effective values by Kafka's key.
pub type ConfigMap = BTreeMap<String, ConfigEntry>;
