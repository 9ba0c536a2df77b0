//! The controller's rules as pure questions about one partition, for consequences and what-if.

use crate::model::BrokerId;
use crate::protocol::controller::partition_change::{Elected, Election, Rules, Target, apply, build, elect};
use crate::protocol::profile::Profile;
use crate::protocol::wire::PartitionState;

/// What decides about one partition beside its state.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The version's switches.
    pub profile: &'a Profile,
    /// `min.insync.replicas` as configured.
    pub min_isr: usize,
    /// `unclean.leader.election.enable`.
    pub unclean: bool,
}

impl<'a> Setting<'a> {
    fn election(&self) -> Election {
        if self.unclean { Election::Unclean } else { Election::Online }
    }

    fn rules(&self, state: &PartitionState, acceptable: &'a dyn Fn(BrokerId) -> bool) -> Rules<'a> {
        let min_isr = self.profile.effective_min_isr(self.min_isr, state.replicas.len());
        Rules { profile: self.profile, min_isr, acceptable }
    }
}

/// Who leads if only the brokers in `alive` are fit to; `None` if the partition is offline.
///
/// The ISR stays as it is: this is the moment of a look, not the outcome of failures.
pub fn leader_now(
    state: &PartitionState,
    alive: &dyn Fn(BrokerId) -> bool,
    setting: Setting<'_>,
) -> Option<Elected> {
    let target = Target::isr(state.isr.clone(), setting.election());
    elect(state, target, setting.rules(state, alive))
}

/// The partition after these brokers crashed and were fenced, one after another in this order.
///
/// Brokers that fail together are fenced in some order too; which one is last can decide who may lead.
pub fn after_crashes(
    state: &PartitionState,
    lost: &[BrokerId],
    alive: &dyn Fn(BrokerId) -> bool,
    setting: Setting<'_>,
) -> PartitionState {
    let mut state = state.clone();
    for (place, broker) in lost.iter().enumerate() {
        let gone = &lost[..=place];
        let acceptable = |id: BrokerId| alive(id) && !gone.contains(&id);
        if state.isr.contains(broker) {
            let isr = state.isr.iter().copied().filter(|id| id != broker).collect();
            decide(&mut state, Target::isr(isr, setting.election()), &acceptable, setting);
        }
    }
    state
}

/// The partition after a broker came back and was unfenced: `unclean` without its clean-shutdown marker.
pub fn after_return(
    state: &PartitionState,
    broker: BrokerId,
    unclean: bool,
    alive: &dyn Fn(BrokerId) -> bool,
    setting: Setting<'_>,
) -> PartitionState {
    let mut state = state.clone();
    let others = |id: BrokerId| id != broker && alive(id);
    let listed = state.isr.contains(&broker) || state.elr.contains(&broker) && unclean;
    if listed && (setting.profile.elr || state.isr.contains(&broker)) {
        let isr = state.isr.iter().copied().filter(|id| *id != broker).collect();
        let unclean_shutdown = Some(broker).filter(|_| unclean && setting.profile.elr);
        let target = Target { unclean_shutdown, ..Target::isr(isr, setting.election()) };
        decide(&mut state, target, &others, setting);
    }
    if state.leader.is_none() {
        let target = Target::isr(state.isr.clone(), setting.election());
        decide(&mut state, target, &|id| id == broker || alive(id), setting);
    }
    state
}

fn decide(
    state: &mut PartitionState,
    target: Target,
    acceptable: &dyn Fn(BrokerId) -> bool,
    setting: Setting<'_>,
) {
    let min_isr = setting.profile.effective_min_isr(setting.min_isr, state.replicas.len());
    let rules = Rules { profile: setting.profile, min_isr, acceptable };
    if let Some(change) = build(state, target, rules) {
        apply(state, &change);
    }
}
