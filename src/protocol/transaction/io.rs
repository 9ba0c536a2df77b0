//! What producers and brokers say to a transaction's coordinator, and what it answers and wants done.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::transaction::StateLog;
use crate::protocol::wire::ErrorCode;

/// A producer as the brokers know it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ProducerIdentity {
    pub id: i64,
    pub epoch: i16,
}

/// What is asked of the coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TransactionRequest {
    /// `InitProducerId`
    Init {
        /// `transaction.timeout.ms`
        timeout: Nanos,
        /// What the process has already and wants a new epoch for (KIP-360); `None` of a new process.
        known: Option<ProducerIdentity>,
    },
    /// `AddPartitionsToTxn`
    AddPartitions {
        producer: ProducerIdentity,
        partitions: Vec<PartitionIx>,
        /// A leader asks whether they are in the transaction (KIP-890, part 1).
        verify_only: bool,
    },
    /// `EndTxn`
    End {
        producer: ProducerIdentity,
        /// Else it is an abort.
        commit: bool,
    },
}

impl TransactionRequest {
    /// The answer when it is refused.
    pub(crate) fn refused(&self, error: ErrorCode) -> TransactionResponse {
        match self {
            TransactionRequest::Init { .. } => TransactionResponse::Ready { error, producer: None },
            TransactionRequest::AddPartitions { .. } => TransactionResponse::Added { error },
            TransactionRequest::End { .. } => TransactionResponse::Ended { error, producer: None },
        }
    }
}

/// What the coordinator answers. An error of [`ErrorCode::None`] is success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TransactionResponse {
    /// To [`TransactionRequest::Init`].
    Ready { error: ErrorCode, producer: Option<ProducerIdentity> },
    /// To [`TransactionRequest::AddPartitions`].
    Added { error: ErrorCode },
    /// To [`TransactionRequest::End`]: with version 2 the producer goes on with this epoch.
    Ended { error: ErrorCode, producer: Option<ProducerIdentity> },
}

impl TransactionResponse {
    /// Refusal, or [`ErrorCode::None`].
    pub(crate) fn error(&self) -> ErrorCode {
        match self {
            TransactionResponse::Ready { error, .. }
            | TransactionResponse::Added { error }
            | TransactionResponse::Ended { error, .. } => *error,
        }
    }
}

/// What happens to a coordinator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TransactionInput {
    Request {
        /// Address of the asker: answers go there.
        from: u32,
        /// Chosen by the asker; the answer carries it.
        correlation: u64,
        /// A producer id that nobody has, should one be needed.
        fresh_id: i64,
        request: TransactionRequest,
    },
    /// The state of its partition of `__transaction_state`, whenever it changes.
    Log(StateLog),
    /// That partition is led by a replica that has none of the id's records.
    LogLost,
    /// A leader's answer to [`TransactionOutput::Mark`], or that there will be none.
    Marked { partition: PartitionIx, error: ErrorCode },
    /// A time that [`TransactionOutput::Wake`] asked for has come.
    Wake,
}

/// What a coordinator wants done or has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TransactionOutput {
    Reply {
        /// Address of the asker.
        to: u32,
        correlation: u64,
        reply: TransactionResponse,
    },
    /// `WriteTxnMarkers` to the partition's leader: answer with [`TransactionInput::Marked`].
    Mark {
        partition: PartitionIx,
        producer: ProducerIdentity,
        /// Else it is an abort marker.
        commit: bool,
    },
    /// The decision is in the log: from here on the transaction ends like this, whatever happens.
    Decided {
        /// Whose transaction it is, with the epoch in which it wrote.
        producer: ProducerIdentity,
        commit: bool,
    },
    /// All markers are written.
    Completed { commit: bool },
    /// The transaction was open for longer than its time-out.
    TimedOut,
    /// A process has begun, and every older one is fenced.
    Began { to: u32, producer: ProducerIdentity },
    /// Step with [`TransactionInput::Wake`] at this time.
    Wake(Nanos),
}
