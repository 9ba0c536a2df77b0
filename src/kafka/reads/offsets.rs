//! Ends of logs and committed offsets.

use crate::kafka::CallError;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which end of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum OffsetSpec {
    /// First offset still in the log.
    Earliest,
    /// The high watermark (isolation level read_uncommitted).
    Latest,
    /// The last stable offset (isolation level read_committed): before the first record of an open transaction.
    LastStable,
    /// The end of the leader's own log, replicated or not.
    LogEnd,
}

/// An offset as it was read; below zero never gets here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PartitionOffset {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The offset; `None` when the broker did not tell it.
    pub offset: Option<i64>,
    /// The leader epoch that came with it.
    pub leader_epoch: Option<i32>,
    /// The partition's own error code, or 0.
    pub code: i32,
    /// How many records a share group has not done with, where its coordinator told it.
    pub lag: Option<i64>,
}

impl PartitionOffset {
    /// What a broker told of a partition: below zero is none, and so is what came with an error.
    pub(crate) fn told(topic: Arc<str>, partition: i32, offset: i64, epoch: i32, code: i32) -> Self {
        PartitionOffset {
            topic,
            partition,
            offset: (offset >= 0 && code == 0).then_some(offset),
            leader_epoch: (epoch >= 0).then_some(epoch),
            code,
            lag: None,
        }
    }

    /// The same with the lag that a share group's coordinator told; below zero is none.
    pub(crate) fn with_lag(self, lag: i64) -> Self {
        let lag = (lag >= 0 && self.offset.is_some()).then_some(lag);
        PartitionOffset { lag, ..self }
    }
}

/// Committed offsets by group.
pub(crate) type GroupOffsets = Vec<(Arc<str>, Result<Vec<PartitionOffset>, CallError>)>;
