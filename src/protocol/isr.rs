//! A leader's view of its ISR and the one change it may have under way (`PartitionRegistration`, KIP-497).

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::profile::Profile;
use crate::protocol::wire::{
    AlterPartition, BrokerEpoch, ErrorCode, LeaderEpoch, PartitionEpoch, PartitionRegistration, Recovery,
};

/// What is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PendingIsrChange {
    /// This follower is to join.
    Expand(BrokerId),
    /// Followers are to leave.
    Shrink,
}

/// A change that the controller has not confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PendingIsr {
    pub kind: PendingIsrChange,
    /// The ISR proposed, each with the broker epoch seen.
    pub proposed_isr: Vec<(BrokerId, BrokerEpoch)>,
}

/// What a controller's answer means for the leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AlterPartitionOutcome {
    /// The ISR is as answered.
    Applied,
    /// The proposal is dropped and the last confirmed ISR holds.
    RolledBack,
    /// The answer is late or the metadata will tell; the change stays under way.
    Wait,
    Retry,
}

/// The ISR as confirmed, and what is pending.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Isr {
    members: Vec<BrokerId>,
    partition_epoch: PartitionEpoch,
    pending: Option<PendingIsr>,
}

impl Isr {
    /// The ISR of the metadata.
    pub(crate) fn of(state: &PartitionRegistration) -> Self {
        Isr { members: state.isr.clone(), partition_epoch: state.partition_epoch, pending: None }
    }

    pub(crate) fn members(&self) -> &[BrokerId] {
        &self.members
    }

    /// The partition epoch of the confirmed ISR.
    pub(crate) fn partition_epoch(&self) -> PartitionEpoch {
        self.partition_epoch
    }

    /// What is under way.
    pub(crate) fn pending(&self) -> Option<&PendingIsr> {
        self.pending.as_ref()
    }

    /// Whether the high watermark waits for a broker: a member, or one about to join. One about to leave
    /// still counts until the controller says so (the maximal ISR).
    ///
    /// Without [`Profile::maximal_isr`] the leader acts on its proposal at once and waits for no one who
    /// does not belong to both: what the controller then elects may lack committed records.
    pub(crate) fn in_maximal_isr(&self, broker: BrokerId, profile: &Profile) -> bool {
        let member = self.members.contains(&broker);
        match &self.pending {
            // The controller may have made the change already, and its answer be lost: it could then elect the
            // follower that joins. A leaver counts until the change is confirmed, for it may be elected until then.
            Some(pending) if profile.maximal_isr => {
                member || pending.kind == PendingIsrChange::Expand(broker)
            }
            Some(pending) => {
                member && pending.proposed_isr.iter().any(|(proposed_isr, _)| *proposed_isr == broker)
            }
            None => member,
        }
    }

    /// Members of the maximal ISR.
    pub(crate) fn maximal_isr_len(&self, profile: &Profile) -> usize {
        let proposed_isr =
            self.pending.as_ref().map_or(self.members.len(), |pending| pending.proposed_isr.len());
        if profile.maximal_isr {
            proposed_isr.max(self.members.len())
        } else {
            proposed_isr.min(self.members.len())
        }
    }

    /// Proposes a follower. Nothing else may be pending.
    pub(crate) fn expand(&mut self, follower: BrokerId, epoch_of: impl Fn(BrokerId) -> BrokerEpoch) {
        debug_assert!(self.pending.is_none(), "one change at a time");
        let joined = self.members.iter().copied().chain([follower]);
        let proposed_isr = joined.map(|broker| (broker, epoch_of(broker))).collect();
        self.pending = Some(PendingIsr { kind: PendingIsrChange::Expand(follower), proposed_isr });
    }

    /// Proposes that followers leave. Nothing else may be pending.
    pub(crate) fn shrink(&mut self, out: &[BrokerId], epoch_of: impl Fn(BrokerId) -> BrokerEpoch) {
        debug_assert!(self.pending.is_none(), "one change at a time");
        let left = self.members.iter().copied().filter(|broker| !out.contains(broker));
        let proposed_isr = left.map(|broker| (broker, epoch_of(broker))).collect();
        self.pending = Some(PendingIsr { kind: PendingIsrChange::Shrink, proposed_isr });
    }

    /// The request for what is pending. A leader that was elected uncleanly reports itself recovered.
    pub(crate) fn alter_partition_request(
        &self,
        partition: PartitionIx,
        leader_epoch: LeaderEpoch,
    ) -> Option<AlterPartition> {
        self.pending.as_ref().map(|pending| AlterPartition {
            partition,
            leader_epoch,
            partition_epoch: self.partition_epoch,
            new_isr: pending.proposed_isr.clone(),
            recovery: Recovery::Recovered,
        })
    }

    /// Takes the controller's answer (`Partition.submitAlterPartition`).
    pub(crate) fn alter_partition_answered(
        &mut self,
        leader_epoch: LeaderEpoch,
        error: ErrorCode,
        state: Option<&PartitionRegistration>,
    ) -> AlterPartitionOutcome {
        if self.pending.is_none() {
            return AlterPartitionOutcome::Wait;
        }
        match (error, state) {
            // Another epoch: the metadata will bring the new role, this answer must not touch the ISR of the old one.
            (ErrorCode::None, Some(state)) if state.leader_epoch != leader_epoch => {
                AlterPartitionOutcome::Wait
            }
            (ErrorCode::None, Some(state)) if state.partition_epoch < self.partition_epoch => {
                AlterPartitionOutcome::Wait
            }
            (ErrorCode::None, Some(state)) => {
                *self = Isr::of(state);
                AlterPartitionOutcome::Applied
            }
            // The controller refused for sure, so nothing can have been committed with the proposal: it is safe to go
            // back. After the errors below the change may stand, and only newer metadata settles it.
            (ErrorCode::IneligibleReplica, _) => {
                self.pending = None;
                AlterPartitionOutcome::RolledBack
            }
            (
                ErrorCode::UnknownTopicOrPartition
                | ErrorCode::FencedLeaderEpoch
                | ErrorCode::InvalidUpdateVersion
                | ErrorCode::InvalidRequest,
                _,
            ) => AlterPartitionOutcome::Wait,
            // Proposing the same again is harmless: the partition epoch in it lets the controller make it once.
            _ => AlterPartitionOutcome::Retry,
        }
    }

    /// The metadata names a newer ISR: it replaces what is pending. False when it is not newer.
    pub(crate) fn update_from_metadata(&mut self, state: &PartitionRegistration) -> bool {
        let newer = state.partition_epoch > self.partition_epoch;
        if newer {
            *self = Isr::of(state);
        }
        newer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: BrokerId = BrokerId(1);
    const TWO: BrokerId = BrokerId(2);
    const THREE: BrokerId = BrokerId(3);

    fn state(isr: &[BrokerId], partition_epoch: PartitionEpoch) -> PartitionRegistration {
        PartitionRegistration { isr: isr.to_vec(), partition_epoch, ..PartitionRegistration::default() }
    }

    fn counting(isr: &Isr, maximal_isr: bool) -> Vec<i32> {
        let profile = Profile { maximal_isr, ..Profile::default() };
        let counted: Vec<_> =
            [ONE, TWO, THREE].into_iter().filter(|each| isr.in_maximal_isr(*each, &profile)).collect();
        assert_eq!(counted.len(), isr.maximal_isr_len(&profile));
        counted.iter().map(|each| each.0).collect()
    }

    #[test]
    fn the_maximal_isr_has_who_may_be_in_it() {
        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.expand(THREE, |broker| i64::from(broker.0) * 10);
        assert_eq!((counting(&isr, true), counting(&isr, false)), (vec![1, 2, 3], vec![1, 2]));
        let request = isr.alter_partition_request(PartitionIx(0), 7).unwrap();
        assert_eq!(request.new_isr, [(ONE, 10), (TWO, 20), (THREE, 30)]);
        assert_eq!((request.leader_epoch, request.partition_epoch), (7, 4));

        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.shrink(&[TWO], |_| -1);
        assert_eq!((counting(&isr, true), counting(&isr, false)), (vec![1, 2], vec![1]));
    }

    #[test]
    fn each_answer_has_its_outcome() {
        let answered = |error, state: Option<PartitionRegistration>| {
            let mut isr = Isr::of(&super::tests::state(&[ONE, TWO], 4));
            isr.shrink(&[TWO], |_| -1);
            let outcome = isr.alter_partition_answered(0, error, state.as_ref());
            (outcome, isr.members().len(), isr.pending().is_some())
        };
        let new = state(&[ONE], 5);
        assert_eq!(answered(ErrorCode::None, Some(new.clone())), (AlterPartitionOutcome::Applied, 1, false));
        let newer_leader = PartitionRegistration { leader_epoch: 1, ..new.clone() };
        assert_eq!(answered(ErrorCode::None, Some(newer_leader)), (AlterPartitionOutcome::Wait, 2, true));
        let late = PartitionRegistration { partition_epoch: 3, ..new };
        assert_eq!(answered(ErrorCode::None, Some(late)), (AlterPartitionOutcome::Wait, 2, true));
        assert_eq!(
            answered(ErrorCode::IneligibleReplica, None),
            (AlterPartitionOutcome::RolledBack, 2, false)
        );
        assert_eq!(answered(ErrorCode::InvalidUpdateVersion, None), (AlterPartitionOutcome::Wait, 2, true));
        assert_eq!(answered(ErrorCode::FencedLeaderEpoch, None), (AlterPartitionOutcome::Wait, 2, true));
        assert_eq!(answered(ErrorCode::NotController, None), (AlterPartitionOutcome::Retry, 2, true));
    }

    #[test]
    fn newer_metadata_settles_what_is_pending() {
        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.shrink(&[TWO], |_| -1);
        assert!(!isr.update_from_metadata(&state(&[ONE, TWO], 4)) && isr.pending().is_some());
        assert!(isr.update_from_metadata(&state(&[ONE, TWO, THREE], 5)) && isr.pending().is_none());
        assert_eq!(
            isr.alter_partition_answered(0, ErrorCode::None, Some(&state(&[ONE], 6))),
            AlterPartitionOutcome::Wait
        );
        assert_eq!(isr.members(), [ONE, TWO, THREE]);
    }
}
