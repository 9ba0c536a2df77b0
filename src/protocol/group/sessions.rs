//! Who is alive: heartbeats, expired sessions, leaving.

use crate::model::Nanos;
use crate::protocol::group::state::Member;
use crate::protocol::group::{GroupCoordinator, GroupOutput, GroupState, MemberId};
use crate::protocol::wire::ErrorCode;

impl Member {
    /// A member whose join or sync is unanswered is alive: the coordinator keeps it waiting.
    pub(super) fn is_waiting(&self) -> bool {
        self.joining.is_some() || self.syncing.is_some()
    }
}

impl GroupCoordinator {
    /// Whether a member may speak for itself.
    pub(super) fn check_member(&self, member: MemberId, generation: i32) -> ErrorCode {
        if !self.members.iter().any(|known| known.id == member) {
            ErrorCode::UnknownMemberId
        } else if generation != self.generation {
            ErrorCode::IllegalGeneration
        } else {
            ErrorCode::None
        }
    }

    pub(super) fn heartbeat(&mut self, now: Nanos, member: MemberId, generation: i32) -> ErrorCode {
        let error = self.check_member(member, generation);
        if error != ErrorCode::None {
            return error;
        }
        self.refresh_session(now, member);
        if self.state == GroupState::PreparingRebalance {
            ErrorCode::RebalanceInProgress
        } else {
            ErrorCode::None
        }
    }

    pub(super) fn refresh_session(&mut self, now: Nanos, member: MemberId) {
        if let Some(member) = self.members.iter_mut().find(|known| known.id == member) {
            member.expires_at = now.saturating_add(member.session_timeout);
        }
    }

    pub(super) fn expire_sessions(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        let mut expired = false;
        self.members.retain(|member| {
            let keep = member.is_waiting() || now < member.expires_at;
            if !keep {
                out.push(GroupOutput::Expired { member: member.id });
                expired = true;
            }
            keep
        });
        if expired {
            self.members_left(now, out);
        }
    }

    pub(super) fn leave(&mut self, now: Nanos, member: MemberId, out: &mut Vec<GroupOutput>) {
        let before = self.members.len();
        self.members.retain(|known| known.id != member);
        if self.members.len() < before {
            self.members_left(now, out);
        }
    }

    fn members_left(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        if matches!(self.state, GroupState::Stable | GroupState::CompletingRebalance) {
            self.rebalance(now, out);
        }
        if self.members.is_empty() {
            self.initial_delay_until = None;
        }
    }
}
