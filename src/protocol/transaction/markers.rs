//! Markers: written to every partition of a decided transaction, again and again until each has one.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::transaction::{StateLog, TransactionCoordinator, TransactionOutput, TransactionState};
use crate::protocol::wire::ErrorCode;

impl TransactionCoordinator {
    /// A transaction is decided, by this coordinator or by the one before: its partitions get their markers.
    pub(super) fn begin_marking(&mut self, now: Nanos) {
        let Some(metadata) = &self.metadata else { return };
        if metadata.state.decided().is_some() {
            self.unmarked = metadata.partitions.iter().map(|partition| (*partition, now)).collect();
            self.marking = true;
        }
    }

    pub(super) fn send_markers(&mut self, now: Nanos, out: &mut Vec<TransactionOutput>) {
        let Some(metadata) = &self.metadata else { return };
        let Some(commit) = metadata.state.decided().filter(|_| self.log == StateLog::Writable) else {
            return;
        };
        if self.pending.is_some() || !self.marking {
            return;
        }
        for (partition, at) in self.unmarked.iter_mut().filter(|(_, at)| **at <= now) {
            // Under way: nothing more until there is an answer.
            *at = Nanos::MAX;
            let (partition, producer) = (*partition, metadata.producer);
            out.push(TransactionOutput::Mark { partition, producer, commit });
        }
        if self.unmarked.is_empty() {
            self.marking = false;
            self.complete(now, commit, out);
        }
    }

    /// A leader has answered. What can be tried again is, after a while, with whoever leads then.
    pub(super) fn marked(&mut self, now: Nanos, partition: PartitionIx, error: ErrorCode) {
        let Some(at) = self.unmarked.get_mut(&partition) else { return };
        match error {
            // A newer coordinator has written a marker of a newer epoch: this one is not needed any more.
            ErrorCode::None | ErrorCode::InvalidProducerEpoch => _ = self.unmarked.remove(&partition),
            _ => *at = now.saturating_add(self.settings.marker_backoff),
        }
    }

    fn complete(&mut self, now: Nanos, commit: bool, out: &mut Vec<TransactionOutput>) {
        let Some(mut metadata) = self.metadata.clone() else { return };
        metadata.state =
            if commit { TransactionState::CompleteCommit } else { TransactionState::CompleteAbort };
        metadata.partitions.clear();
        if let Some(next) = metadata.next.take() {
            metadata.producer = next;
        }
        out.push(TransactionOutput::Completed { commit });
        self.write(now, metadata, None, None);
    }
}
