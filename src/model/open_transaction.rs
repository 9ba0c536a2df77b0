//! Transactions that hold back the last stable offset of partitions.

use crate::model::{Datum, Millis, PartitionIx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What holds back the last stable offset of a partition: of the transactions that are open in it the one that begins
/// first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenTransaction {
    pub partition: PartitionIx,
    pub producer: Datum<OpenProducer>,
}

/// The producer of an open transaction, as the partition's leader knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenProducer {
    pub producer_id: i64,
    pub epoch: i32,
    /// The first offset of the transaction in the partition.
    pub start_offset: i64,
    /// When it last wrote there, by the time of the record.
    pub last_written_at: Option<Millis>,
    pub transaction: Datum<NamedTransaction>,
}

/// A transaction as its coordinator knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamedTransaction {
    /// `transactional.id`.
    pub transactional_id: Arc<str>,
    pub started_at: Option<Millis>,
    /// `transaction.timeout.ms`: after that the coordinator aborts it.
    pub timeout_ms: Millis,
}
