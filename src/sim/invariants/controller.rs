//! What must be true of a partition as the controller has decided it.

use super::{Assumption, Auditor, catalogue};
use crate::model::{PartitionIx, id_list};
use crate::protocol::controller::Image;
use crate::protocol::controller::partitions::PartitionEntry;
use crate::protocol::wire::{PartitionRegistration, Recovery};
use crate::sim::observed::Observed;

impl Auditor {
    /// The controller's state of a partition.
    pub(super) fn controller_state(&mut self, world: &Observed<'_>, image: &Image, ix: PartitionIx) {
        let Some(entry) = image.partitions.get(ix) else { return };
        self.epochs_rise(world, ix, &entry.state);
        self.elections_are_clean(ix, &entry.state);
        self.leader_is_in_isr(world, ix, &entry.state);
        self.fenced_are_out(world, image, ix, &entry.state);
        self.sets_are_disjoint(world, image, ix, entry);
    }

    fn epochs_rise(&mut self, world: &Observed<'_>, ix: PartitionIx, state: &PartitionRegistration) {
        let now = (state.leader_epoch, state.partition_epoch);
        if let Some(was) = self.partitions[ix.at()].epochs.replace(now)
            && (now.0 < was.0 || now.1 < was.1)
        {
            self.report(world, &catalogue::EPOCHS, Some(ix), format!("{was:?} became {now:?}"));
        }
    }

    /// Not a promise: notes that a leader was elected which need not have everything.
    fn elections_are_clean(&mut self, ix: PartitionIx, state: &PartitionRegistration) {
        if state.recovery == Recovery::Recovering {
            let memory = &mut self.partitions[ix.at()];
            memory.broken.insert(Assumption::CleanElections);
            memory.ever.insert(Assumption::CleanElections);
        }
    }

    fn leader_is_in_isr(&mut self, world: &Observed<'_>, ix: PartitionIx, state: &PartitionRegistration) {
        if state.leader.is_some_and(|leader| !state.isr.contains(&leader)) {
            let detail = format!("leader {:?}, ISR {}", state.leader, id_list(&state.isr));
            self.report(world, &catalogue::LEADER_IN_ISR, Some(ix), detail);
        }
    }

    fn fenced_are_out(
        &mut self,
        world: &Observed<'_>,
        image: &Image,
        ix: PartitionIx,
        state: &PartitionRegistration,
    ) {
        let fenced = |id| image.brokers.get(id).is_none_or(|known: &_| known.fenced);
        let last = !image.profile.elr && state.isr.len() == 1 && state.leader.is_none();
        if let Some(id) = state.isr.iter().find(|id| fenced(id)).filter(|_| !last) {
            let detail = format!("broker {id} is fenced and in the ISR {}", id_list(&state.isr));
            self.report(world, &catalogue::VALID_CONTROLLER_STATE, Some(ix), detail);
        }
    }

    fn sets_are_disjoint(
        &mut self,
        world: &Observed<'_>,
        image: &Image,
        ix: PartitionIx,
        entry: &PartitionEntry,
    ) {
        let state = &entry.state;
        let min_isr = image.profile.effective_min_isr(image.min_isr(entry.topic), state.replicas.len());
        let all = || state.isr.iter().chain(&state.elr);
        let inside = all().all(|id| state.replicas.contains(id));
        let once = all().enumerate().all(|(at, id)| !all().take(at).any(|other| other == id));
        let needed = state.isr.len() < min_isr || state.elr.is_empty();
        if !(inside && once && needed) {
            let (replicas, isr, elr) = (id_list(&state.replicas), id_list(&state.isr), id_list(&state.elr));
            let detail = format!("replicas {replicas}, ISR {isr}, ELR {elr}, minimum ISR {min_isr}");
            self.report(world, &catalogue::VALID_ISR_AND_ELR, Some(ix), detail);
        }
    }
}
