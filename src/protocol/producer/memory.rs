//! `buffer.memory`, and the `send()` calls that wait for it or for metadata (`BufferPool`).

use crate::model::Nanos;
use crate::protocol::producer::append::RecordAppendResult;
use crate::protocol::producer::{Producer, ProducerOutput, RecordRun, RecordTarget, SendError};
use std::collections::VecDeque;

/// The pool of batch buffers.
#[derive(Clone, Copy, Debug)]
pub(super) struct BufferPool {
    pub(super) total: u64,
    pub(super) free: u64,
}

impl BufferPool {
    pub(super) fn new(total: u64) -> Self {
        BufferPool { total, free: total }
    }

    pub(super) fn take(&mut self, bytes: u64) -> bool {
        let enough = bytes <= self.free;
        if enough {
            self.free -= bytes;
        }
        enough
    }

    pub(super) fn give_back(&mut self, bytes: u64) {
        self.free += bytes;
        debug_assert!(self.free <= self.total, "more memory came back than was taken");
    }
}

/// A `send()` that has not returned yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockedSend {
    target: RecordTarget,
    run: RecordRun,
    pub(super) since: Nanos,
}

/// Sends that wait, first come first served.
pub(super) type Blocked = VecDeque<BlockedSend>;

impl Producer {
    /// `send()`: appends, or blocks with what is left.
    pub(super) fn send(
        &mut self,
        now: Nanos,
        target: RecordTarget,
        run: RecordRun,
        out: &mut Vec<ProducerOutput>,
    ) {
        let reject = |error| ProducerOutput::Rejected { count: run.count, error };
        if self.pool_bytes(run.record_bytes) > self.settings.buffer_memory
            || run.record_bytes > self.settings.max_request_size
        {
            return out.push(reject(SendError::RecordTooLarge));
        }
        if !self.queues.is_empty() && !self.knows(target) {
            return out.push(reject(SendError::UnknownPartition));
        }
        let done = if self.blocked.is_empty() {
            self.place(now, target, run)
        } else {
            RecordAppendResult::default()
        };
        if done.count < run.count {
            if self.blocked.is_empty() {
                out.push(ProducerOutput::Blocked);
            }
            self.wake_sender = true;
            self.blocked.push_back(BlockedSend { target, run: run.after(done.count), since: now });
            self.refresh_all_nodes(now);
        }
    }

    /// Whether `send()` calls wait for memory: then every batch goes out without lingering (`exhausted`).
    pub(super) fn exhausted(&self) -> bool {
        !self.blocked.is_empty() && !self.queues.is_empty()
    }

    /// Lets blocked sends go on, and throws for those that waited `max.block.ms`.
    pub(super) fn admit_blocked(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        if self.blocked.is_empty() {
            return;
        }
        while let Some(send) = self.blocked.front().copied() {
            let known = self.queues.is_empty() || self.knows(send.target);
            let done =
                if known { self.place(now, send.target, send.run) } else { RecordAppendResult::default() };
            if done.count < send.run.count {
                if known && now < send.since.saturating_add(self.settings.max_block) {
                    self.blocked[0].run = send.run.after(done.count);
                    return;
                }
                let error = self.blocked_send_error(known);
                out.push(ProducerOutput::Rejected { count: send.run.count - done.count, error });
            }
            self.blocked.pop_front();
        }
        out.push(ProducerOutput::Unblocked);
        self.refresh_all_nodes(now);
    }

    /// Why a blocked `send()` throws.
    fn blocked_send_error(&self, partition_known: bool) -> SendError {
        if !partition_known {
            SendError::UnknownPartition
        } else if self.queues.is_empty() {
            SendError::NoMetadata
        } else {
            SendError::BufferExhausted
        }
    }

    /// Records in `send()` calls that have not returned yet.
    pub(crate) fn blocked_records(&self) -> u64 {
        self.blocked.iter().map(|send| u64::from(send.run.count)).sum()
    }

    fn knows(&self, target: RecordTarget) -> bool {
        match target {
            RecordTarget::Partition(partition) => self.queue_of(partition).is_some(),
            RecordTarget::Key(_) | RecordTarget::NoKey => true,
        }
    }
}
