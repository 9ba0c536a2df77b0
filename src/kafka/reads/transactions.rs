//! Transactions that are open in partitions, and whose they are.

use crate::kafka::CallError;
use crate::model::Millis;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A producer that has a transaction open in a partition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProducerDescription {
    pub producer_id: i64,
    pub epoch: i32,
    /// The first offset of its transaction in the partition.
    pub start_offset: i64,
    /// When it last wrote to the partition, if it did.
    pub last_written_at: Option<Millis>,
}

/// A transaction as its coordinator describes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TransactionDescription {
    pub producer_id: i64,
    /// `transactional.id`.
    pub transactional_id: Arc<str>,
    /// When it began; `None` when none is going on.
    pub started_at: Option<Millis>,
    /// `transaction.timeout.ms`: its coordinator aborts it after that.
    pub timeout_ms: Millis,
    /// The partitions that it has written to and that have not ended it yet.
    pub partitions: Vec<(Arc<str>, i32)>,
}

/// A partition with the producers that have a transaction open in it, or why they were not told.
pub(in crate::kafka) type ProducersRead = (Arc<str>, i32, Result<Vec<ProducerDescription>, CallError>);

/// What is open in the partitions that were asked about.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct OpenTransactionsRead {
    pub partitions: Vec<ProducersRead>,
    /// What is known of each producer's transaction, by producer id. One that nobody lists is missing.
    pub transactions: Vec<(i64, Result<TransactionDescription, CallError>)>,
    /// Why a broker did not say which transactions it coordinates.
    pub unlisted: Option<CallError>,
}
