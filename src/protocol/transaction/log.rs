//! The coordinator's log: a change of state counts once it is replicated, and outlives its leader.

use crate::model::Nanos;
use crate::protocol::transaction::state::{PendingWrite, Requester, TransactionMetadata};
use crate::protocol::transaction::{
    ProducerIdentity, StateLog, TransactionCoordinator, TransactionOutput, TransactionResponse, answer,
};
use crate::protocol::wire::ErrorCode;
use std::collections::BTreeMap;

impl TransactionCoordinator {
    /// Appends the next state; what it means happens in [`TransactionCoordinator::finish_write`].
    pub(super) fn write(
        &mut self,
        now: Nanos,
        metadata: TransactionMetadata,
        reply: Option<(Requester, TransactionResponse)>,
        decides: Option<(ProducerIdentity, bool)>,
    ) {
        let done_at = now.saturating_add(self.settings.write_latency);
        self.pending = Some(PendingWrite { metadata, done_at, reply, decides });
    }

    pub(super) fn finish_write(&mut self, now: Nanos, out: &mut Vec<TransactionOutput>) {
        let writable = self.log == StateLog::Writable;
        let Some(done) = self.pending.take_if(|pending| writable && pending.done_at <= now) else { return };
        self.metadata = Some(done.metadata);
        if let Some((requester, reply)) = done.reply {
            if let TransactionResponse::Ready { producer: Some(producer), .. } = &reply {
                out.push(TransactionOutput::Began { to: requester.from, producer: *producer });
            }
            answer(out, requester, reply);
        }
        if let Some((producer, commit)) = done.decides {
            out.push(TransactionOutput::Decided { producer, commit });
            self.begin_marking(now);
        }
    }

    pub(super) fn log_is(&mut self, now: Nanos, log: StateLog, out: &mut Vec<TransactionOutput>) {
        let before = std::mem::replace(&mut self.log, log);
        match (before, log) {
            (StateLog::NoLeader, StateLog::NoLeader) => {}
            (_, StateLog::NoLeader) => self.resign(out),
            (StateLog::NoLeader, _) if self.settings.resumes => self.begin_marking(now),
            _ => {}
        }
    }

    /// The coordinator is gone: a record that was not replicated never was, and who waits for it asks the next one.
    fn resign(&mut self, out: &mut Vec<TransactionOutput>) {
        (self.marking, self.unmarked) = (false, BTreeMap::new());
        let Some((requester, reply)) = self.pending.take().and_then(|pending| pending.reply) else { return };
        let error = ErrorCode::NotCoordinator;
        let reply = match reply {
            TransactionResponse::Ready { .. } => TransactionResponse::Ready { error, producer: None },
            TransactionResponse::Added { .. } => TransactionResponse::Added { error },
            TransactionResponse::Ended { .. } => TransactionResponse::Ended { error, producer: None },
        };
        answer(out, requester, reply);
    }

    /// The id's records are gone: the next coordinator has never heard of it.
    pub(super) fn forget(&mut self) {
        (self.metadata, self.pending) = (None, None);
        (self.marking, self.unmarked) = (false, BTreeMap::new());
    }
}
