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

impl BlockedSend {
    /// What is left once the first `done` records have gone through or failed; the next one waits from then on.
    fn after(self, done: u32, now: Nanos) -> Option<BlockedSend> {
        let since = if done > 0 { now } else { self.since };
        (done < self.run.count).then(|| BlockedSend { run: self.run.after(done), since, ..self })
    }
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

    /// Whether a `send()` waits for memory: then every batch goes out without lingering (`exhausted`).
    pub(super) fn exhausted(&self) -> bool {
        self.blocked.front().is_some_and(|send| self.knows(send.target))
    }

    /// Whether a `send()` waits for the metadata of its topic, or of a partition that it lacks.
    pub(super) fn waits_for_metadata(&self) -> bool {
        self.blocked.front().is_some_and(|send| !self.knows(send.target))
    }

    /// Lets blocked sends go on. The application has one thread: each `send()` waits up to `max.block.ms` before it
    /// throws, and only then the next one begins to wait.
    pub(super) fn admit_blocked(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        if self.blocked.is_empty() {
            return;
        }
        while let Some(send) = self.blocked.front().copied() {
            let done = self.place(now, send.target, send.run);
            if let Some(left) = send.after(done.count, now) {
                if now < left.since.saturating_add(self.settings.max_block) {
                    self.blocked[0] = left;
                    return;
                }
                out.push(ProducerOutput::Rejected { count: 1, error: self.blocked_send_error(send.target) });
                if let Some(left) = left.after(1, now) {
                    self.blocked[0] = left;
                    continue;
                }
            }
            self.blocked.pop_front();
            if let Some(next) = self.blocked.front_mut() {
                next.since = now;
            }
        }
        out.push(ProducerOutput::Unblocked);
        self.refresh_all_nodes(now);
    }

    /// Why a blocked `send()` throws.
    fn blocked_send_error(&self, target: RecordTarget) -> SendError {
        if self.queues.is_empty() {
            SendError::NoMetadata
        } else if self.knows(target) {
            SendError::BufferExhausted
        } else {
            SendError::UnknownPartition
        }
    }

    /// Records in `send()` calls that have not returned yet.
    pub(crate) fn blocked_records(&self) -> u64 {
        self.blocked.iter().map(|send| u64::from(send.run.count)).sum()
    }

    fn knows(&self, target: RecordTarget) -> bool {
        match target {
            RecordTarget::Partition(partition) => self.queue_of(partition).is_some(),
            RecordTarget::Key(_) | RecordTarget::NoKey => !self.queues.is_empty(),
        }
    }
}
