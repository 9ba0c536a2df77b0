//! Partitions that are being moved to other brokers.

use crate::model::BrokerId;
use std::sync::Arc;

/// A partition under reassignment, as the active controller tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionMove {
    pub topic: Arc<str>,
    pub number: i32,
    /// Replicas that come; they copy until they are in sync.
    pub adding: Vec<BrokerId>,
    /// Replicas that go once the others are in sync.
    pub removing: Vec<BrokerId>,
}
