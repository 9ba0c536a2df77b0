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
    open: Vec<(ProducerIdentity, PartitionIx, RecordRange)>,
    committed: Records,
    aborted: Records,
    /// The last decision about each producer id: its epoch, and whether it was to commit.
    last: BTreeMap<i64, (i16, bool)>,
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
    /// A leader was asked to append a batch.
    pub(in crate::sim) fn written(&mut self, partition: PartitionIx, batch: &Batch) {
        let producer = ProducerIdentity { id: batch.producer_id, epoch: batch.producer_epoch };
        let again = self.open.contains(&(producer, partition, batch.records));
        let settled = overlaps(&self.aborted, partition, batch.records)
            || overlaps(&self.committed, partition, batch.records);
        if again || settled {
            return;
        }
        // A leader takes the writes of a fenced process until the marker of its abort is there: they are part of it.
        match self.last.get(&producer.id) {
            Some((epoch, commit)) if producer.epoch < *epoch => {
                self.settle(*commit, partition, batch.records)
            }
            _ => self.open.push((producer, partition, batch.records)),
        }
    }

    /// The coordinator has decided about a producer's transaction.
    pub(in crate::sim) fn decided(&mut self, producer: ProducerIdentity, commit: bool) {
        let of_it = |known: &ProducerIdentity| known.id == producer.id && known.epoch <= producer.epoch;
        let decided: Vec<_> = self.open.extract_if(.., |(known, ..)| of_it(known)).collect();
        decided.into_iter().for_each(|(_, partition, range)| self.settle(commit, partition, range));
        self.last.insert(producer.id, (producer.epoch, commit));
    }

    fn settle(&mut self, commit: bool, partition: PartitionIx, range: RecordRange) {
        add(if commit { &mut self.committed } else { &mut self.aborted }, partition, range);
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
        let end = |range: &RecordRange| range.first + u64::from(range.count);
        self.open.iter().any(|(_, place, range)| {
            *place == partition
                && range.producer == records.producer
                && range.first < end(&records)
                && records.first < end(range)
        })
    }
}
