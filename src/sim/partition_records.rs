//! What is remembered of a partition's records, for whoever draws its logs.

use crate::model::PartitionIx;
use crate::protocol::wire::{Acks, Offset};
use crate::sim::ack_history::AckedBatch;
use crate::sim::clock::elapsed_ms;
use crate::sim::loss::{AckedRecord, Loss, PartitionRecords};
use crate::sim::record_history::{KnownLoss, RecordKey};
use crate::sim::world::World;

impl World {
    /// What is known of a partition's records, of which so many are lost.
    pub(super) fn partition_records(&self, ix: PartitionIx, lost: u64) -> PartitionRecords {
        let Some(history) = self.observers.record_history().of(ix) else {
            return PartitionRecords { lost, ..PartitionRecords::default() };
        };
        let last = history.acks.last().map(|batch| {
            let ahead = u64::from(batch.records.count.max(1)) - 1;
            let number = batch.records.first + ahead;
            let offset = batch.base_offset.map(|base| base + ahead as Offset);
            self.acked_record((batch.records.producer, number), offset, Some(batch))
        });
        PartitionRecords {
            lost,
            acked: history.acks.offsets(),
            last_acked: last,
            cuts: history.cuts.iter().copied().collect(),
            losses: history.losses.iter().map(|loss| self.loss(loss)).collect(),
        }
    }

    fn loss(&self, loss: &KnownLoss) -> Loss {
        let moment = &loss.moment;
        Loss {
            seq: moment.seq,
            at_ms: elapsed_ms(moment.at),
            records: moment.lost.iter().map(|range| u64::from(range.count)).sum(),
            offsets: loss.offsets.clone(),
            first: self.acked_record(loss.first, loss.first_offset, loss.first_batch.as_ref()),
            held_by: moment.held_by.clone(),
            leader: moment.leader.0,
            leader_epoch: moment.leader.1,
            isr: moment.isr.clone(),
            replicas: moment.replicas.clone(),
            why: self.with_names(|names| moment.why.iter().map(|event| event.text(names).into()).collect()),
        }
    }

    fn acked_record(&self, of: RecordKey, offset: Option<Offset>, batch: Option<&AckedBatch>) -> AckedRecord {
        let client = self.clients.identities().get(of.0 as usize);
        let name = client.map(|at| self.scenario.producers[*at as usize].name.as_str());
        AckedRecord {
            sent_by: name.unwrap_or("?").into(),
            acks: batch.map(|batch| word(batch.acks)),
            number: of.1,
            offset,
            acked_by: batch.and_then(|batch| batch.by),
            produced_ms: batch.map(|batch| elapsed_ms(batch.produced)),
            acked_ms: batch.map(|batch| elapsed_ms(batch.acked)),
        }
    }
}

/// As the producer's configuration spells it.
fn word(acks: Acks) -> &'static str {
    match acks {
        Acks::Zero => "0",
        Acks::One => "1",
        Acks::All => "all",
    }
}
