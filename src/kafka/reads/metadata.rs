//! Brokers, topics and partitions as Metadata shows them, and the racks of brokers.

use crate::model::BrokerId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A live broker as Metadata names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// `node.id`.
    pub id: BrokerId,
    pub host: String,
    pub port: u16,
}

/// A partition as Metadata shows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartitionMetadata {
    /// Its number within the topic.
    pub number: i32,
    /// The leader, if there is one.
    pub leader: Option<BrokerId>,
    /// Replicas in assignment order.
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
}

/// A topic as Metadata shows it, its partitions by number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TopicMetadata {
    pub name: Arc<str>,
    /// Its partitions by ascending number.
    pub partitions: Vec<PartitionMetadata>,
}

/// One answer to an all-topics Metadata request.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// Live brokers by ascending id.
    pub nodes: Vec<Node>,
    /// Topics by ascending name.
    pub topics: Vec<TopicMetadata>,
}

/// Brokers with their racks.
pub(crate) type Racks = Vec<(BrokerId, Option<String>)>;

impl Metadata {
    /// Where a partition stands among those of its topic, and how many there are; `None` when there is no such one.
    pub(in crate::kafka) fn place(&self, topic: &str, number: i32) -> Option<(usize, usize)> {
        let at = self.topics.binary_search_by(|known| (*known.name).cmp(topic)).ok()?;
        let partitions = &self.topics[at].partitions;
        let at = partitions.binary_search_by_key(&number, |partition| partition.number).ok()?;
        Some((at, partitions.len()))
    }

    /// The leader of a partition, if there is such a partition and it has one.
    pub(in crate::kafka) fn leader_of(&self, topic: &str, number: i32) -> Option<BrokerId> {
        let at = self.topics.binary_search_by(|known| (*known.name).cmp(topic)).ok()?;
        let partitions = &self.topics[at].partitions;
        let at = partitions.binary_search_by_key(&number, |partition| partition.number).ok()?;
        partitions[at].leader
    }
}
