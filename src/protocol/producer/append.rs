//! The accumulator: records into batches (`RecordAccumulator.append`).

use crate::model::Nanos;
use crate::protocol::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::producer::size::{BATCH_HEADER_BYTES, fitting, record_size};
use crate::protocol::producer::{Producer, ProducerOutput, RecordRun};
use crate::protocol::wire::RecordRange;

/// What an append came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RecordAppendResult {
    pub(super) count: u32,
    pub(super) bytes: u32,
}

impl Producer {
    /// Appends as much of a run of equal records as the buffer takes.
    pub(super) fn append(&mut self, now: Nanos, queue: u32, run: RecordRun) -> RecordAppendResult {
        let mut done = RecordAppendResult::default();
        while done.count < run.count {
            let part = self.append_to_tail(now, queue, run.after(done.count));
            done.count += part.count;
            done.bytes += part.bytes;
            if done.count < run.count && !self.open_batch(now, queue, run.after(done.count)) {
                break;
            }
        }
        done
    }

    /// Fills the open batch, and closes it when the next record does not fit.
    pub(super) fn append_to_tail(&mut self, now: Nanos, queue: u32, run: RecordRun) -> RecordAppendResult {
        let Some(id) = self.open_tail(queue) else { return RecordAppendResult::default() };
        let room = self.ratio.room(self.settings.codec, self.settings.batch_size);
        let numbered = run.resent.map(|records| (records.producer, records.first));
        let own = (self.producer, self.queues[queue as usize].next_record);
        let (producer, first) = numbered.unwrap_or(own);
        let Some(batch) = self.batches.get_mut(id) else { return RecordAppendResult::default() };
        let records = batch.records;
        let follows = records.producer == producer && records.first + u64::from(records.count) == first;
        if !follows && records.count > 0 {
            self.close(now, id);
            return RecordAppendResult::default();
        }
        let since_first = now - batch.created_at;
        let first_size = record_size(run.record_bytes, since_first, records.count);
        // A batch takes its first record however large it is.
        let at_least = if records.count == 0 { batch.bytes + first_size } else { 0 };
        let left = room.max(at_least).saturating_sub(batch.bytes);
        let (count, bytes) = fitting(run.record_bytes, since_first, records.count, run.count, left);
        batch.records =
            RecordRange { producer, first: first - u64::from(records.count), count: records.count + count };
        batch.bytes += bytes;
        batch.last_append_at = now;
        let full = batch.bytes >= room || count < run.count;
        if run.resent.is_none() {
            self.queues[queue as usize].next_record += u64::from(count);
            self.note_accepted(queue, RecordRange { producer, first, count }, run.key);
        }
        if full {
            self.close(now, id);
        }
        RecordAppendResult { count, bytes }
    }

    /// Records whose key may come again are told of: their order counts.
    fn note_accepted(&mut self, queue: u32, records: RecordRange, key: Option<u32>) {
        let Some(key) = key.filter(|_| records.count > 0) else { return };
        let partition = self.queues[queue as usize].partition;
        self.accepted.push(ProducerOutput::Accepted { partition, records, key });
    }

    /// The last batch of a partition, if it still takes records.
    pub(super) fn open_tail(&self, queue: u32) -> Option<BatchId> {
        let id = *self.queues[queue as usize].batches.back()?;
        self.batches.get(id).filter(|batch| !batch.closed).map(|_| id)
    }

    /// Nothing more goes into this batch: its node can send at once.
    fn close(&mut self, now: Nanos, id: BatchId) {
        let Some(batch) = self.batches.get_mut(id) else { return };
        batch.closed = true;
        let queue = batch.queue as usize;
        self.wake_sender = true;
        if let Some(node) = self.queues[queue].node {
            let node = &mut self.nodes[node as usize];
            node.ready_at = node.ready_at.min(now);
        }
    }

    /// Begins a batch for the run's first record; `false` when there is no memory for it.
    fn open_batch(&mut self, now: Nanos, queue: u32, run: RecordRun) -> bool {
        let pooled = self.pool_bytes(run.record_bytes);
        if !self.memory.take(pooled) {
            return false;
        }
        let line = &self.queues[queue as usize];
        let records = match run.resent {
            Some(records) => RecordRange { count: 0, ..records },
            None => RecordRange { producer: self.producer, first: line.next_record, count: 0 },
        };
        let id = self.batches.add(ProducerBatch::new(queue, records, pooled, now));
        self.expiry.push_back((now, id));
        self.wake_sender = true;
        let due = now.saturating_add(self.settings.linger).saturating_add(self.settings.sender_slack);
        let line = &mut self.queues[queue as usize];
        line.batches.push_back(id);
        match line.node {
            Some(node) => {
                let node = &mut self.nodes[node as usize];
                node.ready_at = node.ready_at.min(due);
            }
            None => self.metadata.request(),
        }
        true
    }

    /// Memory that a new batch takes, whatever is in it later: `batch.size`, or one larger record.
    pub(super) fn pool_bytes(&self, record_bytes: u32) -> u64 {
        let one = BATCH_HEADER_BYTES.saturating_add(record_size(record_bytes, 0, 0));
        u64::from(self.settings.batch_size.max(one))
    }
}
