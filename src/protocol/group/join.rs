//! Rebalance: the join barrier, the leader's assignment, generations.

use crate::model::{Nanos, PartitionIx};
use crate::protocol::group::state::{Member, Requester};
use crate::protocol::group::{
    GroupCoordinator, GroupOutput, GroupResponse, GroupState, MemberId, answer, join_refusal,
};
use crate::protocol::wire::ErrorCode;

impl GroupCoordinator {
    pub(super) fn join(
        &mut self,
        now: Nanos,
        requester: Requester,
        member: Option<MemberId>,
        instance: Option<u32>,
        (session_timeout, rebalance_timeout): (Nanos, Nanos),
        out: &mut Vec<GroupOutput>,
    ) {
        if instance.is_some() && member.is_none() && self.rejoin_static(now, requester, instance, out) {
            return;
        }
        let id = match member {
            Some(id) if self.members.iter().any(|member| member.id == id) => id,
            Some(_) => return answer(out, requester, join_refusal(ErrorCode::UnknownMemberId, member)),
            None => self.add_member(now, instance, session_timeout),
        };
        let Some(joined) = self.members.iter_mut().find(|member| member.id == id) else { return };
        joined.joining = Some(requester);
        (joined.session_timeout, joined.rebalance_timeout) = (session_timeout, rebalance_timeout);
        joined.expires_at = now.saturating_add(session_timeout);
        match self.state {
            GroupState::Empty => self.gather(now, out),
            GroupState::Stable | GroupState::CompletingRebalance => self.rebalance(now, out),
            GroupState::PreparingRebalance => {}
        }
    }

    fn add_member(&mut self, now: Nanos, instance: Option<u32>, session_timeout: Nanos) -> MemberId {
        let id = self.new_id();
        self.members.push(Member {
            id,
            instance,
            session_timeout,
            rebalance_timeout: 0,
            expires_at: now,
            joining: None,
            syncing: None,
            assignment: Vec::new(),
        });
        // The barrier of a gathering group stands for another delay, within the rebalance timeout.
        if let Some(until) = &mut self.initial_delay_until {
            *until =
                now.saturating_add(self.settings.initial_rebalance_delay).max(*until).min(self.join_deadline);
        }
        id
    }

    fn new_id(&mut self) -> MemberId {
        self.next_member += 1;
        MemberId(self.next_member - 1)
    }

    /// A static member comes back: it gets a new id and, in a stable group, its old partitions without a
    /// rebalance (KIP-345). The older holder of the id is unknown from now on.
    fn rejoin_static(
        &mut self,
        now: Nanos,
        requester: Requester,
        instance: Option<u32>,
        out: &mut Vec<GroupOutput>,
    ) -> bool {
        let Some(at) = self.members.iter().position(|member| member.instance == instance) else {
            return false;
        };
        let id = self.new_id();
        let old = std::mem::replace(&mut self.members[at].id, id);
        if self.leader == Some(old) {
            self.leader = Some(id);
        }
        let member = &mut self.members[at];
        member.expires_at = now.saturating_add(member.session_timeout);
        if self.state == GroupState::Stable {
            let (generation, members) = (self.generation, Vec::new());
            let reply = GroupResponse::Joined { error: ErrorCode::None, member: id, generation, members };
            answer(out, requester, reply);
            return true;
        }
        member.joining = Some(requester);
        if self.state == GroupState::CompletingRebalance {
            self.rebalance(now, out);
        }
        true
    }

    /// The first member of an empty group: others get `group.initial.rebalance.delay.ms` to come.
    fn gather(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        self.begin_joining(now, out);
        let until = now.saturating_add(self.settings.initial_rebalance_delay);
        self.initial_delay_until = Some(until.min(self.join_deadline));
    }

    /// All members have to join again (`prepareRebalance`).
    pub(super) fn rebalance(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        for member in &mut self.members {
            if let Some(requester) = member.syncing.take() {
                let error = ErrorCode::RebalanceInProgress;
                answer(out, requester, GroupResponse::Synced { error, partitions: Vec::new() });
            }
        }
        self.begin_joining(now, out);
    }

    fn begin_joining(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        self.state = GroupState::PreparingRebalance;
        let longest = self.members.iter().map(|member| member.rebalance_timeout).max().unwrap_or(0);
        self.join_deadline = now.saturating_add(longest);
        out.push(GroupOutput::Rebalancing);
    }

    /// The barrier falls when every known member has joined, or when time is up.
    pub(super) fn complete_join_if_due(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        if self.state != GroupState::PreparingRebalance {
            return;
        }
        let all_here = self.members.iter().all(|member| member.joining.is_some());
        let due = match self.initial_delay_until {
            Some(until) => now >= until,
            None => all_here || now >= self.join_deadline,
        };
        if due {
            self.initial_delay_until = None;
            self.complete_join(now, out);
        }
    }

    /// A new generation of those who came; static members stay even if they did not (`completeJoin`).
    fn complete_join(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        // Who missed the barrier is out; a static member keeps its place until its session ends (KIP-345).
        self.members.retain(|member| member.joining.is_some() || member.instance.is_some());
        self.members.sort_by_key(|member| member.id);
        self.generation += 1;
        self.leader = self
            .leader
            .filter(|id| self.members.iter().any(|member| member.id == *id && member.joining.is_some()))
            .or(self.members.iter().find(|member| member.joining.is_some()).map(|member| member.id));
        if self.leader.is_none() {
            self.state =
                if self.members.is_empty() { GroupState::Empty } else { GroupState::PreparingRebalance };
            self.join_deadline = Nanos::MAX;
            return;
        }
        self.state = GroupState::CompletingRebalance;
        let everyone: Vec<MemberId> = self.members.iter().map(|member| member.id).collect();
        for member in &mut self.members {
            let Some(requester) = member.joining.take() else { continue };
            member.expires_at = now.saturating_add(member.session_timeout);
            let members = if self.leader == Some(member.id) { everyone.clone() } else { Vec::new() };
            let (error, generation) = (ErrorCode::None, self.generation);
            answer(out, requester, GroupResponse::Joined { error, member: member.id, generation, members });
        }
    }

    pub(super) fn sync(
        &mut self,
        now: Nanos,
        requester: Requester,
        member: MemberId,
        generation: i32,
        assignment: Vec<(MemberId, Vec<PartitionIx>)>,
        out: &mut Vec<GroupOutput>,
    ) {
        let error = match self.check_member(member, generation) {
            ErrorCode::None if self.state == GroupState::PreparingRebalance => ErrorCode::RebalanceInProgress,
            error => error,
        };
        let Some(who) = self.members.iter_mut().find(|m| m.id == member).filter(|_| error == ErrorCode::None)
        else {
            return answer(out, requester, GroupResponse::Synced { error, partitions: Vec::new() });
        };
        who.expires_at = now.saturating_add(who.session_timeout);
        who.syncing = Some(requester);
        if self.state == GroupState::CompletingRebalance && self.leader == Some(member) {
            self.adopt(assignment, out);
        }
        if self.state == GroupState::Stable {
            self.hand_out(now, out);
        }
    }

    fn adopt(&mut self, assignment: Vec<(MemberId, Vec<PartitionIx>)>, out: &mut Vec<GroupOutput>) {
        for member in &mut self.members {
            let own = assignment.iter().find(|(id, _)| *id == member.id);
            member.assignment = own.map(|(_, partitions)| partitions.clone()).unwrap_or_default();
        }
        self.state = GroupState::Stable;
        let members = self.members.len() as u32;
        out.push(GroupOutput::Stable { generation: self.generation, members });
    }

    fn hand_out(&mut self, now: Nanos, out: &mut Vec<GroupOutput>) {
        for member in &mut self.members {
            if let Some(requester) = member.syncing.take() {
                member.expires_at = now.saturating_add(member.session_timeout);
                let partitions = member.assignment.clone();
                answer(out, requester, GroupResponse::Synced { error: ErrorCode::None, partitions });
            }
        }
    }
}
