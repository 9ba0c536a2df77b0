//! A leader's view of its ISR and the one change it may have under way (`PartitionState`, KIP-497).

use crate::model::{BrokerId, PartitionIx};
use crate::protocol::profile::Profile;
use crate::protocol::wire::{
    AlterPartition, BrokerEpoch, ErrorCode, LeaderEpoch, PartitionEpoch, PartitionState, Recovery,
};

/// What is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PendingKind {
    /// This follower is to join.
    Expand(BrokerId),
    /// Followers are to leave.
    Shrink,
}

/// A change that the controller has not confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Pending {
    pub kind: PendingKind,
    /// The ISR wished for, each with the broker epoch seen.
    pub wished: Vec<(BrokerId, BrokerEpoch)>,
}

/// What a controller's answer means for the leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AlterOutcome {
    /// The ISR is as answered.
    Applied,
    /// The wish is dropped and the last confirmed ISR holds.
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
    pending: Option<Pending>,
}

impl Isr {
    /// The ISR of the metadata.
    pub(crate) fn of(state: &PartitionState) -> Self {
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
    pub(crate) fn pending(&self) -> Option<&Pending> {
        self.pending.as_ref()
    }

    /// Whether the high watermark waits for a broker: a member, or one about to join. One about to leave
    /// still counts until the controller says so (the maximal ISR).
    ///
    /// Without [`Profile::maximal_isr`] the leader takes its wish for granted and waits for no one who
    /// does not belong to both: what the controller then elects may lack committed records.
    pub(crate) fn counts(&self, broker: BrokerId, profile: &Profile) -> bool {
        let member = self.members.contains(&broker);
        match &self.pending {
            Some(pending) if profile.maximal_isr => member || pending.kind == PendingKind::Expand(broker),
            Some(pending) => member && pending.wished.iter().any(|(wished, _)| *wished == broker),
            None => member,
        }
    }

    /// How many brokers count.
    pub(crate) fn count(&self, profile: &Profile) -> usize {
        let wished = self.pending.as_ref().map_or(self.members.len(), |pending| pending.wished.len());
        match profile.maximal_isr {
            true => wished.max(self.members.len()),
            false => wished.min(self.members.len()),
        }
    }

    /// Wishes a follower in. Nothing else may be pending.
    pub(crate) fn expand(&mut self, follower: BrokerId, epoch_of: impl Fn(BrokerId) -> BrokerEpoch) {
        debug_assert!(self.pending.is_none(), "one change at a time");
        let joined = self.members.iter().copied().chain([follower]);
        let wished = joined.map(|broker| (broker, epoch_of(broker))).collect();
        self.pending = Some(Pending { kind: PendingKind::Expand(follower), wished });
    }

    /// Wishes followers out. Nothing else may be pending.
    pub(crate) fn shrink(&mut self, out: &[BrokerId], epoch_of: impl Fn(BrokerId) -> BrokerEpoch) {
        debug_assert!(self.pending.is_none(), "one change at a time");
        let left = self.members.iter().copied().filter(|broker| !out.contains(broker));
        let wished = left.map(|broker| (broker, epoch_of(broker))).collect();
        self.pending = Some(Pending { kind: PendingKind::Shrink, wished });
    }

    /// The request for what is pending. A leader that was elected uncleanly reports itself recovered.
    pub(crate) fn request(
        &self,
        partition: PartitionIx,
        leader_epoch: LeaderEpoch,
    ) -> Option<AlterPartition> {
        self.pending.as_ref().map(|pending| AlterPartition {
            partition,
            leader_epoch,
            partition_epoch: self.partition_epoch,
            new_isr: pending.wished.clone(),
            recovery: Recovery::Recovered,
        })
    }

    /// Takes the controller's answer (`Partition.submitAlterPartition`).
    pub(crate) fn answered(
        &mut self,
        leader_epoch: LeaderEpoch,
        error: ErrorCode,
        state: Option<&PartitionState>,
    ) -> AlterOutcome {
        if self.pending.is_none() {
            return AlterOutcome::Wait;
        }
        match (error, state) {
            (ErrorCode::None, Some(state)) if state.leader_epoch != leader_epoch => AlterOutcome::Wait,
            (ErrorCode::None, Some(state)) if state.partition_epoch < self.partition_epoch => {
                AlterOutcome::Wait
            }
            (ErrorCode::None, Some(state)) => {
                *self = Isr::of(state);
                AlterOutcome::Applied
            }
            (ErrorCode::IneligibleReplica, _) => {
                self.pending = None;
                AlterOutcome::RolledBack
            }
            (
                ErrorCode::UnknownTopicOrPartition
                | ErrorCode::FencedLeaderEpoch
                | ErrorCode::InvalidUpdateVersion
                | ErrorCode::InvalidRequest,
                _,
            ) => AlterOutcome::Wait,
            _ => AlterOutcome::Retry,
        }
    }

    /// The metadata names a newer ISR: it replaces what is pending. False when it is not newer.
    pub(crate) fn learned(&mut self, state: &PartitionState) -> bool {
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

    fn state(isr: &[BrokerId], partition_epoch: PartitionEpoch) -> PartitionState {
        PartitionState { isr: isr.to_vec(), partition_epoch, ..PartitionState::default() }
    }

    fn counting(isr: &Isr, maximal_isr: bool) -> Vec<i32> {
        let profile = Profile { maximal_isr, ..Profile::default() };
        let counted: Vec<_> =
            [ONE, TWO, THREE].into_iter().filter(|each| isr.counts(*each, &profile)).collect();
        assert_eq!(counted.len(), isr.count(&profile));
        counted.iter().map(|each| each.0).collect()
    }

    #[test]
    fn the_maximal_isr_has_who_may_be_in_it() {
        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.expand(THREE, |broker| i64::from(broker.0) * 10);
        assert_eq!((counting(&isr, true), counting(&isr, false)), (vec![1, 2, 3], vec![1, 2]));
        let request = isr.request(PartitionIx(0), 7).unwrap();
        assert_eq!(request.new_isr, [(ONE, 10), (TWO, 20), (THREE, 30)]);
        assert_eq!((request.leader_epoch, request.partition_epoch), (7, 4));

        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.shrink(&[TWO], |_| -1);
        assert_eq!((counting(&isr, true), counting(&isr, false)), (vec![1, 2], vec![1]));
    }

    #[test]
    fn each_answer_has_its_outcome() {
        let answered = |error, state: Option<PartitionState>| {
            let mut isr = Isr::of(&super::tests::state(&[ONE, TWO], 4));
            isr.shrink(&[TWO], |_| -1);
            let outcome = isr.answered(0, error, state.as_ref());
            (outcome, isr.members().len(), isr.pending().is_some())
        };
        let new = state(&[ONE], 5);
        assert_eq!(answered(ErrorCode::None, Some(new.clone())), (AlterOutcome::Applied, 1, false));
        let newer_leader = PartitionState { leader_epoch: 1, ..new.clone() };
        assert_eq!(answered(ErrorCode::None, Some(newer_leader)), (AlterOutcome::Wait, 2, true));
        let late = PartitionState { partition_epoch: 3, ..new };
        assert_eq!(answered(ErrorCode::None, Some(late)), (AlterOutcome::Wait, 2, true));
        assert_eq!(answered(ErrorCode::IneligibleReplica, None), (AlterOutcome::RolledBack, 2, false));
        assert_eq!(answered(ErrorCode::InvalidUpdateVersion, None), (AlterOutcome::Wait, 2, true));
        assert_eq!(answered(ErrorCode::FencedLeaderEpoch, None), (AlterOutcome::Wait, 2, true));
        assert_eq!(answered(ErrorCode::NotController, None), (AlterOutcome::Retry, 2, true));
    }

    #[test]
    fn newer_metadata_settles_what_is_pending() {
        let mut isr = Isr::of(&state(&[ONE, TWO], 4));
        isr.shrink(&[TWO], |_| -1);
        assert!(!isr.learned(&state(&[ONE, TWO], 4)) && isr.pending().is_some());
        assert!(isr.learned(&state(&[ONE, TWO, THREE], 5)) && isr.pending().is_none());
        assert_eq!(isr.answered(0, ErrorCode::None, Some(&state(&[ONE], 6))), AlterOutcome::Wait);
        assert_eq!(isr.members(), [ONE, TWO, THREE]);
    }
}
