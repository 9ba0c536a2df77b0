//! The offset store: which commits are valid, and when one is done (kafka.md#commits).

use crate::model::Nanos;
use crate::protocol::group::state::{PendingCommit, Requester};
use crate::protocol::group::{
    GroupCoordinator, GroupOutput, GroupResponse, GroupState, MemberId, OffsetsPartition, PartitionOffset,
    answer, join_refusal,
};
use crate::protocol::wire::ErrorCode;

impl GroupCoordinator {
    pub(super) fn commit(
        &mut self,
        now: Nanos,
        requester: Requester,
        member: Option<MemberId>,
        generation: i32,
        offsets: Vec<PartitionOffset>,
        out: &mut Vec<GroupOutput>,
    ) {
        let error = self.check_commit(member, generation);
        if error != ErrorCode::None {
            return answer(out, requester, GroupResponse::Committed { error });
        }
        if let Some(member) = member {
            self.refresh_session(now, member);
        }
        let done_at = now.saturating_add(self.settings.commit_latency);
        let gives_up_at = now.saturating_add(self.settings.commit_timeout);
        self.commits.push_back(PendingCommit { requester, done_at, gives_up_at, offsets, answered: false });
    }

    /// Without a member only while nobody is in the group; in a group the member's generation has to be the
    /// current one, and its assignment known (`ClassicGroup.validateOffsetCommit`).
    fn check_commit(&self, member: Option<MemberId>, generation: i32) -> ErrorCode {
        let Some(member) = member else {
            let alone = generation < 0 && self.state == GroupState::Empty;
            return if alone { ErrorCode::None } else { ErrorCode::UnknownMemberId };
        };
        match self.check_member(member, generation) {
            ErrorCode::None if self.state == GroupState::CompletingRebalance => {
                ErrorCode::RebalanceInProgress
            }
            error => error,
        }
    }

    /// Commits are records of a log: they are done in order, and only while the log is replicated. One that
    /// timed out is still in the log.
    pub(super) fn finish_commits(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        let writable = self.partition == OffsetsPartition::Writable;
        while let Some(commit) = self.commits.front().filter(|commit| writable && commit.done_at <= now) {
            if !commit.answered {
                answer(out, commit.requester, GroupResponse::Committed { error: ErrorCode::None });
            }
            let done = self.commits.pop_front();
            for offset in done.iter().flat_map(|commit| &commit.offsets) {
                self.offsets.insert(offset.partition, *offset);
            }
        }
        for commit in &mut self.commits {
            if !commit.answered && commit.gives_up_at <= now {
                commit.answered = true;
                answer(out, commit.requester, GroupResponse::Committed { error: ErrorCode::RequestTimedOut });
            }
        }
    }

    pub(super) fn offsets_partition_is(
        &mut self,
        now: Nanos,
        partition: OffsetsPartition,
        out: &mut Vec<GroupOutput>,
    ) {
        let before = std::mem::replace(&mut self.partition, partition);
        match (before, partition) {
            (OffsetsPartition::NoLeader, OffsetsPartition::NoLeader) => {}
            (_, OffsetsPartition::NoLeader) => self.resign(out),
            (OffsetsPartition::NoLeader, _) => self.load(now),
            _ => {}
        }
    }

    /// The coordinator is gone: what waits is refused, what was not replicated is forgotten.
    fn resign(&mut self, out: &mut Vec<GroupOutput>) {
        let error = ErrorCode::NotCoordinator;
        for member in &mut self.members {
            if let Some(requester) = member.joining.take() {
                answer(out, requester, join_refusal(error, Some(member.id)));
            }
            if let Some(requester) = member.syncing.take() {
                answer(out, requester, GroupResponse::Synced { error, partitions: Vec::new() });
            }
        }
        for commit in self.commits.drain(..).filter(|commit| !commit.answered) {
            answer(out, commit.requester, GroupResponse::Committed { error });
        }
    }

    /// The group's records are gone, so that the next coordinator has never heard of it: its members join anew, and
    /// `auto.offset.reset` says where they begin.
    pub(super) fn forget(&mut self) {
        self.members.clear();
        self.offsets.clear();
        self.commits.clear();
        (self.leader, self.initial_delay_until) = (None, None);
        (self.generation, self.join_deadline) = (0, Nanos::MAX);
        self.state = GroupState::Empty;
    }

    /// A coordinator reads the group from the log: the last assigned generation with fresh sessions. Members
    /// that were never assigned are not in the log.
    fn load(&mut self, now: Nanos) {
        if matches!(self.state, GroupState::PreparingRebalance | GroupState::CompletingRebalance) {
            self.generation -= i32::from(self.state == GroupState::CompletingRebalance);
            self.members.retain(|member| !member.assignment.is_empty());
        }
        for member in &mut self.members {
            member.expires_at = now.saturating_add(member.session_timeout);
        }
        self.initial_delay_until = None;
        self.state = if self.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
    }
}
