//! What became of transactions, remembered apart from all logs: the truth that readers are held against.

use crate::model::PartitionIx;
use crate::protocol::transaction::ProducerIdentity;
use crate::protocol::wire::{Batch, RecordRange};
use crate::sim::intervals::Intervals;
use std::collections::BTreeMap;

/// Records of one process in one partition, by their numbers.
type Records = BTreeMap<(PartitionIx, u32), Intervals>;

/// The records of one transactional id by what its coordinator decided.
#[derive(Clone, Default, Debug)]
pub(in crate::sim) struct TransactionFates {
    /// Written, and not decided.
    open: BTreeMap<ProducerIdentity, Records>,
    committed: Records,
    aborted: Records,
    /// The epoch of the last decision about each producer id.
    last: BTreeMap<i64, i16>,
}

fn add(records: &mut Records, partition: PartitionIx, range: RecordRange) {
    let end = range.first + u64::from(range.count);
    records.entry((partition, range.producer)).or_default().add(range.first, end);
}

fn overlaps(records: &Records, partition: PartitionIx, range: RecordRange) -> bool {
    let end = range.first + u64::from(range.count);
    let known = records.get(&(partition, range.producer));
    known.is_some_and(|known| {
        let at = known.ranges().partition_point(|(_, known_end)| *known_end <= range.first);
        known.ranges().get(at).is_some_and(|(first, _)| *first < end)
    })
}

impl TransactionFates {
    /// A leader was asked to append a batch; `is_late` when its producer is fenced, or a transaction is being ended.
    pub(in crate::sim) fn written(&mut self, partition: PartitionIx, batch: &Batch, is_late: bool) {
        let producer = ProducerIdentity { id: batch.producer_id, epoch: batch.producer_epoch };
        if self.are_aborted(partition, batch.records) || self.are_committed(partition, batch.records) {
            return;
        }
        // What comes late may be refused and sent again in another transaction, or be taken until the marker is there:
        // nobody has decided about it.
        let was_decided = self.last.get(&producer.id).is_some_and(|epoch| producer.epoch <= *epoch);
        if !(is_late && was_decided) {
            add(self.open.entry(producer).or_default(), partition, batch.records);
        }
    }

    /// The coordinator has decided about a producer's transaction.
    pub(in crate::sim) fn decided(&mut self, producer: ProducerIdentity, commit: bool) {
        let settled = if commit { &mut self.committed } else { &mut self.aborted };
        let first = ProducerIdentity { epoch: i16::MIN, ..producer };
        for (_, records) in self.open.extract_if(first..=producer, |_, _| true) {
            for (place, ranges) in records {
                let known = settled.entry(place).or_default();
                for (first, end) in ranges.ranges() {
                    known.add(*first, *end);
                }
            }
        }
        self.last.insert(producer.id, producer.epoch);
    }

    /// Whether some of these records belong to an aborted transaction.
    pub(in crate::sim) fn are_aborted(&self, partition: PartitionIx, records: RecordRange) -> bool {
        overlaps(&self.aborted, partition, records)
    }

    /// Whether some of these records belong to a committed transaction.
    pub(in crate::sim) fn are_committed(&self, partition: PartitionIx, records: RecordRange) -> bool {
        overlaps(&self.committed, partition, records)
    }

    /// Whether some of these records belong to a transaction that nobody has decided about.
    pub(in crate::sim) fn are_open(&self, partition: PartitionIx, records: RecordRange) -> bool {
        self.open.values().any(|open| overlaps(open, partition, records))
    }
}
