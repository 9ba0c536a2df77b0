//! Idempotence on the client: sequences, unresolved ones, epoch bumps (`TransactionManager`).

use crate::protocol::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::producer::{Producer, ProducerOutput};
use crate::protocol::wire::ErrorCode;

/// Who the producer is to the brokers.
#[derive(Clone, Debug)]
pub(super) struct ProducerIdentity {
    /// -1 until a broker has handed one out.
    pub(super) id: i64,
    pub(super) epoch: i16,
    /// A request for an id is under way.
    pub(super) asked: bool,
    /// Partitions whose lines start again with the next epoch.
    pub(super) to_restart: Vec<u32>,
    /// How many partitions are unresolved.
    pub(super) unresolved: u32,
}

impl ProducerIdentity {
    pub(super) fn new() -> Self {
        ProducerIdentity { id: -1, epoch: -1, asked: false, to_restart: Vec::new(), unresolved: 0 }
    }
}

/// The sequence `count` after another; it wraps after the largest int (`DefaultRecordBatch`).
pub(crate) fn sequence_after(sequence: i32, count: u32) -> i32 {
    ((i64::from(sequence) + i64::from(count)) % (i64::from(i32::MAX) + 1)) as i32
}

impl Producer {
    /// What the sender does before it sends: resolve, bump, ask for an id.
    pub(super) fn bump_epoch_if_needed(&mut self, out: &mut Vec<ProducerOutput>) {
        if !self.settings.idempotent {
            return;
        }
        if self.identity.unresolved > 0 {
            self.resolve_sequences();
        }
        if !self.identity.to_restart.is_empty() {
            self.bump_epoch(out);
        }
        if self.identity.id < 0 && !self.identity.asked {
            self.identity.asked = true;
            out.push(ProducerOutput::WantProducerId);
        }
    }

    /// A new id has arrived. All lines start again.
    pub(super) fn adopt_producer_id(&mut self, id: i64, epoch: i16) {
        self.identity = ProducerIdentity { id, epoch, asked: false, ..ProducerIdentity::new() };
        for queue in 0..self.queues.len() {
            let line = &mut self.queues[queue].sequences;
            line.unresolved = false;
            if !self.settings.bumps_epoch {
                line.open.clear();
            }
            self.restart_sequences(queue);
        }
    }

    /// `maybeResolveSequences`: once nothing is open any more, either the line is intact or it starts again.
    fn resolve_sequences(&mut self) {
        for queue in 0..self.queues.len() {
            let line = &mut self.queues[queue].sequences;
            if !line.unresolved || !line.open.is_empty() {
                continue;
            }
            line.unresolved = false;
            self.identity.unresolved -= 1;
            if line.next != sequence_after(line.last_acked, 1) {
                self.request_epoch_bump(queue as u32);
            }
            self.refresh_node_of(queue as u32);
        }
    }

    fn request_epoch_bump(&mut self, queue: u32) {
        if !self.identity.to_restart.contains(&queue) {
            self.identity.to_restart.push(queue);
        }
    }

    /// `bumpIdempotentProducerEpoch`; clients before 2.5 and used-up epochs get a new id instead.
    fn bump_epoch(&mut self, out: &mut Vec<ProducerOutput>) {
        if !self.settings.bumps_epoch || self.identity.epoch == i16::MAX {
            self.identity.id = -1;
            self.identity.to_restart.clear();
            return;
        }
        self.identity.epoch += 1;
        out.push(ProducerOutput::EpochBumped { epoch: self.identity.epoch });
        for queue in std::mem::take(&mut self.identity.to_restart) {
            let line = &mut self.queues[queue as usize].sequences;
            if std::mem::take(&mut line.unresolved) {
                self.identity.unresolved -= 1;
            }
            self.restart_sequences(queue as usize);
            self.refresh_node_of(queue);
        }
    }

    /// The line starts at 0 with the current identity, open batches first (`startSequencesAtBeginning`).
    fn restart_sequences(&mut self, queue: usize) {
        let (id, epoch) = (self.identity.id, self.identity.epoch);
        let line = &mut self.queues[queue].sequences;
        let mut next = 0;
        for open in &line.open {
            if let Some(batch) = self.batches.get_mut(*open) {
                (batch.producer_id, batch.producer_epoch, batch.base_sequence) = (id, epoch, next);
                batch.sequence_reset = true;
                next = sequence_after(next, batch.records.count);
            }
        }
        (line.identity, line.next, line.last_acked) = ((id, epoch), next, -1);
    }

    /// Whether the head batch of a partition may go out now (`shouldStopDrainBatchesForPartition`).
    pub(super) fn sequence_allows(&self, queue: u32, head: &ProducerBatch) -> bool {
        if !self.settings.idempotent {
            return true;
        }
        if !self.transaction_allows(queue, head) {
            return false;
        }
        let line = &self.queues[queue as usize].sequences;
        let stale = line.identity != (self.identity.id, self.identity.epoch);
        match line.open.first().and_then(|first| self.batches.get(*first)) {
            _ if self.identity.id < 0 => false,
            // A new sequence would be a guess: the line may have to start again.
            _ if head.base_sequence < 0 && line.unresolved => false,
            Some(_) if head.base_sequence < 0 => !stale,
            // A retry goes out only as the first of the open batches, or it would overtake one and be refused.
            Some(first) => head.base_sequence == first.base_sequence,
            None => true,
        }
    }

    /// Numbers a batch that is drained for the first time.
    pub(super) fn assign_sequence(&mut self, queue: u32, id: BatchId) {
        let identity = (self.identity.id, self.identity.epoch);
        if self.queues[queue as usize].sequences.identity != identity {
            self.restart_sequences(queue as usize);
        }
        let line = &mut self.queues[queue as usize].sequences;
        if let Some(batch) = self.batches.get_mut(id) {
            (batch.producer_id, batch.producer_epoch) = identity;
            batch.base_sequence = line.next;
            line.next = sequence_after(line.next, batch.records.count);
            // Numbered on the way out and not when it is filled: a batch that expires unsent leaves no gap.
            line.open.push(id);
        }
    }

    /// A batch is done (`handleCompletedBatch`).
    pub(super) fn sequence_done(&mut self, id: BatchId, batch: &ProducerBatch) {
        let line = &mut self.queues[batch.queue as usize].sequences;
        line.open.retain(|open| *open != id);
        let current = line.identity == (batch.producer_id, batch.producer_epoch);
        if batch.base_sequence >= 0 && current {
            let last = sequence_after(batch.base_sequence, batch.records.count - 1);
            // Wrapped sequences are smaller than those before them.
            line.last_acked = if last < line.last_acked && line.last_acked - last < i32::MAX / 2 {
                line.last_acked
            } else {
                last
            };
        }
    }

    /// A batch has failed for good (`handleFailedBatch`). `refused` says that a broker refused it, so that
    /// its sequences were certainly not used.
    pub(super) fn sequence_failed(
        &mut self,
        id: BatchId,
        batch: &ProducerBatch,
        error: ErrorCode,
        refused: bool,
    ) {
        if batch.base_sequence < 0 {
            return;
        }
        self.queues[batch.queue as usize].sequences.open.retain(|open| *open != id);
        // A transaction is aborted instead, and the coordinator gives the next epoch.
        if self.settings.transactional.is_some() {
            return;
        }
        if refused || error == ErrorCode::OutOfOrderSequenceNumber {
            self.request_epoch_bump(batch.queue);
        }
    }

    /// A batch expired that was sent before: it may or may not be in the log (`markSequenceUnresolved`).
    pub(super) fn mark_unresolved(&mut self, queue: u32) {
        if self.settings.transactional.is_some() {
            return;
        }
        let line = &mut self.queues[queue as usize].sequences;
        if !std::mem::replace(&mut line.unresolved, true) {
            self.identity.unresolved += 1;
        }
    }

    /// Whether a batch of this partition may have been held back by another one that is done now.
    pub(super) fn waits_for_sequences(&self, queue: u32) -> bool {
        let queue = &self.queues[queue as usize];
        let head = queue.batches.front().and_then(|id| self.batches.get(*id));
        let line = &queue.sequences;
        line.unresolved
            || line.identity != (self.identity.id, self.identity.epoch)
            || head.is_some_and(|head| head.base_sequence >= 0)
    }

    /// Whether an OUT_OF_ORDER_SEQUENCE_NUMBER is only the echo of an earlier batch's failure; otherwise
    /// the line starts again. Either way the batch is sent again (`TransactionManager.canRetry`).
    pub(super) fn handle_out_of_order(&mut self, batch: &ProducerBatch) {
        let line = &self.queues[batch.queue as usize].sequences;
        let next_in_line = batch.base_sequence == sequence_after(line.last_acked, 1);
        if line.unresolved || (next_in_line && !batch.sequence_reset) {
            self.request_epoch_bump(batch.queue);
        }
    }

    /// Whether a batch that came out of order may be sent again without a new epoch: only as the echo of an earlier
    /// batch's failure. All that a transaction can do is to be aborted.
    pub(super) fn is_echo(&self, batch: &ProducerBatch) -> bool {
        let line = &self.queues[batch.queue as usize].sequences;
        batch.sequence_reset || batch.base_sequence != sequence_after(line.last_acked, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_after_the_largest_int() {
        assert_eq!(sequence_after(0, 10), 10);
        assert_eq!(sequence_after(i32::MAX, 1), 0);
        assert_eq!(sequence_after(i32::MAX - 1, 5), 3);
    }
}
