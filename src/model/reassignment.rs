//! Partitions that are being moved to other brokers (KIP-455).

use crate::model::{BrokerId, PartitionIx};
use serde::{Deserialize, Serialize};

/// A partition under reassignment. Its replica list has all of them, those that come and those that go.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reassignment {
    pub partition: PartitionIx,
    /// Replicas that come; until they have caught up they are in no ISR, and nothing is wrong with that.
    pub adding: Vec<BrokerId>,
    /// Replicas that go once the others are in sync.
    pub removing: Vec<BrokerId>,
}
