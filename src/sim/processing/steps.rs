//! Steps of processing that take time: a try under way, a record in a retry topic, what a paused process misses.

use crate::model::PartitionIx;
use crate::protocol::wire::{Offset, RecordRange};
use crate::sim::processing::service::TryEnd;

/// One record at its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TriedRecord {
    pub(in crate::sim) partition: PartitionIx,
    pub(in crate::sim) offset: Offset,
    pub(in crate::sim) record: RecordRange,
}

/// A try that is under way in a member's process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Try {
    pub(super) client: u32,
    /// Which start of the process.
    pub(super) start: u64,
    pub(super) of: TriedRecord,
    pub(super) end: TryEnd,
    /// The service was called: what it did stays done, also when the process is gone.
    pub(super) called: bool,
}

/// What a paused process will find out.
#[derive(Clone, Copy, Debug)]
pub(in crate::sim) enum MissedStep {
    Attempted { done: bool, had_effect: bool },
    HandedOver,
}

/// A record in a retry topic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retried {
    pub(super) group: u32,
    pub(super) of: TriedRecord,
    /// In which retry topic it is, from 1.
    pub(super) nth: u32,
}
