//! Questions to the coordinator and their answers.

use crate::model::Nanos;
use crate::protocol::consumer::commit::CommitPurpose;
use crate::protocol::consumer::{Consumer, ConsumerOutput};
use crate::protocol::group::{GroupRequest, GroupResponse, PartitionOffset};
use crate::protocol::wire::ErrorCode;

/// Which question waits for its answer.
#[derive(Clone, Debug)]
pub(super) enum CoordinatorCall {
    Join,
    Sync,
    Heartbeat,
    Leave,
    Commit { purpose: CommitPurpose, offsets: Vec<PartitionOffset> },
    FetchOffsets,
}

#[derive(Clone, Debug, Default)]
pub(super) struct CoordinatorCalls {
    next: u64,
    waiting: Vec<(u64, Nanos, CoordinatorCall)>,
}

impl CoordinatorCalls {
    fn take(&mut self, correlation: u64) -> Option<CoordinatorCall> {
        let at = self.waiting.iter().position(|(id, _, _)| *id == correlation)?;
        Some(self.waiting.remove(at).2)
    }

    /// Whether a heartbeat is under way.
    pub(super) fn heartbeat_in_flight(&self) -> bool {
        self.waiting.iter().any(|(_, _, call)| matches!(call, CoordinatorCall::Heartbeat))
    }

    /// Answers to questions of the old generation are of no interest any more.
    pub(super) fn forget_joins(&mut self) {
        self.waiting.retain(|(_, _, call)| {
            !matches!(call, CoordinatorCall::Join | CoordinatorCall::Sync | CoordinatorCall::Heartbeat)
        });
    }
}

impl Consumer {
    pub(super) fn call(&mut self, now: Nanos, request: GroupRequest, out: &mut Vec<ConsumerOutput>) {
        let call = match &request {
            GroupRequest::Join { .. } => CoordinatorCall::Join,
            GroupRequest::Sync { .. } => CoordinatorCall::Sync,
            GroupRequest::Heartbeat { .. } => CoordinatorCall::Heartbeat,
            GroupRequest::Leave { .. } => CoordinatorCall::Leave,
            GroupRequest::Commit { offsets, .. } => CoordinatorCall::Commit {
                purpose: CommitPurpose::Async { retry: false },
                offsets: offsets.clone(),
            },
            GroupRequest::FetchOffsets { .. } => CoordinatorCall::FetchOffsets,
        };
        self.call_as(now, request, call, out);
    }

    pub(super) fn call_as(
        &mut self,
        now: Nanos,
        request: GroupRequest,
        call: CoordinatorCall,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let correlation = self.calls.next;
        self.calls.next += 1;
        let patience = match call {
            // A join waits for the other members (`REBALANCE_TIMEOUT + 5 s`).
            CoordinatorCall::Join => self.settings.max_poll_interval.saturating_add(5_000_000_000),
            _ => self.settings.request_timeout,
        };
        self.calls.waiting.push((correlation, now.saturating_add(patience), call));
        out.push(ConsumerOutput::Coordinator { correlation, request });
    }

    pub(super) fn replied(
        &mut self,
        now: Nanos,
        correlation: u64,
        reply: &GroupResponse,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let Some(call) = self.calls.take(correlation) else { return };
        match (call, reply) {
            (CoordinatorCall::Join, GroupResponse::Joined { error, member, generation, members }) => {
                self.joined(now, *error, *member, *generation, members, out);
            }
            (CoordinatorCall::Sync, GroupResponse::Synced { error, partitions }) => {
                self.synced(now, *error, partitions, out);
            }
            (CoordinatorCall::Heartbeat, GroupResponse::Heartbeat { error }) => {
                self.heartbeat_answered(now, *error, out)
            }
            (CoordinatorCall::Commit { purpose, offsets }, GroupResponse::Committed { error }) => {
                self.commit_answered(now, purpose, offsets, *error, out);
            }
            (CoordinatorCall::FetchOffsets, GroupResponse::Offsets { error: ErrorCode::None, offsets }) => {
                self.committed_offsets(now, Ok(offsets), out);
            }
            (CoordinatorCall::FetchOffsets, GroupResponse::Offsets { error, .. }) => {
                self.committed_offsets(now, Err(*error), out);
            }
            (CoordinatorCall::Leave, _) => {}
            (call, _) => self.failed(now, call, ErrorCode::InvalidRequest, out),
        }
    }

    pub(super) fn call_failed(
        &mut self,
        now: Nanos,
        correlation: u64,
        error: ErrorCode,
        out: &mut Vec<ConsumerOutput>,
    ) {
        if let Some(call) = self.calls.take(correlation) {
            self.failed(now, call, error, out);
        }
    }

    fn failed(&mut self, now: Nanos, call: CoordinatorCall, error: ErrorCode, out: &mut Vec<ConsumerOutput>) {
        match call {
            CoordinatorCall::Join | CoordinatorCall::Sync => self.join_failed(now, error, out),
            CoordinatorCall::Heartbeat => self.heartbeat_answered(now, error, out),
            CoordinatorCall::Commit { purpose, offsets } => {
                self.commit_answered(now, purpose, offsets, error, out)
            }
            CoordinatorCall::FetchOffsets => self.committed_offsets(now, Err(error), out),
            CoordinatorCall::Leave => {}
        }
    }

    pub(super) fn time_out_calls(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        while let Some(at) = self.calls.waiting.iter().position(|(_, until, _)| *until <= now) {
            let (_, _, call) = self.calls.waiting.remove(at);
            self.failed(now, call, ErrorCode::RequestTimedOut, out);
        }
    }

    pub(super) fn calls_due(&self) -> Nanos {
        self.calls.waiting.iter().map(|(_, until, _)| *until).min().unwrap_or(Nanos::MAX)
    }
}
