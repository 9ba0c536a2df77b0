//! What a coordinator knows of its transactional id.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::transaction::{ProducerIdentity, TransactionResponse};
use std::collections::BTreeSet;

/// The state of a transaction (`TransactionState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum TransactionState {
    #[default]
    Empty,
    Ongoing,
    /// Decided; markers are being written.
    PrepareCommit,
    PrepareAbort,
    /// All markers are written.
    CompleteCommit,
    CompleteAbort,
}

impl TransactionState {
    /// What was decided and is not complete.
    pub(crate) fn decided(self) -> Option<bool> {
        match self {
            TransactionState::PrepareCommit => Some(true),
            TransactionState::PrepareAbort => Some(false),
            _ => None,
        }
    }

    /// How the last transaction ended, once it is complete.
    pub(super) fn completed(self) -> Option<bool> {
        match self {
            TransactionState::CompleteCommit => Some(true),
            TransactionState::CompleteAbort => Some(false),
            _ => None,
        }
    }

    pub(super) fn prepare(commit: bool) -> TransactionState {
        if commit { TransactionState::PrepareCommit } else { TransactionState::PrepareAbort }
    }
}

/// Who asked and with which correlation: where an answer goes that has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Requester {
    pub(super) from: u32,
    pub(super) correlation: u64,
}

/// What the log says of an id (`TransactionMetadata`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TransactionMetadata {
    pub(super) producer: ProducerIdentity,
    /// Who ended the last transaction: an end that is asked for again is known by it.
    pub(super) previous: Option<ProducerIdentity>,
    /// Whom the producer becomes when the markers are written, if the epochs of this id are used up.
    pub(super) next: Option<ProducerIdentity>,
    /// `transaction.timeout.ms` of the producer.
    pub(super) timeout: Nanos,
    pub(super) state: TransactionState,
    pub(super) partitions: BTreeSet<PartitionIx>,
    pub(super) started_at: Nanos,
}

impl TransactionMetadata {
    /// When an open transaction has been open for too long.
    pub(super) fn expires_at(&self) -> Nanos {
        self.started_at.saturating_add(self.timeout)
    }
}

/// A record on its way into the log.
#[derive(Clone, Debug)]
pub(super) struct PendingWrite {
    /// What holds once it is replicated.
    pub(super) metadata: TransactionMetadata,
    /// It is replicated then, if the log is.
    pub(super) done_at: Nanos,
    /// What is answered then, and to whom.
    pub(super) reply: Option<(Requester, TransactionResponse)>,
    /// The decision that it holds, of the producer as it was.
    pub(super) decides: Option<(ProducerIdentity, bool)>,
}
