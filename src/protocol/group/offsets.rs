//! The offset store: which commits are valid, and when one is done (kafka.md#commits).

use crate::model::Nanos;
use crate::protocol::group::state::{Asker, PendingCommit};
use crate::protocol::group::{
    Group, GroupOutput, GroupReply, MemberId, OffsetsPartition, PartitionOffset, Phase, answer, join_refusal,
};
use crate::protocol::wire::ErrorCode;

impl Group {
    pub(super) fn commit(
        &mut self,
        now: Nanos,
        asker: Asker,
        member: Option<MemberId>,
        generation: i32,
        offsets: Vec<PartitionOffset>,
        out: &mut Vec<GroupOutput>,
    ) {
        let error = self.check_commit(member, generation);
        if error != ErrorCode::None {
            return answer(out, asker, GroupReply::Committed { error });
        }
        if let Some(member) = member {
            self.refresh_session(now, member);
        }
        let done_at = now.saturating_add(self.settings.commit_latency);
        let gives_up_at = now.saturating_add(self.settings.commit_timeout);
        self.commits.push_back(PendingCommit { asker, done_at, gives_up_at, offsets, answered: false });
    }

    /// Without a member only while nobody is in the group; in a group the member's generation has to be the
    /// current one, and its assignment known (`ClassicGroup.validateOffsetCommit`).
    fn check_commit(&self, member: Option<MemberId>, generation: i32) -> ErrorCode {
        let Some(member) = member else {
            let alone = generation < 0 && self.phase == Phase::Empty;
            return if alone { ErrorCode::None } else { ErrorCode::UnknownMemberId };
        };
        match self.check_member(member, generation) {
            ErrorCode::None if self.phase == Phase::Syncing => ErrorCode::RebalanceInProgress,
            error => error,
        }
    }

    /// Commits are records of a log: they are done in order, and only while the log is replicated. One that
    /// timed out is still in the log.
    pub(super) fn finish_commits(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        let writable = self.partition == OffsetsPartition::Writable;
        while let Some(commit) = self.commits.front().filter(|commit| writable && commit.done_at <= now) {
            if !commit.answered {
                answer(out, commit.asker, GroupReply::Committed { error: ErrorCode::None });
            }
            let done = self.commits.pop_front();
            for offset in done.iter().flat_map(|commit| &commit.offsets) {
                self.offsets.insert(offset.partition, *offset);
            }
        }
        for commit in &mut self.commits {
            if !commit.answered && commit.gives_up_at <= now {
                commit.answered = true;
                answer(out, commit.asker, GroupReply::Committed { error: ErrorCode::RequestTimedOut });
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
            if let Some(asker) = member.joining.take() {
                answer(out, asker, join_refusal(error, Some(member.id)));
            }
            if let Some(asker) = member.syncing.take() {
                answer(out, asker, GroupReply::Synced { error, partitions: Vec::new() });
            }
        }
        for commit in self.commits.drain(..).filter(|commit| !commit.answered) {
            answer(out, commit.asker, GroupReply::Committed { error });
        }
    }

    /// A coordinator reads the group from the log: the last assigned generation with fresh sessions. Members
    /// that were never assigned are not in the log.
    fn load(&mut self, now: Nanos) {
        if matches!(self.phase, Phase::Joining | Phase::Syncing) {
            self.generation -= i32::from(self.phase == Phase::Syncing);
            self.members.retain(|member| !member.assignment.is_empty());
        }
        for member in &mut self.members {
            member.expires_at = now.saturating_add(member.session_timeout);
        }
        self.initial_until = None;
        self.phase = if self.members.is_empty() { Phase::Empty } else { Phase::Stable };
    }
}
