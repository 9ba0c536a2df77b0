//! Acknowledgements, cuts of logs and losses of each partition, kept as data; worded only when shown.

use crate::model::{BrokerId, Nanos, PartitionIx};
use crate::protocol::wire::{LeaderEpoch, Offset, RecordRange};
use crate::sim::ack_history::{AckHistory, AckedBatch};
use crate::sim::loss::Cut;
use crate::sim::replica_offsets::ReplicaOffsets;
use crate::sim::trace::TraceEvent;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Cuts that are kept of a partition.
const MAX_CUTS: usize = 8;
/// Losses that are kept of a partition with their moment.
const MAX_LOSSES: usize = 8;

/// A record, by its producer's process and its number.
pub(super) type RecordKey = (u32, u64);

/// The moment of a loss.
#[derive(Clone)]
pub(super) struct LossMoment {
    pub(super) seq: u64,
    pub(super) at: Nanos,
    pub(super) lost: Vec<RecordRange>,
    pub(super) held_by: Vec<BrokerId>,
    pub(super) leader: (BrokerId, LeaderEpoch),
    pub(super) isr: Vec<BrokerId>,
    pub(super) replicas: Vec<ReplicaOffsets>,
    pub(super) why: Vec<Arc<TraceEvent>>,
}

/// The moment of a loss, and what was still known of the acknowledgements of its records.
#[derive(Clone)]
pub(super) struct KnownLoss {
    pub(super) moment: LossMoment,
    pub(super) offsets: Vec<Range<Offset>>,
    pub(super) first: RecordKey,
    pub(super) first_offset: Option<Offset>,
    pub(super) first_batch: Option<AckedBatch>,
}

/// What is remembered of one partition.
#[derive(Clone, Default)]
pub(super) struct PartitionHistory {
    pub(super) acks: AckHistory,
    pub(super) cuts: VecDeque<Cut>,
    pub(super) losses: Vec<KnownLoss>,
}

/// What is remembered of each partition.
#[derive(Clone, Default)]
pub(super) struct RecordHistory {
    partitions: Vec<PartitionHistory>,
}

impl RecordHistory {
    /// What is remembered of a partition, if anything.
    pub(super) fn of(&self, ix: PartitionIx) -> Option<&PartitionHistory> {
        self.partitions.get(ix.at())
    }

    fn partition(&mut self, ix: PartitionIx) -> &mut PartitionHistory {
        if ix.at() >= self.partitions.len() {
            self.partitions.resize_with(ix.at() + 1, PartitionHistory::default);
        }
        &mut self.partitions[ix.at()]
    }

    pub(super) fn acked(&mut self, ix: PartitionIx, batch: AckedBatch) {
        self.partition(ix).acks.add(batch);
    }

    pub(super) fn cut(&mut self, ix: PartitionIx, cut: Cut) {
        let cuts = &mut self.partition(ix).cuts;
        if cuts.len() == MAX_CUTS {
            cuts.pop_front();
        }
        cuts.push_back(cut);
    }

    pub(super) fn lost(&mut self, ix: PartitionIx, moment: LossMoment) {
        let history = self.partition(ix);
        let Some(first) = moment.lost.first().map(|range| (range.producer, range.first)) else { return };
        if history.losses.len() < MAX_LOSSES {
            let offsets = history.acks.offsets_of(&moment.lost);
            let first_offset = history.acks.offset_of(first.0, first.1);
            let first_batch = history.acks.batch_of(first.0, first.1).copied();
            history.losses.push(KnownLoss { moment, offsets, first, first_offset, first_batch });
        }
    }
}
