//! Commits: automatic, synchronous, asynchronous (`ConsumerCoordinator`, kafka.md#commits).

use crate::model::Nanos;
use crate::protocol::consumer::coordinator::CoordinatorCall;
use crate::protocol::consumer::{CommitStrategy, Consumer, ConsumerOutput};
use crate::protocol::group::{GroupRequest, PartitionOffset};
use crate::protocol::producer::is_retriable;
use crate::protocol::wire::ErrorCode;

/// What a commit is for, which decides what follows from its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CommitPurpose {
    /// `commitAsync()`; with `retry` the application sends the same offsets again after a failure.
    Async { retry: bool },
    /// The auto-commit timer ran out.
    Auto,
    /// The application waits in `commitSync()` until this time.
    Sync { until: Nanos },
    /// Before the partitions are given up.
    Revocation { until: Nanos },
    /// In `close()`.
    Close { until: Nanos },
}

impl CommitPurpose {
    /// Until when it is tried again.
    fn until(self) -> Option<Nanos> {
        match self {
            CommitPurpose::Async { .. } | CommitPurpose::Auto => None,
            CommitPurpose::Sync { until }
            | CommitPurpose::Revocation { until }
            | CommitPurpose::Close { until } => Some(until),
        }
    }
}

/// `KafkaConsumer.DEFAULT_CLOSE_TIMEOUT_MS`.
const CLOSE_TIMEOUT: Nanos = 30_000_000_000;

impl Consumer {
    /// All positions (`SubscriptionState.allConsumed`): what `poll()` has **returned**, processed or not.
    pub(super) fn consumed(&self) -> Vec<PartitionOffset> {
        let known = self.owned.iter().filter_map(|owned| Some((owned, owned.position?)));
        known
            .map(|(owned, offset)| PartitionOffset {
                partition: owned.partition,
                offset,
                leader_epoch: owned.epoch,
            })
            .collect()
    }

    /// From inside `poll()`, before it returns new records: so it commits what **earlier** polls returned.
    pub(super) fn auto_commit(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if self.settings.work.commit == CommitStrategy::Auto && now >= self.next_auto_commit {
            self.next_auto_commit = now.saturating_add(self.settings.auto_commit_interval);
            self.commit(now, CommitPurpose::Auto, self.consumed(), out);
        }
    }

    /// `true` when the member has to wait for it before it gives its partitions up.
    pub(super) fn commit_before_revocation(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        if self.settings.work.commit != CommitStrategy::Auto {
            return false;
        }
        let until = now.saturating_add(self.settings.max_poll_interval);
        self.commit(now, CommitPurpose::Revocation { until }, self.consumed(), out)
    }

    /// `true` when `close()` has to wait for it.
    pub(super) fn commit_on_close(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        if self.settings.work.commit != CommitStrategy::Auto {
            return false;
        }
        let until = now.saturating_add(CLOSE_TIMEOUT);
        self.commit(now, CommitPurpose::Close { until }, self.consumed(), out)
    }

    /// `commitSync()`; `false` when there is nothing to wait for.
    pub(super) fn commit_sync(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        let until = now.saturating_add(self.settings.api_timeout);
        self.commit(now, CommitPurpose::Sync { until }, self.consumed(), out)
    }

    /// `commitSync(offsets)`; `false` when there is nothing to wait for.
    pub(super) fn commit_sync_of(
        &mut self,
        now: Nanos,
        offset: PartitionOffset,
        out: &mut Vec<ConsumerOutput>,
    ) -> bool {
        let until = now.saturating_add(self.settings.api_timeout);
        self.commit(now, CommitPurpose::Sync { until }, vec![offset], out)
    }

    pub(super) fn commit_async(&mut self, now: Nanos, retry: bool, out: &mut Vec<ConsumerOutput>) {
        self.commit(now, CommitPurpose::Async { retry }, self.consumed(), out);
    }

    /// Sends a commit. A member that was thrown out fails at once (`CommitFailedException`).
    fn commit(
        &mut self,
        now: Nanos,
        purpose: CommitPurpose,
        offsets: Vec<PartitionOffset>,
        out: &mut Vec<ConsumerOutput>,
    ) -> bool {
        let Some((member, generation)) = self.membership.identity() else {
            out.push(ConsumerOutput::CommitFailed(ErrorCode::UnknownMemberId));
            return false;
        };
        if offsets.is_empty() {
            return false;
        }
        let request = GroupRequest::Commit { member: Some(member), generation, offsets: offsets.clone() };
        self.call_as(now, request, CoordinatorCall::Commit { purpose, offsets }, out);
        true
    }

    pub(super) fn commit_answered(
        &mut self,
        now: Nanos,
        purpose: CommitPurpose,
        offsets: Vec<PartitionOffset>,
        error: ErrorCode,
        out: &mut Vec<ConsumerOutput>,
    ) {
        if error == ErrorCode::None {
            out.extend(offsets.into_iter().map(ConsumerOutput::Committed));
            return self.after_commit(now, purpose, true, out);
        }
        let retriable = is_retriable(error) && self.membership.identity().is_some();
        if retriable && purpose.until().is_some_and(|until| now < until) {
            return self.app.retry_commit_at(
                now.saturating_add(self.settings.retry_backoff),
                purpose,
                offsets,
            );
        }
        out.push(ConsumerOutput::CommitFailed(error));
        match error {
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => self.forget_membership(out),
            ErrorCode::RebalanceInProgress => self.heartbeat_answered(now, error, out),
            _ => {}
        }
        match purpose {
            CommitPurpose::Auto if retriable => {
                let retry_at = now.saturating_add(self.settings.retry_backoff);
                self.next_auto_commit = self.next_auto_commit.min(retry_at);
            }
            // The same offsets, although later ones may have been committed meanwhile.
            CommitPurpose::Async { retry: true } if retriable => {
                self.app.retry_commit_at(now.saturating_add(self.settings.retry_backoff), purpose, offsets);
            }
            _ => {}
        }
        self.after_commit(now, purpose, false, out);
    }

    /// Commits whose back-off is over go out again.
    pub(super) fn retry_commits(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        while let Some((purpose, offsets)) = self.app.due_commit(now) {
            if !self.commit(now, purpose, offsets, out) {
                self.after_commit(now, purpose, false, out);
            }
        }
    }

    fn after_commit(
        &mut self,
        now: Nanos,
        purpose: CommitPurpose,
        done: bool,
        out: &mut Vec<ConsumerOutput>,
    ) {
        match purpose {
            CommitPurpose::Sync { .. } => self.commit_returned(now, done, out),
            CommitPurpose::Revocation { .. } if self.membership.identity().is_some() => {
                self.revoke_and_join(now, out);
            }
            CommitPurpose::Close { .. } => self.finish_close(now, out),
            CommitPurpose::Revocation { .. } | CommitPurpose::Auto | CommitPurpose::Async { .. } => {}
        }
    }
}
