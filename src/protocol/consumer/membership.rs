//! A member's side of the group: joining, heartbeats, leaving (`AbstractCoordinator`).

use crate::model::{Nanos, PartitionIx};
use crate::protocol::consumer::positions::OwnedPartition;
use crate::protocol::consumer::{Consumer, ConsumerOutput};
use crate::protocol::group::{GroupRequest, MemberId, range_assignment};
use crate::protocol::wire::ErrorCode;

/// Where the member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum MemberState {
    /// Has to join; nothing is under way.
    Unjoined,
    /// Waits until the positions are committed that it is about to give up.
    Revoking,
    /// Waits for the barrier or the assignment.
    Joining,
    Stable,
}

/// What a consumer knows of its membership.
#[derive(Clone, Copy, Debug)]
pub(super) struct Membership {
    state: MemberState,
    member: Option<MemberId>,
    generation: i32,
    /// A heartbeat, or new partitions, asked to join again.
    rejoin: bool,
    next_heartbeat: Nanos,
    not_before: Nanos,
    /// How many partitions the last assignment was made of, if this member made it.
    assigned_of: Option<usize>,
}

impl Membership {
    pub(super) fn new() -> Self {
        Membership {
            state: MemberState::Unjoined,
            member: None,
            generation: -1,
            rejoin: false,
            next_heartbeat: Nanos::MAX,
            not_before: 0,
            assigned_of: None,
        }
    }

    /// What a commit carries: `None` after the member has left or was thrown out.
    pub(super) fn identity(&self) -> Option<(MemberId, i32)> {
        self.member.filter(|_| self.generation >= 0).map(|member| (member, self.generation))
    }

    pub(super) fn is_stable(&self) -> bool {
        self.state == MemberState::Stable && !self.rejoin
    }

    /// The leader of the group sees to it that new partitions are assigned.
    pub(super) fn partitions_added(&mut self) {
        self.rejoin |= self.assigned_of.is_some();
    }
}

impl Consumer {
    /// From inside `poll()`: whether the member is in the group; if not, the next step of joining.
    pub(super) fn ensure_active(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) -> bool {
        match self.membership.state {
            MemberState::Stable if !self.membership.rejoin => return true,
            MemberState::Stable => {
                self.membership.rejoin = false;
                self.membership.state = MemberState::Revoking;
                if !self.commit_before_revocation(now, out) {
                    self.revoke_and_join(now, out);
                }
            }
            MemberState::Unjoined if now >= self.membership.not_before && !self.leaders.is_empty() => {
                self.revoke_and_join(now, out);
            }
            MemberState::Unjoined | MemberState::Revoking | MemberState::Joining => {}
        }
        false
    }

    /// The positions are committed, or will not be: give everything up and join (eager).
    pub(super) fn revoke_and_join(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        self.drop_partitions(out);
        self.membership.state = MemberState::Joining;
        let request = GroupRequest::Join {
            member: self.membership.member,
            instance: self.settings.instance,
            session_timeout: self.settings.session_timeout,
            rebalance_timeout: self.settings.max_poll_interval,
        };
        self.call(now, request, out);
    }

    fn drop_partitions(&mut self, out: &mut Vec<ConsumerOutput>) {
        if !self.owned.is_empty() {
            self.owned.clear();
            out.push(ConsumerOutput::Assigned(Vec::new()));
        }
    }

    pub(super) fn joined(
        &mut self,
        now: Nanos,
        error: ErrorCode,
        member: MemberId,
        generation: i32,
        members: &[MemberId],
        out: &mut Vec<ConsumerOutput>,
    ) {
        if error != ErrorCode::None {
            return self.join_failed(now, error, out);
        }
        (self.membership.member, self.membership.generation) = (Some(member), generation);
        let partitions: Vec<PartitionIx> = self.leaders.iter().map(|leader| leader.partition).collect();
        self.membership.assigned_of = (!members.is_empty()).then_some(partitions.len());
        let assignment = if members.is_empty() { Vec::new() } else { range_assignment(members, &partitions) };
        self.call(now, GroupRequest::Sync { member, generation, assignment }, out);
    }

    pub(super) fn synced(
        &mut self,
        now: Nanos,
        error: ErrorCode,
        partitions: &[PartitionIx],
        out: &mut Vec<ConsumerOutput>,
    ) {
        if error != ErrorCode::None {
            return self.join_failed(now, error, out);
        }
        self.membership.state = MemberState::Stable;
        self.membership.rejoin =
            self.membership.assigned_of.is_some_and(|assigned_of| assigned_of < self.leaders.len());
        self.membership.next_heartbeat = now.saturating_add(self.settings.heartbeat_interval);
        self.next_auto_commit = now.saturating_add(self.settings.auto_commit_interval);
        self.owned = partitions.iter().map(|partition| OwnedPartition::new(*partition)).collect();
        self.next_owned = 0;
        out.push(ConsumerOutput::Assigned(partitions.to_vec()));
    }

    pub(super) fn join_failed(&mut self, now: Nanos, error: ErrorCode, out: &mut Vec<ConsumerOutput>) {
        self.membership.state = MemberState::Unjoined;
        if matches!(error, ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration) {
            return self.forget_membership(out);
        }
        if error != ErrorCode::RebalanceInProgress {
            self.membership.not_before = now.saturating_add(self.settings.retry_backoff);
        }
    }

    /// The group goes on without this member: its partitions are lost, not revoked, so nothing is committed.
    pub(super) fn forget_membership(&mut self, out: &mut Vec<ConsumerOutput>) {
        self.calls.forget_joins();
        self.membership = Membership { not_before: self.membership.not_before, ..Membership::new() };
        self.drop_partitions(out);
    }

    /// The heartbeat thread: beats, and leaves when the application does not poll.
    pub(super) fn send_heartbeat_if_due(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if self.membership.state != MemberState::Stable {
            return;
        }
        let (Some(member), generation) = (self.membership.member, self.membership.generation) else { return };
        // The client leaves by itself: a heartbeat thread that beats for a stuck application would keep its
        // partitions for ever (KIP-62).
        if self.app.polled_before(now, self.settings.max_poll_interval) {
            out.push(ConsumerOutput::PollTimedOut);
            self.call(now, GroupRequest::Leave { member }, out);
            return self.forget_membership(out);
        }
        if now >= self.membership.next_heartbeat && !self.calls.heartbeat_in_flight() {
            self.membership.next_heartbeat = now.saturating_add(self.settings.heartbeat_interval);
            self.call(now, GroupRequest::Heartbeat { member, generation }, out);
        }
    }

    pub(super) fn heartbeat_answered(&mut self, now: Nanos, error: ErrorCode, out: &mut Vec<ConsumerOutput>) {
        match error {
            ErrorCode::None => {}
            ErrorCode::RebalanceInProgress => self.membership.rejoin = true,
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => self.forget_membership(out),
            _ => {
                let retry_at = now.saturating_add(self.settings.retry_backoff);
                self.membership.next_heartbeat = self.membership.next_heartbeat.min(retry_at);
            }
        }
    }

    /// A dynamic member says good-bye; a static one stays in the group until its session ends.
    pub(super) fn leave_group(&mut self, now: Nanos, out: &mut Vec<ConsumerOutput>) {
        if let Some(member) = self.membership.member.filter(|_| self.settings.instance.is_none()) {
            self.call(now, GroupRequest::Leave { member }, out);
        }
        self.membership = Membership::new();
        self.drop_partitions(out);
    }

    pub(super) fn heartbeat_due(&self) -> Nanos {
        match self.membership.state {
            MemberState::Stable => {
                let beat = if self.calls.heartbeat_in_flight() {
                    Nanos::MAX
                } else {
                    self.membership.next_heartbeat
                };
                beat.min(self.app.poll_deadline(self.settings.max_poll_interval))
            }
            MemberState::Unjoined => match self.membership.not_before {
                0 => Nanos::MAX,
                not_before => not_before,
            },
            MemberState::Revoking | MemberState::Joining => Nanos::MAX,
        }
    }
}
