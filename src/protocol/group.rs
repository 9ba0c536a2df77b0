//! A consumer group's coordinator: classic protocol, eager range assignment (kafka.md#consumer-groups).
//!
//! The coordinator is the leader of the group's partition of `__consumer_offsets`; what that partition can
//! do comes in as [`GroupInput::Offsets`]. Incremental rebalances and KIP-848 are not modelled.

mod io;
mod join;
mod offsets;
mod range;
mod sessions;
mod settings;
mod state;

pub(crate) use io::{
    GroupInput, GroupOutput, GroupRequest, GroupResponse, MemberId, OffsetsPartition, PartitionOffset,
};
pub(crate) use range::range_assignment;
pub(crate) use settings::GroupSettings;
pub(crate) use state::GroupState;

use crate::model::{Nanos, PartitionIx};
use crate::protocol::wire::ErrorCode;
use state::{Member, Offsets, PendingCommit, Requester};
use std::collections::VecDeque;

/// A coordinator of one group. Step it with inputs in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct GroupCoordinator {
    settings: GroupSettings,
    partition: OffsetsPartition,
    state: GroupState,
    generation: i32,
    leader: Option<MemberId>,
    /// In the order in which they came.
    members: Vec<Member>,
    next_member: u64,
    /// The join barrier falls then at the latest.
    join_deadline: Nanos,
    /// While a group gathers for the first time: the barrier stands until then, longer while members come.
    initial_delay_until: Option<Nanos>,
    offsets: Offsets,
    commits: VecDeque<PendingCommit>,
    wake_at: Nanos,
}

impl GroupCoordinator {
    pub(crate) fn new(settings: GroupSettings) -> Self {
        GroupCoordinator {
            settings,
            partition: OffsetsPartition::Writable,
            state: GroupState::Empty,
            generation: 0,
            leader: None,
            members: Vec::new(),
            next_member: 1,
            join_deadline: Nanos::MAX,
            initial_delay_until: None,
            offsets: Offsets::new(),
            commits: VecDeque::new(),
            wake_at: Nanos::MAX,
        }
    }

    /// Takes one input and pushes what follows from it. `now` never goes back.
    pub(crate) fn step(&mut self, now: Nanos, input: GroupInput, out: &mut Vec<GroupOutput>) {
        if self.wake_at <= now {
            self.wake_at = Nanos::MAX;
        }
        match input {
            GroupInput::Request { from, correlation, request } => {
                self.asked(now, Requester { from, correlation }, request, out);
            }
            GroupInput::Offsets(partition) => self.offsets_partition_is(now, partition, out),
            GroupInput::LogLost => self.forget(),
            GroupInput::Wake => {}
        }
        if self.partition != OffsetsPartition::NoLeader {
            self.expire_sessions(now, out);
            self.complete_join_if_due(now, out);
            self.finish_commits(now, out);
            self.ask_to_wake(out);
        }
    }

    fn asked(&mut self, now: Nanos, requester: Requester, request: GroupRequest, out: &mut Vec<GroupOutput>) {
        if self.partition == OffsetsPartition::NoLeader {
            let reply = refusal(&request, ErrorCode::NotCoordinator);
            return answer(out, requester, reply);
        }
        match request {
            GroupRequest::Join { member, instance, session_timeout, rebalance_timeout } => {
                let timeouts = (session_timeout, rebalance_timeout);
                self.join(now, requester, member, instance, timeouts, out);
            }
            GroupRequest::Sync { member, generation, assignment } => {
                self.sync(now, requester, member, generation, assignment, out);
            }
            GroupRequest::Heartbeat { member, generation } => {
                let error = self.heartbeat(now, member, generation);
                answer(out, requester, GroupResponse::Heartbeat { error });
            }
            GroupRequest::Leave { member } => {
                answer(out, requester, GroupResponse::Left);
                self.leave(now, member, out);
            }
            GroupRequest::Commit { member, generation, offsets } => {
                self.commit(now, requester, member, generation, offsets, out);
            }
            GroupRequest::FetchOffsets { partitions } => {
                let offsets = partitions.iter().filter_map(|p| self.offsets.get(p).copied()).collect();
                answer(out, requester, GroupResponse::Offsets { error: ErrorCode::None, offsets });
            }
        }
    }

    fn ask_to_wake(&mut self, out: &mut Vec<GroupOutput>) {
        let sessions = self.members.iter().filter(|member| !member.is_waiting());
        let commits = self.commits.iter().filter(|commit| !commit.answered);
        let writable = self.partition == OffsetsPartition::Writable;
        let next = sessions
            .map(|member| member.expires_at)
            .chain(commits.map(|commit| if writable { commit.done_at } else { commit.gives_up_at }))
            .chain(
                (self.state == GroupState::PreparingRebalance)
                    .then_some(self.initial_delay_until.unwrap_or(self.join_deadline)),
            )
            .min();
        if let Some(next) = next.filter(|next| *next < self.wake_at) {
            self.wake_at = next;
            out.push(GroupOutput::Wake(next));
        }
    }

    /// Where the group is in its life.
    pub(crate) fn state(&self) -> GroupState {
        self.state
    }

    #[cfg(test)]
    pub(crate) fn generation(&self) -> i32 {
        self.generation
    }

    /// Members with what they own, in the order in which they came.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = (MemberId, &[PartitionIx])> {
        self.members.iter().map(|member| (member.id, member.assignment.as_slice()))
    }

    /// The committed offset of a partition.
    #[cfg(test)]
    pub(crate) fn committed(&self, partition: PartitionIx) -> Option<crate::protocol::wire::Offset> {
        self.offsets.get(&partition).map(|committed| committed.offset)
    }
}

fn answer(out: &mut Vec<GroupOutput>, requester: Requester, reply: GroupResponse) {
    out.push(GroupOutput::Reply { to: requester.from, correlation: requester.correlation, reply });
}

/// The answer to a request that is refused as a whole.
fn refusal(request: &GroupRequest, error: ErrorCode) -> GroupResponse {
    match request {
        GroupRequest::Join { member, .. } => join_refusal(error, *member),
        GroupRequest::Sync { .. } => GroupResponse::Synced { error, partitions: Vec::new() },
        GroupRequest::Heartbeat { .. } => GroupResponse::Heartbeat { error },
        GroupRequest::Leave { .. } => GroupResponse::Left,
        GroupRequest::Commit { .. } => GroupResponse::Committed { error },
        GroupRequest::FetchOffsets { .. } => GroupResponse::Offsets { error, offsets: Vec::new() },
    }
}

fn join_refusal(error: ErrorCode, member: Option<MemberId>) -> GroupResponse {
    let member = member.unwrap_or(MemberId(0));
    GroupResponse::Joined { error, member, generation: -1, members: Vec::new() }
}
