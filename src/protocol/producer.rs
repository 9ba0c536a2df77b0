//! The Java producer: accumulator, batches, requests in flight, retries, idempotence (kafka.md#producer).
//!
//! A producer writes to one topic. It numbers the records it accepts per partition from 0; that number is
//! a record's identity ([`crate::protocol::wire::RecordRange`]). Each accepted record ends in exactly one
//! of [`ProducerOutput::Acked`] and [`ProducerOutput::Failed`].
//!
//! With a `transactional.id` its records belong to transactions: one begins with the first send, and the driver ends it
//! ([`ProducerInput::EndTransaction`]).

mod append;
mod batch;
mod compression;
mod io;
mod key;
mod memory;
mod metadata;
mod outcome;
mod partitioner;
mod queue;
mod sender;
mod sequence;
mod settings;
mod size;
mod transaction;

pub(crate) use compression::Codec;
pub(crate) use io::{
    PartitionResponse, ProducerInput, ProducerOutput, ProducerRequest, RecordTarget, SendError,
};
pub(crate) use key::{KeyHash, RecordKey};
pub(crate) use outcome::is_retriable;
#[cfg(test)]
pub(crate) use sequence::sequence_after;
pub(crate) use settings::{
    Partitioner, ProducerSettings, SENDER_SLACK, Transactional, foreign_partitioner, partitioner_rack,
    transactional_id,
};

use crate::model::{BrokerId, ClientStep, Nanos, PartitionIx};
use crate::protocol::client::MetadataRefresh;
use crate::protocol::wire::{Batch, ErrorCode, RecordRange};
use batch::{BatchId, Batches};
use rand_pcg::Pcg32;
use std::collections::VecDeque;

/// Equal records that are sent at one instant.
#[derive(Clone, Copy, Debug)]
struct RecordRun {
    count: u32,
    record_bytes: u32,
    /// Their identity, if they have one already.
    resent: Option<RecordRange>,
    /// The number of their key, if it may come again.
    key: Option<u32>,
}

impl RecordRun {
    /// What is left after the first `done`.
    fn after(self, done: u32) -> RecordRun {
        let resent = self.resent.map(|records| RecordRange {
            first: records.first + u64::from(done),
            count: records.count - done,
            ..records
        });
        RecordRun { count: self.count - done, resent, ..self }
    }
}

/// How many records came to what end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct ProducerCounts {
    pub acked: u64,
    pub failed: u64,
}

/// A producer. Step it with inputs in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Producer {
    producer: u32,
    settings: ProducerSettings,
    rng: Pcg32,
    queues: Vec<queue::PartitionQueue>,
    nodes: Vec<queue::Node>,
    batches: Batches,
    memory: memory::BufferPool,
    blocked: memory::Blocked,
    sticky: partitioner::Sticky,
    ratio: compression::RatioEstimate,
    identity: sequence::ProducerIdentity,
    transaction: transaction::Transaction,
    metadata: MetadataRefresh,
    /// Batches by creation; those that are gone are skipped.
    expiry: VecDeque<(Nanos, BatchId)>,
    flushed_at: Option<Nanos>,
    /// Starts from the identity: of two processes of a producer none takes the other's answers.
    next_request: u64,
    counts: ProducerCounts,
    /// [`ProducerOutput::Accepted`] of this step.
    accepted: Vec<ProducerOutput>,
    /// A batch was begun or filled: the sender has to look.
    wake_sender: bool,
    /// The earliest wake-up that was asked for and has not come.
    wake_at: Nanos,
    spare_requests: Vec<Vec<(PartitionIx, Batch)>>,
    spare_ids: Vec<Vec<(u32, BatchId)>>,
}

impl Producer {
    /// A producer that knows nothing yet. `producer` goes into the identity of its records; `seed` decides
    /// sticky partitions and jitter.
    pub(crate) fn new(producer: u32, settings: ProducerSettings, seed: u64) -> Self {
        Producer {
            producer,
            rng: Pcg32::new(seed, u64::from(producer)),
            memory: memory::BufferPool::new(settings.buffer_memory),
            settings,
            queues: Vec::new(),
            nodes: Vec::new(),
            batches: Batches::default(),
            blocked: VecDeque::new(),
            sticky: partitioner::Sticky::default(),
            ratio: compression::RatioEstimate::new(),
            identity: sequence::ProducerIdentity::new(),
            transaction: transaction::Transaction::default(),
            metadata: MetadataRefresh::new(),
            expiry: VecDeque::new(),
            flushed_at: None,
            next_request: u64::from(producer) << 32,
            counts: ProducerCounts::default(),
            accepted: Vec::new(),
            wake_sender: true,
            wake_at: Nanos::MAX,
            spare_requests: Vec::new(),
            spare_ids: Vec::new(),
        }
    }

    /// Takes one input and pushes what follows from it. `now` never goes back.
    pub(crate) fn step(&mut self, now: Nanos, input: ProducerInput<'_>, out: &mut Vec<ProducerOutput>) {
        if self.wake_at <= now {
            self.wake_at = Nanos::MAX;
            self.wake_sender = true;
        }
        match input {
            ProducerInput::Send { target, count, record_bytes } => {
                self.send(
                    now,
                    target,
                    RecordRun { count, record_bytes, resent: None, key: target.key() },
                    out,
                );
                out.append(&mut self.accepted);
            }
            ProducerInput::Resend { partition, records, record_bytes } => {
                let run = RecordRun { count: records.count, record_bytes, resent: Some(records), key: None };
                self.send(now, RecordTarget::Partition(partition), run, out);
            }
            other => {
                self.wake_sender = true;
                self.handle(now, other, out);
            }
        }
        // Most records only join an open batch, and then there is nothing to look at.
        if std::mem::take(&mut self.wake_sender) {
            self.run_sender(now, out);
        }
    }

    fn handle(&mut self, now: Nanos, input: ProducerInput<'_>, out: &mut Vec<ProducerOutput>) {
        match input {
            ProducerInput::Response { broker, request, results } => {
                self.answered(now, broker, request, results, out);
            }
            ProducerInput::Disconnected { broker } => {
                self.disconnected(now, broker, ErrorCode::NetworkException, out);
            }
            ProducerInput::Connected { broker } => self.connected(broker),
            ProducerInput::Throttled { broker, throttle } => self.throttled(now, broker, throttle),
            ProducerInput::Metadata(leaders) => self.learn_metadata(now, Some(leaders)),
            ProducerInput::MetadataFailed => self.learn_metadata(now, None),
            ProducerInput::ProducerId { id, epoch } => {
                self.adopt_producer_id(id, epoch);
                self.refresh_all_nodes(now);
            }
            ProducerInput::EndTransaction { commit } => self.end_transaction(now, commit, out),
            ProducerInput::Coordinator { correlation, reply } => {
                self.coordinator_answered(now, correlation, reply, out);
            }
            ProducerInput::Flush => {
                self.flushed_at = Some(now);
                self.refresh_all_nodes(now);
            }
            ProducerInput::Send { .. } | ProducerInput::Resend { .. } | ProducerInput::Wake => {}
        }
    }

    /// `Sender.runOnce`, until nothing moves any more at this instant.
    fn run_sender(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        loop {
            self.time_out_requests(now, out);
            self.expire(now, out);
            self.admit_blocked(now, out);
            out.append(&mut self.accepted);
            if self.settings.transactional.is_some() {
                self.run_transaction(now, out);
            } else {
                self.bump_epoch_if_needed(out);
            }
            if !self.send_ready(now, out) || self.blocked.is_empty() {
                break;
            }
        }
        self.wake_sender = false;
        self.refresh_metadata(now, out);
        self.ask_to_wake(now, out);
    }

    /// Asks for a wake-up if the next thing to do comes before the one that was asked for.
    fn ask_to_wake(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        let mut next = self.metadata.due();
        for (place, node) in self.nodes.iter().enumerate() {
            if let Some(oldest) = node.in_flight.front() {
                next = next.min(oldest.sent_at.saturating_add(self.settings.request_timeout));
            }
            let due = self.node_due(place);
            debug_assert!(due > now, "left undone");
            next = next.min(due);
        }
        if let Some((created_at, _)) = self.expiry.front() {
            next = next.min(created_at.saturating_add(self.settings.delivery_timeout));
        }
        next = next.min(self.transaction_due());
        if let Some(send) = self.blocked.front() {
            next = next.min(send.since.saturating_add(self.settings.max_block));
        }
        if next < self.wake_at && next < Nanos::MAX {
            self.wake_at = next;
            out.push(ProducerOutput::Wake(next));
        }
    }

    /// Takes back the list of a request that has been dealt with, to use it again.
    #[cfg(test)]
    pub(crate) fn recycle(&mut self, mut batches: Vec<(PartitionIx, Batch)>) {
        batches.clear();
        self.spare_requests.push(batches);
    }

    /// The settings it runs with.
    pub(crate) fn settings(&self) -> &ProducerSettings {
        &self.settings
    }

    /// How many records ended how.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> ProducerCounts {
        self.counts
    }

    /// How many records of a partition were accepted so far: their numbers are below this.
    #[cfg(test)]
    pub(crate) fn accepted(&self, partition: PartitionIx) -> u64 {
        self.queue_of(partition).map_or(0, |queue| self.queues[queue as usize].next_record)
    }

    /// Records that are accepted and neither acknowledged nor failed: what a crash of the producer takes.
    pub(crate) fn pending(&self) -> impl Iterator<Item = (PartitionIx, RecordRange)> + '_ {
        self.batches.iter().map(|batch| (self.queues[batch.queue as usize].partition, batch.records))
    }

    /// Where it stands, beside its application's `send()`.
    pub(crate) fn steps(&self) -> impl Iterator<Item = ClientStep> {
        let waits = self.nodes.iter().any(|node| !node.in_flight.is_empty());
        let backs_off = self.batches.iter().any(|batch| batch.attempts > 0 && !batch.in_flight);
        let steps = [
            (!self.blocked.is_empty(), ClientStep::Blocked),
            (waits, ClientStep::WaitForAck),
            (backs_off, ClientStep::BackOff),
        ];
        steps.into_iter().filter(|(is_so, _)| *is_so).map(|(_, step)| step)
    }

    /// Bytes of `buffer.memory` in use.
    #[cfg(test)]
    pub(crate) fn buffered_bytes(&self) -> u64 {
        self.memory.total - self.memory.free
    }

    /// Whether `send()` blocks now.
    #[cfg(test)]
    pub(crate) fn is_blocked(&self) -> bool {
        !self.blocked.is_empty()
    }

    /// How busy a broker is for this producer: requests without an answer, or as busy as can be when the
    /// connection was lost (`NetworkClient.leastLoadedNode`).
    pub(crate) fn load(&self, broker: BrokerId) -> usize {
        let node = self.nodes.iter().find(|node| node.broker == broker);
        node.map_or(0, |node| if node.failures > 0 { usize::MAX } else { node.in_flight.len() })
    }

    /// Requests without an answer, all brokers together.
    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> usize {
        self.nodes.iter().map(|node| node.in_flight.len()).sum()
    }
}

#[cfg(test)]
mod tests;
