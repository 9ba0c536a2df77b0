//! The trace of one record: where its copies are, whether they are flushed and visible, who read it, and
//! if it is gone, at which event and why.

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::wire::Offset;
use crate::sim::machines::offsets_in;
use crate::sim::world::World;
use serde::Serialize;

/// Which record: the number that a producer's process gave it in its partition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct RecordId {
    /// `orders-3`
    pub partition: String,
    /// Which process of a producer.
    pub producer: u32,
    /// Its number, from 0.
    pub number: u64,
}

/// A copy of a record on one broker.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct RecordCopy {
    pub broker: BrokerId,
    /// Whether that broker's process runs.
    pub runs: bool,
    pub offset: Offset,
    /// A power loss cannot take it.
    pub flushed: bool,
    /// That broker knows it as committed.
    pub below_high_watermark: bool,
}

/// What became of a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RecordTrace {
    pub record: RecordId,
    /// The producer of the scenario that sent it.
    pub sent_by: String,
    /// It was acknowledged to its producer.
    pub acked: bool,
    /// Its producer gave up on it.
    pub failed: bool,
    /// Its copies, by broker; a record may be twice in a log.
    pub copies: Vec<RecordCopy>,
    /// Its offset in the log that consumers read.
    pub readable_at: Option<Offset>,
    /// Groups that have processed it.
    pub read_by: Vec<String>,
    /// Retention has deleted it, from one replica at least.
    pub deleted: bool,
    /// A cleaner has removed it from a compacted log, of one replica at least.
    pub compacted: bool,
    /// If it was acknowledged and is gone: the event, and the chain of what led to it, a line each.
    pub lost: Option<(u64, Vec<String>)>,
}

impl World {
    /// What became of a record; `None` if there is no such partition.
    pub(super) fn record_trace(&self, record: &RecordId) -> Option<RecordTrace> {
        let ix = self.machines.topics.partition_named(&record.partition)?;
        let (producer, number) = (record.producer, record.number);
        let everywhere = self.scenario.cluster.ids();
        let (compacted, copies): (Vec<(bool, RecordCopy)>, Vec<_>) =
            everywhere.flat_map(|id| self.copies_on(id, ix, record)).partition(|(is_removed, _)| *is_removed);
        let copies: Vec<RecordCopy> = copies.into_iter().map(|(_, copy)| copy).collect();
        let leader = self.machines.leader(ix);
        let readable = copies.iter().find(|copy| Some(copy.broker) == leader && copy.below_high_watermark);
        let sent_by = self.clients.identities().get(producer as usize);
        let name = |at: &u32| self.scenario.producers[*at as usize].name.clone();
        let readers = self.observers.ledger().readers(ix, producer, number).into_iter();
        Some(RecordTrace {
            sent_by: sent_by.map(name).unwrap_or_default(),
            acked: self.observers.ledger().was_acked(ix, producer, number),
            failed: self.observers.ledger().was_failed(ix, producer, number),
            readable_at: readable.map(|copy| copy.offset),
            read_by: readers.map(|group| self.scenario.groups[group as usize].name.clone()).collect(),
            compacted: !compacted.is_empty(),
            deleted: self.observers.ledger().was_deleted(ix, producer, number),
            lost: self.loss_of(ix, record),
            copies,
            record: record.clone(),
        })
    }

    /// Where a broker's log has a record, each with whether the cleaner has removed it there.
    fn copies_on(&self, id: BrokerId, ix: PartitionIx, record: &RecordId) -> Vec<(bool, RecordCopy)> {
        let Some(host) = self.machines.host(id) else { return Vec::new() };
        let Some(replica) = host.broker.replica(ix) else { return Vec::new() };
        let copy = |offset: Offset| {
            let copy = RecordCopy {
                broker: id,
                runs: host.process.is_up(),
                offset,
                flushed: offset < replica.storage().flushed(),
                below_high_watermark: offset < replica.high_watermark(),
            };
            (replica.storage().removed().contains(offset as u64), copy)
        };
        offsets_in(replica.log(), record.producer, record.number).into_iter().map(copy).collect()
    }

    fn loss_of(&self, ix: PartitionIx, record: &RecordId) -> Option<(u64, Vec<String>)> {
        let holds = |first: u64, count: u32| (first..first + u64::from(count)).contains(&record.number);
        let losses = self.observers.ledger().losses(ix).iter();
        let mut of =
            losses.filter(|(range, _)| range.producer == record.producer && holds(range.first, range.count));
        let (_, seq) = of.next()?;
        Some((*seq, self.with_names(|names| self.observers.trace().why(*seq, names))))
    }

    /// The record at an offset of a broker's log.
    pub(super) fn record_at(&self, partition: &str, broker: BrokerId, offset: Offset) -> Option<RecordId> {
        let ix = self.machines.topics.partition_named(partition)?;
        let log = self.machines.host(broker)?.broker.replica(ix)?.log();
        let mut found = None;
        log.for_each_range(log.start(), |base, _, records| {
            if (base..base + Offset::from(records.count)).contains(&offset) {
                let number = records.first + (offset - base) as u64;
                found = Some(RecordId { partition: partition.into(), producer: records.producer, number });
            }
            found.is_none()
        });
        found
    }

    /// The first record of each loss of a partition.
    pub(super) fn lost_records(&self, partition: &str) -> Vec<RecordId> {
        let Some(ix) = self.machines.topics.partition_named(partition) else { return Vec::new() };
        let id = |(range, _): &(crate::protocol::wire::RecordRange, u64)| RecordId {
            partition: partition.into(),
            producer: range.producer,
            number: range.first,
        };
        self.observers.ledger().losses(ix).iter().map(id).collect()
    }
}
