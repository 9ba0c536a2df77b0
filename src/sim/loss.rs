//! What became of acknowledged records and of logs: the moment of a loss, and every cut, for whoever draws them.

use crate::model::{BrokerId, Millis};
use crate::sim::replica_offsets::ReplicaOffsets;
use std::ops::Range;
use std::sync::Arc;

/// One acknowledged record: who sent it, where it was stored, and when its producer was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AckedRecord {
    /// The producer of the scenario.
    pub sent_by: Arc<str>,
    /// The producer's `acks` then: `0`, `1` or `all`; `None` when that is not known any more.
    pub acks: Option<&'static str>,
    /// Its number among the records of that producer's process in the partition, from 0.
    pub number: u64,
    /// Its offset; `None` when it is not told (`acks=0`) or not known any more.
    pub offset: Option<i64>,
    /// The broker that appended and acknowledged it; `None` as above.
    pub acked_by: Option<BrokerId>,
    /// When its batch was begun, in virtual time; `None` when that is not known any more.
    pub produced_ms: Option<Millis>,
    /// When its producer was told; `None` as above.
    pub acked_ms: Option<Millis>,
}

/// A moment at which acknowledged records were gone from the log that consumers read.
#[derive(Clone, PartialEq, Debug)]
pub struct Loss {
    /// Its number in the event log.
    pub seq: u64,
    pub at_ms: Millis,
    /// How many records.
    pub records: u64,
    /// Offsets at which they had been acknowledged, as far as those are still known; ascending.
    pub offsets: Vec<Range<i64>>,
    /// The first of them.
    pub first: AckedRecord,
    /// Brokers whose log still held the first of them then.
    pub held_by: Vec<BrokerId>,
    /// Who led, and in which epoch.
    pub leader: BrokerId,
    pub leader_epoch: i32,
    /// Who was in sync.
    pub isr: Vec<BrokerId>,
    /// The replicas as they were then, in assignment order.
    pub replicas: Vec<ReplicaOffsets>,
    /// What led to it, a line each, the nearest first.
    pub why: Vec<Arc<str>>,
}

/// What took the end of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CutBy {
    /// The leader's log ended earlier.
    Truncation,
    /// It was not flushed when power failed.
    PowerLoss,
    DiskLoss,
}

/// A log lost its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    pub broker: BrokerId,
    /// Its log end offset before.
    pub from: i64,
    /// Its log end offset afterwards.
    pub to: i64,
    pub at_ms: Millis,
    pub by: CutBy,
}

/// What is known of one partition's records beside its logs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PartitionRecords {
    /// Acknowledged records that no log holds which consumers read, or may come to read.
    pub lost: u64,
    /// Offsets of acknowledged records, as far as they are still known; ascending.
    pub acked: Vec<Range<i64>>,
    /// The record that was acknowledged last.
    pub last_acked: Option<AckedRecord>,
    /// The last cuts of its logs, the oldest first.
    pub cuts: Vec<Cut>,
    /// The first losses of it, the oldest first.
    pub losses: Vec<Loss>,
}
