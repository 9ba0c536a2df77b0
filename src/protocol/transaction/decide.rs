//! What may be asked in which state: who is fenced, what is a retry, which epoch comes next.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::transaction::state::{Requester, TransactionMetadata};
use crate::protocol::transaction::{
    ProducerIdentity, TransactionCoordinator, TransactionOutput, TransactionResponse, TransactionState,
    answer,
};
use crate::protocol::wire::ErrorCode;
use std::collections::BTreeSet;

/// The last epoch that a producer gets: the largest number is left for the coordinator's own abort.
const LAST_EPOCH: i16 = i16::MAX - 1;

impl ProducerIdentity {
    /// The same producer one epoch later, or another id once its epochs are used up.
    fn bumped(self, fresh_id: i64) -> ProducerIdentity {
        if self.epoch >= LAST_EPOCH {
            ProducerIdentity { id: fresh_id, epoch: 0 }
        } else {
            ProducerIdentity { epoch: self.epoch + 1, ..self }
        }
    }
}

impl TransactionCoordinator {
    /// `InitProducerId`: an open transaction of the process before is aborted first, and the asker tries again.
    pub(super) fn init(
        &mut self,
        now: Nanos,
        requester: Requester,
        (timeout, known): (Nanos, Option<ProducerIdentity>),
        fresh_id: i64,
        out: &mut Vec<TransactionOutput>,
    ) {
        if timeout > self.settings.max_timeout {
            let error = ErrorCode::InvalidTransactionTimeout;
            return answer(out, requester, TransactionResponse::Ready { error, producer: None });
        }
        let Some(metadata) = self.metadata.clone() else {
            let producer = ProducerIdentity { id: fresh_id, epoch: 0 };
            return self.begin(now, requester, TransactionMetadata::of(producer, timeout));
        };
        let mut refuse = |error| answer(out, requester, TransactionResponse::Ready { error, producer: None });
        // A process that asks for a new epoch must be the newest one, or have had its answer lost (KIP-360).
        if known.is_some_and(|known| known != metadata.producer && Some(known) != metadata.previous) {
            return refuse(ErrorCode::ProducerFenced);
        }
        match metadata.state {
            TransactionState::PrepareCommit | TransactionState::PrepareAbort => {
                refuse(ErrorCode::ConcurrentTransactions);
            }
            TransactionState::Ongoing if self.settings.fences => {
                refuse(ErrorCode::ConcurrentTransactions);
                self.abort_and_fence(now);
            }
            _ => {
                let mut next = metadata.clone();
                next.previous = known;
                next.timeout = timeout;
                if self.settings.fences {
                    next.producer = metadata.producer.bumped(fresh_id);
                    next.state = TransactionState::Empty;
                }
                self.begin(now, requester, next);
            }
        }
    }

    fn begin(&mut self, now: Nanos, requester: Requester, metadata: TransactionMetadata) {
        let producer = Some(metadata.producer);
        let reply = TransactionResponse::Ready { error: ErrorCode::None, producer };
        self.write(now, metadata, Some((requester, reply)), None);
    }

    /// Aborts the open transaction with the next epoch: whoever has it is fenced (`prepareFenceProducerEpoch`).
    pub(super) fn abort_and_fence(&mut self, now: Nanos) {
        let Some(mut metadata) = self.metadata.clone() else { return };
        let wrote = metadata.producer;
        metadata.producer.epoch = wrote.epoch.saturating_add(1);
        metadata.state = TransactionState::PrepareAbort;
        metadata.previous = None;
        self.write(now, metadata, None, Some((wrote, false)));
    }

    /// `AddPartitionsToTxn`, of the producer (version 1) or of a leader for it (version 2, or to verify).
    pub(super) fn add_partitions(
        &mut self,
        now: Nanos,
        requester: Requester,
        producer: ProducerIdentity,
        (partitions, verify_only): (Vec<PartitionIx>, bool),
        out: &mut Vec<TransactionOutput>,
    ) {
        let mut refuse = |error| answer(out, requester, TransactionResponse::Added { error });
        let metadata = match self.known(producer) {
            Ok(metadata) => metadata,
            Err(error) => return refuse(error),
        };
        let ongoing = metadata.state == TransactionState::Ongoing;
        let has_all = partitions.iter().all(|partition| metadata.partitions.contains(partition));
        if metadata.state.decided().is_some() {
            return refuse(ErrorCode::ConcurrentTransactions);
        }
        if ongoing && has_all {
            return refuse(ErrorCode::None);
        }
        if verify_only {
            return refuse(ErrorCode::InvalidTxnState);
        }
        let mut next = metadata.clone();
        if !ongoing {
            (next.state, next.started_at, next.partitions) =
                (TransactionState::Ongoing, now, BTreeSet::new());
        }
        next.partitions.extend(partitions);
        self.write(now, next, Some((requester, TransactionResponse::Added { error: ErrorCode::None })), None);
    }

    /// The metadata, if the asker is the newest process of the id.
    fn known(&self, producer: ProducerIdentity) -> Result<&TransactionMetadata, ErrorCode> {
        let metadata = self.metadata.as_ref().ok_or(ErrorCode::InvalidProducerIdMapping)?;
        match metadata.producer {
            known if known.id != producer.id => Err(ErrorCode::InvalidProducerIdMapping),
            known if known.epoch != producer.epoch => Err(ErrorCode::ProducerFenced),
            _ => Ok(metadata),
        }
    }

    /// `EndTxn` (`TransactionCoordinator.endTransaction`). With version 2 the epoch rises here, and the marker carries
    /// the new one.
    pub(super) fn end(
        &mut self,
        now: Nanos,
        requester: Requester,
        producer: ProducerIdentity,
        commit: bool,
        fresh_id: i64,
        out: &mut Vec<TransactionOutput>,
    ) {
        let mut reply =
            |error, producer| answer(out, requester, TransactionResponse::Ended { error, producer });
        if let Some(again) = self.is_asked_again(producer, commit) {
            let goes_on = self.metadata.as_ref().map(|metadata| metadata.producer);
            return reply(again, goes_on.filter(|_| again == ErrorCode::None));
        }
        let metadata = match self.known(producer) {
            Ok(metadata) => metadata,
            Err(error) => return reply(error, None),
        };
        // Markers of the transaction before are under way: an end of the next one would be taken for theirs.
        if metadata.state.decided().is_some() {
            return reply(ErrorCode::ConcurrentTransactions, None);
        }
        let ends_nothing = metadata.state != TransactionState::Ongoing;
        // An abort of nothing is good for a new epoch, with version 2.
        if ends_nothing && (commit || !self.settings.v2) {
            return reply(ErrorCode::InvalidTxnState, None);
        }
        let mut next = metadata.clone();
        next.state = TransactionState::prepare(commit);
        next.previous = Some(producer);
        if ends_nothing {
            next.partitions.clear();
        }
        let mut goes_on = producer;
        if self.settings.v2 {
            goes_on = producer.bumped(fresh_id);
            next.next = (goes_on.id != producer.id).then_some(goes_on);
            next.producer.epoch = producer.epoch.saturating_add(1);
        }
        let reply = TransactionResponse::Ended { error: ErrorCode::None, producer: Some(goes_on) };
        self.write(now, next, Some((requester, reply)), Some((producer, commit)));
    }

    /// What a producer hears whose answer was lost: success once the markers are written, until then to try again.
    /// `None` if this end is asked for the first time.
    fn is_asked_again(&self, producer: ProducerIdentity, commit: bool) -> Option<ErrorCode> {
        let metadata = self.metadata.as_ref()?;
        let again = metadata.previous == Some(producer);
        let done = metadata.state.completed() == Some(commit);
        match metadata.state.decided() {
            Some(decided) if again && decided == commit => Some(ErrorCode::ConcurrentTransactions),
            Some(_) if again => Some(ErrorCode::InvalidTxnState),
            None if again && done => Some(ErrorCode::None),
            _ => None,
        }
    }
}

impl TransactionMetadata {
    fn of(producer: ProducerIdentity, timeout: Nanos) -> TransactionMetadata {
        TransactionMetadata {
            producer,
            previous: None,
            next: None,
            timeout,
            state: TransactionState::Empty,
            partitions: BTreeSet::new(),
            started_at: 0,
        }
    }
}
