//! Kafka's one rule for changing a partition: who leads, who is in the ISR and in the ELR (kafka.md#partition-changes).
//!
//! Every event of the controller is this function with another target ISR. Source: Kafka's
//! `PartitionChangeBuilder`, `PartitionReassignmentReplicas` and `PartitionRegistration.merge`.

use crate::model::BrokerId;
use crate::protocol::profile::{LastKnownLeader, Profile};
use crate::protocol::wire::{PartitionChange, PartitionRegistration, Recovery};
use serde::{Deserialize, Serialize};

/// How a leader is looked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Election {
    /// The first replica of the assignment, if it may lead.
    Preferred,
    /// Keep the leader, else the first replica that may lead.
    Online,
    /// As `Online`, and if nobody may lead, the first replica that is alive, whatever it lacks.
    Unclean,
}

/// A replica list with what a reassignment adds and removes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Assignment {
    /// All replicas, those being added and removed included.
    pub replicas: Vec<BrokerId>,
    pub adding: Vec<BrokerId>,
    pub removing: Vec<BrokerId>,
}

/// What an event wants of a partition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionTarget {
    /// The ISR it should have.
    pub isr: Vec<BrokerId>,
    /// A new assignment, if the event changes it.
    pub assignment: Option<Assignment>,
    /// The broker that came back after an unclean stop: out of the ELR with it.
    pub unclean_shutdown: Option<BrokerId>,
    /// The recovery state that the leader reports, if it does.
    pub recovery: Option<Recovery>,
    /// How to look for a leader.
    pub election: Election,
}

impl PartitionTarget {
    /// The partition as it is, with this ISR.
    pub fn isr(isr: Vec<BrokerId>, election: Election) -> Self {
        PartitionTarget { isr, assignment: None, unclean_shutdown: None, recovery: None, election }
    }
}

/// What decides beside the partition itself.
#[derive(Clone, Copy)]
pub(crate) struct ElectionRules<'a> {
    pub profile: &'a Profile,
    /// The effective minimum ISR ([`Profile::effective_min_isr`]).
    pub min_isr: usize,
    /// Whether a broker may lead this partition: registered, not fenced, not shutting down, its disk online.
    pub acceptable: &'a dyn Fn(BrokerId) -> bool,
}

/// A leader that was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Elected {
    pub leader: BrokerId,
    /// It may lack committed records.
    pub unclean: bool,
}

/// The change that brings `old` to `target`, `None` if nothing changes.
///
/// The partition's index is left open in the answer. One deviation from Kafka: replicas that a
/// finished reassignment removed do not linger in the ELR, where Kafka keeps them without effect.
pub(crate) fn build(
    old: &PartitionRegistration,
    target: PartitionTarget,
    rules: ElectionRules<'_>,
) -> Option<PartitionChange> {
    let mut builder = PartitionChangeBuilder::of(old, target);
    builder.complete_reassignment();
    builder.derive_elr(rules);
    let elected = builder.elect(rules);
    let mut change = PartitionChange::default();
    builder.record_election(elected, &mut change);
    builder.bump_epoch_for_removed_replicas(&mut change);
    builder.record_elr(rules.profile, &mut change);
    builder.record_isr(rules.profile, &mut change);
    builder.record_last_known_leader(rules.profile, &mut change);
    builder.record_assignment(&mut change);
    (change != PartitionChange::default()).then_some(change)
}

/// Applies a change: the leader epoch grows if a leader is named, the partition epoch always.
pub(crate) fn apply(state: &mut PartitionRegistration, change: &PartitionChange) {
    let set = |field: &mut Vec<BrokerId>, new: &Option<Vec<BrokerId>>| {
        if let Some(new) = new {
            field.clone_from(new);
        }
    };
    set(&mut state.isr, &change.isr);
    set(&mut state.elr, &change.elr);
    set(&mut state.last_known_elr, &change.last_known_elr);
    set(&mut state.replicas, &change.replicas);
    set(&mut state.adding, &change.adding);
    set(&mut state.removing, &change.removing);
    state.recovery = change.recovery.unwrap_or(state.recovery);
    if let Some(leader) = change.leader {
        state.leader = leader;
        state.leader_epoch += 1;
    }
    state.partition_epoch += 1;
    debug_assert!(is_consistent(state), "a partition that Kafka would not write: {state:?}");
}

/// What every partition record of Kafka keeps (`PartitionChangeBuilder`, `PartitionRegistration`): the leader is in
/// the ISR, the ISR and the ELR are replicas, and none is in both.
fn is_consistent(state: &PartitionRegistration) -> bool {
    let is_replica = |id: &BrokerId| state.replicas.contains(id);
    state.leader.is_none_or(|leader| state.isr.contains(&leader))
        && state.isr.iter().all(is_replica)
        && state.elr.iter().all(|id| is_replica(id) && !state.isr.contains(id))
}

/// Empties the ELR, as a changed minimum ISR does (`ClearElrRecord`). Says whether there was one.
pub(crate) fn clear_elr(state: &mut PartitionRegistration) -> bool {
    if state.elr.is_empty() && state.last_known_elr.is_empty() {
        return false;
    }
    let change =
        PartitionChange { elr: Some(Vec::new()), last_known_elr: Some(Vec::new()), ..Default::default() };
    apply(state, &change);
    true
}

/// The partition as it should become, while it is being worked out.
struct PartitionChangeBuilder<'a> {
    old: &'a PartitionRegistration,
    isr: Vec<BrokerId>,
    elr: Vec<BrokerId>,
    assignment: Assignment,
    unclean_shutdown: Option<BrokerId>,
    recovery: Recovery,
    election: Election,
}

impl<'a> PartitionChangeBuilder<'a> {
    fn of(old: &'a PartitionRegistration, target: PartitionTarget) -> Self {
        let as_is = || Assignment {
            replicas: old.replicas.clone(),
            adding: old.adding.clone(),
            removing: old.removing.clone(),
        };
        PartitionChangeBuilder {
            old,
            isr: target.isr,
            elr: old.elr.clone(),
            assignment: target.assignment.unwrap_or_else(as_is),
            unclean_shutdown: target.unclean_shutdown,
            recovery: target.recovery.unwrap_or(old.recovery),
            election: target.election,
        }
    }

    /// A reassignment is done when every replica that stays is in sync, and at least one is.
    fn complete_reassignment(&mut self) {
        let Assignment { replicas, adding, removing } = &self.assignment;
        if adding.is_empty() && removing.is_empty() {
            return;
        }
        let stays = |list: &[BrokerId]| -> Vec<BrokerId> {
            list.iter().copied().filter(|id| !removing.contains(id)).collect()
        };
        let (isr, replicas) = (stays(&self.isr), stays(replicas));
        if !isr.is_empty() && replicas.iter().all(|id| isr.contains(id)) {
            self.isr = isr;
            self.assignment = Assignment { replicas, ..Default::default() };
        }
    }

    fn derive_elr(&mut self, rules: ElectionRules<'_>) {
        if !rules.profile.elr {
            return;
        }
        // With enough members in sync, every committed record is on all of them: nobody outside need be trusted.
        if self.isr.len() >= rules.min_isr {
            self.elr.clear();
            return;
        }
        let known = self.old.elr.iter().chain(&self.old.isr).copied();
        let mut elr: Vec<BrokerId> = Vec::new();
        for id in known.filter(|id| Some(*id) != self.unclean_shutdown) {
            let eligible = !self.isr.contains(&id) && self.assignment.replicas.contains(&id);
            if eligible && !elr.contains(&id) {
                elr.push(id);
            }
        }
        // Kafka writes the members in the order of a Java hash set of 16 buckets.
        elr.sort_by_key(|id| id.0 & 15);
        self.elr = elr;
    }

    fn valid(&self, id: BrokerId, rules: ElectionRules<'_>) -> bool {
        let eligible = self.isr.contains(&id) || self.isr.is_empty() && self.elr.contains(&id);
        eligible && (rules.acceptable)(id)
    }

    fn elect(&self, rules: ElectionRules<'_>) -> Option<Elected> {
        let clean = |leader| Elected { leader, unclean: false };
        let unclean = |leader| Elected { leader, unclean: true };
        let replicas = &self.assignment.replicas;
        let valid = |id: &BrokerId| self.valid(*id, rules);
        let preferred = replicas.first().copied().filter(|_| self.election == Election::Preferred);
        preferred
            .filter(valid)
            // A leader that may stay, stays: a change costs its clients a refresh and bumps the epoch.
            .or_else(|| self.old.leader.filter(valid))
            // Assignment order, not who has the longest log: no shipped version compares logs.
            .or_else(|| replicas.iter().copied().find(valid))
            .map(clean)
            .or_else(|| self.last_known_leader(rules).map(unclean))
            .or_else(|| self.any_alive(rules).map(unclean))
    }

    /// KIP-966's balanced recovery; 4.0.0 forgot to ask whether the broker is alive (KAFKA-19522).
    fn last_known_leader(&self, rules: ElectionRules<'_>) -> Option<BrokerId> {
        let profile = rules.profile;
        let [last] = self.old.last_known_elr[..] else { return None };
        let on = profile.elr && profile.last_known_leader != LastKnownLeader::Off;
        let nobody_else = self.isr.is_empty() && self.elr.is_empty();
        let alive = profile.last_known_leader_unchecked || (rules.acceptable)(last);
        (on && nobody_else && alive).then_some(last)
    }

    fn any_alive(&self, rules: ElectionRules<'_>) -> Option<BrokerId> {
        let alive = |id: &BrokerId| (rules.acceptable)(*id);
        let wanted = self.election == Election::Unclean;
        self.assignment.replicas.iter().copied().find(alive).filter(|_| wanted)
    }

    fn record_election(&mut self, elected: Option<Elected>, change: &mut PartitionChange) {
        let leader = elected.map(|elected| elected.leader);
        if leader == self.old.leader {
            return;
        }
        change.leader = Some(leader);
        let Some(Elected { leader, unclean }) = elected else { return };
        // Elected from the ELR: complete, but nobody else is known to be in sync with it.
        if self.elr.contains(&leader) {
            self.isr = vec![leader];
            self.elr.retain(|id| *id != leader);
        }
        if unclean {
            change.isr = Some(vec![leader]);
            let marked = self.old.recovery == Recovery::Recovering;
            change.recovery = (!marked).then_some(Recovery::Recovering);
        }
    }

    /// A broker that stops being a replica must notice it: the leader is named again.
    fn bump_epoch_for_removed_replicas(&self, change: &mut PartitionChange) {
        let kept = |id: &BrokerId| self.assignment.replicas.contains(id);
        if change.leader.is_none() && !self.old.replicas.iter().all(kept) {
            change.leader = Some(self.old.leader);
        }
    }

    fn record_elr(&mut self, profile: &Profile, change: &mut PartitionChange) {
        let unclean = change.isr.is_some();
        if unclean || !profile.elr {
            self.elr.clear();
        }
        if self.elr != self.old.elr {
            change.elr = Some(std::mem::take(&mut self.elr));
        }
    }

    /// Without ELR the last member never leaves the ISR: the partition is just leaderless.
    fn record_isr(&mut self, profile: &Profile, change: &mut PartitionChange) {
        let may = !self.isr.is_empty() || profile.elr;
        if change.isr.is_none() && may && self.isr != self.old.isr {
            change.isr = Some(std::mem::take(&mut self.isr));
        }
        let shrunk = change.isr.as_ref().is_some_and(|isr| self.old.isr.iter().any(|id| !isr.contains(id)));
        if profile.epoch_bump_on_shrink && shrunk && change.leader.is_none() {
            change.leader = Some(self.old.leader);
        }
    }

    fn record_last_known_leader(&self, profile: &Profile, change: &mut PartitionChange) {
        if !profile.elr {
            return;
        }
        let known = &self.old.last_known_elr;
        let leader = change.leader.unwrap_or(self.old.leader);
        let isr_emptied = change.isr.as_ref().is_some_and(Vec::is_empty);
        let record = match profile.last_known_leader {
            LastKnownLeader::Off => return,
            LastKnownLeader::WhenIsrEmpty => isr_emptied && *known != self.old.leader.as_slice(),
            LastKnownLeader::WhenLeaderless => leader.is_none() && known.is_empty(),
        };
        match self.old.leader {
            Some(last) if record => change.last_known_elr = Some(vec![last]),
            _ if leader.is_some() && !known.is_empty() => change.last_known_elr = Some(Vec::new()),
            _ => {}
        }
    }

    fn record_assignment(&mut self, change: &mut PartitionChange) {
        let Assignment { replicas, adding, removing } = std::mem::take(&mut self.assignment);
        change.replicas = (replicas != self.old.replicas).then_some(replicas);
        change.adding = (adding != self.old.adding).then_some(adding);
        change.removing = (removing != self.old.removing).then_some(removing);
        if self.recovery != self.old.recovery {
            change.recovery = Some(self.recovery);
        }
    }
}

#[cfg(test)]
mod tests;
