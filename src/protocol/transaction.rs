//! The coordinator of one transactional id, versions 1 and 2 of the protocol (kafka.md#transactions).
//!
//! The coordinator is the leader of the id's partition of `__transaction_state`; what that partition can do comes in as
//! [`TransactionInput::Log`]. A decision is a record of it: it counts once it is replicated. Source: Kafka's
//! `TransactionCoordinator`, `TransactionMetadata`, `TransactionMarkerChannelManager`; KIP-98, KIP-360, KIP-890.

mod decide;
mod io;
mod log;
mod markers;
mod settings;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use io::{
    ProducerIdentity, TransactionInput, TransactionOutput, TransactionRequest, TransactionResponse,
};
pub(crate) use settings::TransactionSettings;
pub(crate) use state::TransactionState;

use crate::model::{Nanos, PartitionIx};
/// A partition of `__transaction_state` can do what one of `__consumer_offsets` can.
pub(crate) use crate::protocol::group::OffsetsPartition as StateLog;
use crate::protocol::wire::ErrorCode;
use state::{PendingWrite, Requester, TransactionMetadata};
use std::collections::BTreeMap;

/// A coordinator of one transactional id. Step it with inputs in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct TransactionCoordinator {
    settings: TransactionSettings,
    log: StateLog,
    /// What its log says of the id; `None` before the first process.
    metadata: Option<TransactionMetadata>,
    /// The record that is being replicated.
    pending: Option<PendingWrite>,
    /// Partitions without their marker, each with the time before which it is not asked (again).
    unmarked: BTreeMap<PartitionIx, Nanos>,
    /// Markers of a decided transaction are being written.
    marking: bool,
    wake_at: Nanos,
}

impl TransactionCoordinator {
    pub(crate) fn new(settings: TransactionSettings) -> Self {
        TransactionCoordinator {
            settings,
            log: StateLog::Writable,
            metadata: None,
            pending: None,
            unmarked: BTreeMap::new(),
            marking: false,
            wake_at: Nanos::MAX,
        }
    }

    /// Takes one input and pushes what follows from it. `now` never goes back.
    pub(crate) fn step(&mut self, now: Nanos, input: TransactionInput, out: &mut Vec<TransactionOutput>) {
        if self.wake_at <= now {
            self.wake_at = Nanos::MAX;
        }
        match input {
            TransactionInput::Request { from, correlation, fresh_id, request } => {
                self.asked(now, Requester { from, correlation }, fresh_id, request, out);
            }
            TransactionInput::Log(log) => self.log_is(now, log, out),
            TransactionInput::LogLost => self.forget(),
            TransactionInput::Marked { partition, error } => self.marked(now, partition, error),
            TransactionInput::Wake => {}
        }
        if self.log != StateLog::NoLeader {
            self.finish_write(now, out);
            self.sweep(now, out);
            self.send_markers(now, out);
            self.ask_to_wake(now, out);
        }
    }

    fn asked(
        &mut self,
        now: Nanos,
        requester: Requester,
        fresh_id: i64,
        request: TransactionRequest,
        out: &mut Vec<TransactionOutput>,
    ) {
        let refused = match self.log {
            StateLog::NoLeader => Some(ErrorCode::NotCoordinator),
            // The record could not be written (`TransactionStateManager.appendTransactionToLog`).
            StateLog::BelowMinIsr => Some(ErrorCode::CoordinatorNotAvailable),
            StateLog::Writable => self.pending.is_some().then_some(ErrorCode::ConcurrentTransactions),
        };
        if let Some(error) = refused {
            return answer(out, requester, request.refused(error));
        }
        match request {
            TransactionRequest::Init { timeout, known } => {
                self.init(now, requester, (timeout, known), fresh_id, out);
            }
            TransactionRequest::AddPartitions { producer, partitions, verify_only } => {
                self.add_partitions(now, requester, producer, (partitions, verify_only), out);
            }
            TransactionRequest::End { producer, commit } => {
                self.end(now, requester, producer, commit, fresh_id, out);
            }
        }
    }

    /// Every `transaction.abort.timed.out.transaction.cleanup.interval.ms` transactions that are open for too long are
    /// aborted, with the next epoch, so that their producer is fenced (`abortTimedOutTransactions`).
    fn sweep(&mut self, now: Nanos, out: &mut Vec<TransactionOutput>) {
        let Some(metadata) = &self.metadata else { return };
        let late = metadata.state == TransactionState::Ongoing && metadata.expires_at() <= now;
        let due = now.is_multiple_of(self.settings.sweep_interval.max(1));
        if late && due && self.pending.is_none() && self.log == StateLog::Writable {
            out.push(TransactionOutput::TimedOut);
            self.abort_and_fence(now);
        }
    }

    /// The first sweep at or after a time.
    fn sweep_at(&self, time: Nanos) -> Nanos {
        time.checked_next_multiple_of(self.settings.sweep_interval.max(1)).unwrap_or(Nanos::MAX)
    }

    fn ask_to_wake(&mut self, now: Nanos, out: &mut Vec<TransactionOutput>) {
        let writable = self.log == StateLog::Writable;
        let write = self.pending.as_ref().filter(|_| writable).map(|pending| pending.done_at);
        let open = self.metadata.as_ref().filter(|metadata| metadata.state == TransactionState::Ongoing);
        // What a sweep could not do is left to the next one.
        let sweep = open.map(|metadata| self.sweep_at(metadata.expires_at().max(now + 1)));
        let markers = self.unmarked.values().copied().filter(|at| *at != Nanos::MAX && *at > now);
        let next = markers.chain(write).chain(sweep).min();
        if let Some(next) = next.filter(|next| *next < self.wake_at) {
            self.wake_at = next;
            out.push(TransactionOutput::Wake(next));
        }
    }

    /// Where the transaction is in its life.
    pub(crate) fn state(&self) -> TransactionState {
        self.metadata.as_ref().map_or(TransactionState::Empty, |metadata| metadata.state)
    }

    /// Whether a partition is in the transaction that is open or being ended.
    pub(crate) fn includes(&self, partition: PartitionIx) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| metadata.partitions.contains(&partition))
    }

    /// Who may write: the id and epoch of the newest process.
    pub(crate) fn producer(&self) -> Option<ProducerIdentity> {
        self.metadata.as_ref().map(|metadata| metadata.producer)
    }
}

fn answer(out: &mut Vec<TransactionOutput>, requester: Requester, reply: TransactionResponse) {
    out.push(TransactionOutput::Reply { to: requester.from, correlation: requester.correlation, reply });
}
