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
    GroupInput, GroupOutput, GroupReply, GroupRequest, MemberId, OffsetsPartition, PartitionOffset,
};
pub(crate) use range::range_assignment;
pub(crate) use settings::GroupSettings;
pub(crate) use state::Phase;

use crate::model::{Nanos, PartitionIx};
use crate::protocol::wire::{ErrorCode, Offset};
use state::{Asker, Member, Offsets, PendingCommit};
use std::collections::VecDeque;

/// A coordinator of one group. Step it with inputs in the order of time.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    settings: GroupSettings,
    partition: OffsetsPartition,
    phase: Phase,
    generation: i32,
    leader: Option<MemberId>,
    /// In the order in which they came.
    members: Vec<Member>,
    next_member: u64,
    /// The join barrier falls then at the latest.
    join_until: Nanos,
    /// While a group gathers for the first time: the barrier stands until then, longer while members come.
    initial_until: Option<Nanos>,
    offsets: Offsets,
    commits: VecDeque<PendingCommit>,
    wake_at: Nanos,
}

impl Group {
    pub(crate) fn new(settings: GroupSettings) -> Self {
        Group {
            settings,
            partition: OffsetsPartition::Writable,
            phase: Phase::Empty,
            generation: 0,
            leader: None,
            members: Vec::new(),
            next_member: 1,
            join_until: Nanos::MAX,
            initial_until: None,
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
                self.asked(now, Asker { from, correlation }, request, out);
            }
            GroupInput::Offsets(partition) => self.offsets_partition_is(now, partition, out),
            GroupInput::Wake => {}
        }
        if self.partition != OffsetsPartition::NoLeader {
            self.expire_sessions(now, out);
            self.lift_barrier_when_due(now, out);
            self.finish_commits(now, out);
            self.ask_to_wake(out);
        }
    }

    fn asked(&mut self, now: Nanos, asker: Asker, request: GroupRequest, out: &mut Vec<GroupOutput>) {
        if self.partition == OffsetsPartition::NoLeader {
            let reply = refusal(&request, ErrorCode::NotCoordinator);
            return answer(out, asker, reply);
        }
        match request {
            GroupRequest::Join { member, instance, session_timeout, rebalance_timeout } => {
                let timeouts = (session_timeout, rebalance_timeout);
                self.join(now, asker, member, instance, timeouts, out);
            }
            GroupRequest::Sync { member, generation, assignment } => {
                self.sync(now, asker, member, generation, assignment, out);
            }
            GroupRequest::Heartbeat { member, generation } => {
                let error = self.heartbeat(now, member, generation);
                answer(out, asker, GroupReply::Heartbeat { error });
            }
            GroupRequest::Leave { member } => {
                answer(out, asker, GroupReply::Left);
                self.leave(now, member, out);
            }
            GroupRequest::Commit { member, generation, offsets } => {
                self.commit(now, asker, member, generation, offsets, out);
            }
            GroupRequest::FetchOffsets { partitions } => {
                let offsets = partitions.iter().filter_map(|p| self.offsets.get(p).copied()).collect();
                answer(out, asker, GroupReply::Offsets { error: ErrorCode::None, offsets });
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
            .chain((self.phase == Phase::Joining).then_some(self.initial_until.unwrap_or(self.join_until)))
            .min();
        if let Some(next) = next.filter(|next| *next < self.wake_at) {
            self.wake_at = next;
            out.push(GroupOutput::Wake(next));
        }
    }

    /// Where the group is in its life.
    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    #[cfg_attr(not(test), expect(dead_code, reason = "tests look at it"))]
    pub(crate) fn generation(&self) -> i32 {
        self.generation
    }

    /// Members with what they own, in the order in which they came.
    pub(crate) fn members(&self) -> impl ExactSizeIterator<Item = (MemberId, &[PartitionIx])> {
        self.members.iter().map(|member| (member.id, member.assignment.as_slice()))
    }

    /// The committed offset of a partition.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests look at it"))]
    pub(crate) fn committed(&self, partition: PartitionIx) -> Option<Offset> {
        self.offsets.get(&partition).map(|committed| committed.offset)
    }
}

fn answer(out: &mut Vec<GroupOutput>, asker: Asker, reply: GroupReply) {
    out.push(GroupOutput::Reply { to: asker.from, correlation: asker.correlation, reply });
}

/// The answer to a request that is refused as a whole.
fn refusal(request: &GroupRequest, error: ErrorCode) -> GroupReply {
    match request {
        GroupRequest::Join { member, .. } => join_refusal(error, *member),
        GroupRequest::Sync { .. } => GroupReply::Synced { error, partitions: Vec::new() },
        GroupRequest::Heartbeat { .. } => GroupReply::Heartbeat { error },
        GroupRequest::Leave { .. } => GroupReply::Left,
        GroupRequest::Commit { .. } => GroupReply::Committed { error },
        GroupRequest::FetchOffsets { .. } => GroupReply::Offsets { error, offsets: Vec::new() },
    }
}

fn join_refusal(error: ErrorCode, member: Option<MemberId>) -> GroupReply {
    let member = member.unwrap_or(MemberId(0));
    GroupReply::Joined { error, member, generation: -1, members: Vec::new() }
}
