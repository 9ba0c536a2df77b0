//! Questions to the coordinator and their answers.

use crate::model::Nanos;
use crate::protocol::consumer::commit::Purpose;
use crate::protocol::consumer::{Consumer, ConsumerOutput};
use crate::protocol::group::{GroupReply, GroupRequest, PartitionOffset};
use crate::protocol::wire::ErrorCode;

/// Which question waits for its answer.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Join,
    Sync,
    Heartbeat,
    Leave,
    Commit { purpose: Purpose, offsets: Vec<PartitionOffset> },
    FetchOffsets,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    next: u64,
    waiting: Vec<(u64, Nanos, Call)>,
}

impl Calls {
    fn take(&mut self, correlation: u64) -> Option<Call> {
        let at = self.waiting.iter().position(|(id, _, _)| *id == correlation)?;
        Some(self.waiting.remove(at).2)
    }

    /// Whether a heartbeat is under way.
    pub(super) fn beating(&self) -> bool {
        self.waiting.iter().any(|(_, _, call)| matches!(call, Call::Heartbeat))
    }

    /// Answers to questions of the old generation are of no interest any more.
    pub(super) fn forget_joins(&mut self) {
        self.waiting.retain(|(_, _, call)| !matches!(call, Call::Join | Call::Sync | Call::Heartbeat));
    }
}

impl Consumer {
    pub(super) fn call(&mut self, now: Nanos, request: GroupRequest, out: &mut Vec<ConsumerOutput>) {
        let call = match &request {
            GroupRequest::Join { .. } => Call::Join,
            GroupRequest::Sync { .. } => Call::Sync,
            GroupRequest::Heartbeat { .. } => Call::Heartbeat,
            GroupRequest::Leave { .. } => Call::Leave,
            GroupRequest::Commit { offsets, .. } => {
                Call::Commit { purpose: Purpose::Async { retry: false }, offsets: offsets.clone() }
            }
            GroupRequest::FetchOffsets { .. } => Call::FetchOffsets,
        };
        self.call_as(now, request, call, out);
    }

    pub(super) fn call_as(
        &mut self,
        now: Nanos,
        request: GroupRequest,
        call: Call,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let correlation = self.calls.next;
        self.calls.next += 1;
        let patience = match call {
            // A join waits for the other members (`REBALANCE_TIMEOUT + 5 s`).
            Call::Join => self.settings.max_poll_interval.saturating_add(5_000_000_000),
            _ => self.settings.request_timeout,
        };
        self.calls.waiting.push((correlation, now.saturating_add(patience), call));
        out.push(ConsumerOutput::Coordinator { correlation, request });
    }

    pub(super) fn replied(
        &mut self,
        now: Nanos,
        correlation: u64,
        reply: &GroupReply,
        out: &mut Vec<ConsumerOutput>,
    ) {
        let Some(call) = self.calls.take(correlation) else { return };
        match (call, reply) {
            (Call::Join, GroupReply::Joined { error, member, generation, members }) => {
                self.joined(now, *error, *member, *generation, members, out);
            }
            (Call::Sync, GroupReply::Synced { error, partitions }) => {
                self.synced(now, *error, partitions, out);
            }
            (Call::Heartbeat, GroupReply::Heartbeat { error }) => self.heard_heartbeat(now, *error, out),
            (Call::Commit { purpose, offsets }, GroupReply::Committed { error }) => {
                self.commit_answered(now, purpose, offsets, *error, out);
            }
            (Call::FetchOffsets, GroupReply::Offsets { error: ErrorCode::None, offsets }) => {
                self.committed_offsets(now, Ok(offsets), out);
            }
            (Call::FetchOffsets, GroupReply::Offsets { error, .. }) => {
                self.committed_offsets(now, Err(*error), out);
            }
            (Call::Leave, _) => {}
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

    fn failed(&mut self, now: Nanos, call: Call, error: ErrorCode, out: &mut Vec<ConsumerOutput>) {
        match call {
            Call::Join | Call::Sync => self.join_failed(now, error, out),
            Call::Heartbeat => self.heard_heartbeat(now, error, out),
            Call::Commit { purpose, offsets } => self.commit_answered(now, purpose, offsets, error, out),
            Call::FetchOffsets => self.committed_offsets(now, Err(error), out),
            Call::Leave => {}
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
