//! Identities: brokers by their node id, topics and partitions by their place in the cluster's columns.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A broker's `node.id`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BrokerId(pub i32);

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A topic's place in [`crate::model::Cluster::topics`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicIx(pub u32);

impl TopicIx {
    /// As an index of a slice.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// Brokers as `[1 2]`.
pub fn id_list(ids: &[BrokerId]) -> String {
    let ids: Vec<String> = ids.iter().map(BrokerId::to_string).collect();
    format!("[{}]", ids.join(" "))
}

/// A partition's place in the cluster's partition columns, across all topics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartitionIx(pub u32);

impl PartitionIx {
    /// As an index of a slice.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}
