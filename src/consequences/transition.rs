//! What the controller makes of a class of partitions when brokers go: its own rule, asked with masks.

use crate::consequences::case::{LiveReplicas, places};
use crate::model::BrokerId;
use crate::protocol::controller::what_if::{PartitionPolicy, after_crashes};
use crate::protocol::profile::Profile;
use crate::protocol::wire::{PartitionRegistration, Recovery};

#[derive(Clone, Copy)]
pub(super) struct TransitionRule<'a> {
    pub profile: &'a Profile,
    /// `min.insync.replicas` as configured.
    pub min_isr: u32,
    /// `unclean.leader.election.enable`
    pub unclean: bool,
}

impl<'a> TransitionRule<'a> {
    fn setting(&self) -> PartitionPolicy<'a> {
        PartitionPolicy { profile: self.profile, min_isr: self.min_isr as usize, unclean: self.unclean }
    }

    /// The state after the brokers at these places crashed, or stopped in order, one after another.
    pub(super) fn lose(&self, live: &LiveReplicas, replicas: u32, lost: &[u8]) -> LiveReplicas {
        let lost: Vec<BrokerId> = lost.iter().map(|place| BrokerId(i32::from(*place))).collect();
        let alive = |id: BrokerId| live.up >> id.0 & 1 == 1;
        let after = after_crashes(&state_of(live, replicas), &lost, &alive, self.setting());
        let gone = lost.iter().fold(0, |mask, id| mask | 1 << id.0);
        live_of(&after, live.up & !gone)
    }
}

/// The partition with its replicas named by their places.
pub(super) fn state_of(live: &LiveReplicas, replicas: u32) -> PartitionRegistration {
    let ids = |mask: u32| places(mask).map(|place| BrokerId(place as i32)).collect();
    let all = crate::consequences::case::mask_of(replicas);
    PartitionRegistration {
        replicas: ids(all),
        isr: ids(live.isr & all),
        elr: ids(live.elr & all),
        last_known_elr: Vec::new(),
        leader: live.leader.map(|place| BrokerId(i32::from(place))),
        leader_epoch: 0,
        partition_epoch: 0,
        recovery: Recovery::Recovered,
        adding: Vec::new(),
        removing: Vec::new(),
    }
}

/// The masks of a partition whose replicas are named by their places.
pub(super) fn live_of(state: &PartitionRegistration, up: u32) -> LiveReplicas {
    let mask = |ids: &[BrokerId]| ids.iter().fold(0, |mask, id| mask | 1 << id.0);
    LiveReplicas {
        isr: mask(&state.isr),
        elr: mask(&state.elr),
        up,
        leader: state.leader.map(|id| id.0 as u8),
    }
}
