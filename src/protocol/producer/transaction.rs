//! Transactions on the client: the coordinator's calls, what waits for them, what has to be aborted (`TransactionManager`).

use crate::model::{Nanos, PartitionIx};
use crate::protocol::producer::batch::{BatchId, ProducerBatch};
use crate::protocol::producer::{Producer, ProducerOutput, Transactional, is_retriable};
use crate::protocol::transaction::{ProducerIdentity, TransactionRequest, TransactionResponse};
use crate::protocol::wire::ErrorCode;
use std::collections::BTreeSet;

/// Between two tries while the transaction before is being completed (`ADD_PARTITIONS_RETRY_BACKOFF_MS`).
const CONCURRENT_BACKOFF: Nanos = 20_000_000;

/// Where the producer is (`TransactionManager.State`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// `initTransactions()` has not returned.
    #[default]
    Initializing,
    /// Sends belong to the transaction.
    Open,
    /// Some send has failed: nothing more is sent, and the application has to abort.
    AbortNeeded,
    /// `commitTransaction()` or `abortTransaction()` is under way.
    Ending { commit: bool },
    /// After an abort a new epoch is asked for, because some sequences are gone (KIP-360).
    Bumping,
    /// Fenced: nothing works any more.
    Over,
}

/// What was asked of the coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Call {
    correlation: u64,
    adds: Vec<PartitionIx>,
}

/// The producer's side of its transactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Transaction {
    state: State,
    /// The one call that is under way.
    call: Option<Call>,
    next_call: u64,
    /// No call before this time.
    retry_at: Nanos,
    /// Partitions that the coordinator knows to be in the transaction (version 1).
    added: BTreeSet<PartitionIx>,
    /// Partitions that were asked to be added: whether they were is not known before an answer.
    to_add: BTreeSet<PartitionIx>,
    /// Something was sent: there is a transaction to end.
    began: bool,
    /// A batch was lost: its sequences are a gap in this epoch.
    has_gap: bool,
}

impl Producer {
    fn transactional(&self) -> Option<Transactional> {
        self.settings.transactional
    }

    /// What is due with the coordinator: at most one call at a time.
    pub(super) fn run_transaction(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        let Some(transactional) = self.transactional() else { return };
        if self.transaction.call.is_some() || self.transaction.retry_at > now {
            return;
        }
        self.transaction.retry_at = 0;
        let timeout = transactional.timeout;
        let producer = ProducerIdentity { id: self.identity.id, epoch: self.identity.epoch };
        let state = self.transaction.state;
        match state {
            State::Initializing => self.call(TransactionRequest::Init { timeout, known: None }, out),
            State::Bumping => self.call(TransactionRequest::Init { timeout, known: Some(producer) }, out),
            State::Open | State::Ending { .. } if !transactional.v2 && self.add_partitions(producer, out) => {
            }
            State::Ending { commit } if !self.has_open_batches() => {
                if self.transaction.began {
                    self.call(TransactionRequest::End { producer, commit }, out);
                } else {
                    self.transaction_ended(commit, None, out);
                }
            }
            _ => {}
        }
    }

    /// Partitions have to be in the transaction before the first write (version 1). Says whether it asks for some.
    fn add_partitions(&mut self, producer: ProducerIdentity, out: &mut Vec<ProducerOutput>) -> bool {
        let waits = self.queues.iter().filter(|queue| !queue.batches.is_empty());
        let waiting = waits.map(|queue| queue.partition);
        let new = waiting.filter(|partition| !self.transaction.added.contains(partition));
        let partitions: BTreeSet<PartitionIx> = new.chain(self.transaction.to_add.iter().copied()).collect();
        if partitions.is_empty() {
            return false;
        }
        self.transaction.to_add.clone_from(&partitions);
        let partitions = partitions.into_iter().collect();
        self.call(TransactionRequest::AddPartitions { producer, partitions, verify_only: false }, out);
        true
    }

    fn call(&mut self, request: TransactionRequest, out: &mut Vec<ProducerOutput>) {
        let correlation = self.transaction.next_call;
        self.transaction.next_call += 1;
        let adds = match &request {
            TransactionRequest::AddPartitions { partitions, .. } => partitions.clone(),
            _ => Vec::new(),
        };
        self.transaction.call = Some(Call { correlation, adds });
        out.push(ProducerOutput::Coordinator { correlation, request });
    }

    /// When a call is due that had to wait.
    pub(super) fn transaction_due(&self) -> Nanos {
        let waits = self.transaction.call.is_none() && self.transaction.retry_at < Nanos::MAX;
        let idle = self.transactional().is_none() || self.transaction.state == State::Over;
        if waits && !idle && self.transaction.retry_at > 0 { self.transaction.retry_at } else { Nanos::MAX }
    }

    fn has_open_batches(&self) -> bool {
        self.batches.iter().next().is_some()
    }

    /// Whether a partition's batches may go out as far as the transaction goes.
    pub(super) fn transaction_allows(&self, queue: u32, head: &ProducerBatch) -> bool {
        let Some(transactional) = self.transactional() else { return true };
        let partition = self.queues[queue as usize].partition;
        let sends = match self.transaction.state {
            State::Open | State::Ending { commit: true } => true,
            // What was numbered is settled all the same, so that the line has no gap.
            State::AbortNeeded | State::Ending { commit: false } => head.base_sequence >= 0,
            State::Initializing | State::Bumping | State::Over => false,
        };
        sends && (transactional.v2 || self.transaction.added.contains(&partition))
    }

    /// A batch went out for the first time.
    pub(super) fn transaction_sends(&mut self) {
        self.transaction.began = true;
    }

    /// The application ends its transaction: everything buffered goes out first, or is dropped.
    pub(super) fn end_transaction(&mut self, now: Nanos, commit: bool, out: &mut Vec<ProducerOutput>) {
        match self.transaction.state {
            State::Open | State::AbortNeeded | State::Ending { .. } => {}
            State::Initializing | State::Bumping | State::Over => return,
        }
        if self.transaction.state == State::AbortNeeded && commit {
            return;
        }
        self.transaction.state = State::Ending { commit };
        if !commit {
            self.drop_unsent(now, out);
        }
        self.flushed_at = Some(now);
        self.refresh_all_nodes(now);
    }

    /// Batches that never went out are not sent any more (`RecordAccumulator.abortUndrainedBatches`).
    fn drop_unsent(&mut self, now: Nanos, out: &mut Vec<ProducerOutput>) {
        let mut unsent = Vec::new();
        for queue in &mut self.queues {
            let batches = &self.batches;
            let is_unsent = |id: &BatchId| batches.get(*id).is_some_and(|batch| batch.base_sequence < 0);
            unsent.extend(queue.batches.iter().copied().filter(is_unsent));
            queue.batches.retain(|id| !is_unsent(id));
        }
        for id in unsent {
            self.fail(now, id, ErrorCode::TransactionAbortable, false, out);
        }
    }

    /// The coordinator has answered, or will not.
    pub(super) fn coordinator_answered(
        &mut self,
        now: Nanos,
        correlation: u64,
        reply: Option<&TransactionResponse>,
        out: &mut Vec<ProducerOutput>,
    ) {
        let Some(call) = self.transaction.call.take_if(|call| call.correlation == correlation) else {
            return;
        };
        let error = reply.map_or(ErrorCode::NetworkException, TransactionResponse::error);
        match (error, reply) {
            (ErrorCode::None, Some(TransactionResponse::Ready { producer: Some(producer), .. })) => {
                self.transactions_ready(now, *producer, out);
            }
            (ErrorCode::None, Some(TransactionResponse::Added { .. })) => {
                self.transaction.added.extend(call.adds);
                self.transaction.to_add.clear();
                self.transaction.began = true;
                self.refresh_all_nodes(now);
            }
            (ErrorCode::None, Some(TransactionResponse::Ended { producer, .. })) => {
                if let State::Ending { commit } = self.transaction.state {
                    self.transaction_ended(commit, *producer, out);
                    self.refresh_all_nodes(now);
                }
            }
            (ErrorCode::TransactionAbortable, _) => self.need_abort(error, out),
            (error, _) if is_retriable(error) || error == ErrorCode::None => {
                let concurrent = error == ErrorCode::ConcurrentTransactions && !call.adds.is_empty();
                let wait = if concurrent { CONCURRENT_BACKOFF } else { self.settings.retry_backoff };
                self.transaction.retry_at = now.saturating_add(wait);
            }
            (error, _) => self.fenced(now, error, out),
        }
    }

    fn transactions_ready(&mut self, now: Nanos, producer: ProducerIdentity, out: &mut Vec<ProducerOutput>) {
        let initializing = self.transaction.state == State::Initializing;
        self.adopt_producer_id(producer.id, producer.epoch);
        self.transaction.state = State::Open;
        self.refresh_all_nodes(now);
        out.push(if initializing {
            ProducerOutput::TransactionsReady
        } else {
            ProducerOutput::TransactionEnded { committed: false }
        });
    }

    /// With version 2 **every** line starts again at 0, for the epoch is another one; with version 1 lines go on.
    fn transaction_ended(
        &mut self,
        committed: bool,
        producer: Option<ProducerIdentity>,
        out: &mut Vec<ProducerOutput>,
    ) {
        let has_gap = std::mem::take(&mut self.transaction.has_gap);
        self.transaction.began = false;
        self.transaction.added.clear();
        self.transaction.to_add.clear();
        self.transaction.state = State::Open;
        match self.transactional() {
            Some(transactional) if transactional.v2 => {
                if let Some(producer) = producer {
                    self.adopt_producer_id(producer.id, producer.epoch);
                }
            }
            _ if has_gap => return self.transaction.state = State::Bumping,
            _ => {}
        }
        out.push(ProducerOutput::TransactionEnded { committed });
    }

    /// A batch of the transaction is lost for good: it cannot be committed.
    pub(super) fn transaction_lost_batch(
        &mut self,
        batch: &ProducerBatch,
        error: ErrorCode,
        out: &mut Vec<ProducerOutput>,
    ) {
        self.transaction.has_gap |= batch.base_sequence >= 0;
        if !matches!(self.transaction.state, State::Ending { commit: false } | State::Over) {
            self.need_abort(error, out);
        }
    }

    fn need_abort(&mut self, error: ErrorCode, out: &mut Vec<ProducerOutput>) {
        if matches!(self.transaction.state, State::Open | State::Ending { commit: true }) {
            self.transaction.state = State::AbortNeeded;
            out.push(ProducerOutput::AbortNeeded { error });
        }
    }

    /// Nothing works any more: what is buffered fails, and the application has to close the producer.
    fn fenced(&mut self, now: Nanos, error: ErrorCode, out: &mut Vec<ProducerOutput>) {
        self.transaction.state = State::Over;
        let queued: Vec<BatchId> = self.queues.iter_mut().flat_map(|queue| queue.batches.drain(..)).collect();
        for id in queued {
            self.fail(now, id, error, false, out);
        }
        out.push(ProducerOutput::Fenced { error });
    }
}
