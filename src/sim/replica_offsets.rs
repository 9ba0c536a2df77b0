//! The marks of one replica's log.

use crate::model::BrokerId;

/// One replica of one partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplicaOffsets {
    pub broker: BrokerId,
    /// Whether its process runs, and is not paused.
    pub runs: bool,
    /// First offset in its log.
    pub log_start: i64,
    /// What a power loss cannot take.
    pub flushed: i64,
    /// Its own high watermark.
    pub high_watermark: i64,
    /// Next offset of its log.
    pub log_end: i64,
    /// Epoch of its last batch, -1 for none.
    pub leader_epoch: i32,
    /// Its leader epochs and where each starts in its log, ascending.
    pub epochs: Vec<(i32, i64)>,
}
