//! The controller's rules as pure questions about one partition, for consequences and what-if.

use crate::model::BrokerId;
use crate::protocol::controller::partition_change::{Election, ElectionRules, PartitionTarget, apply, build};
use crate::protocol::profile::Profile;
use crate::protocol::wire::PartitionRegistration;

/// What decides about one partition beside its state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartitionPolicy<'a> {
    pub profile: &'a Profile,
    /// `min.insync.replicas` as configured.
    pub min_isr: usize,
    /// `unclean.leader.election.enable`.
    pub unclean: bool,
}

impl<'a> PartitionPolicy<'a> {
    fn target(&self, isr: Vec<BrokerId>) -> PartitionTarget {
        PartitionTarget::isr(isr, if self.unclean { Election::Unclean } else { Election::Online })
    }

    fn rules<'b>(
        &self,
        state: &PartitionRegistration,
        acceptable: &'b dyn Fn(BrokerId) -> bool,
    ) -> ElectionRules<'b>
    where
        'a: 'b,
    {
        let min_isr = self.profile.effective_min_isr(self.min_isr, state.replicas.len());
        ElectionRules { profile: self.profile, min_isr, acceptable }
    }

    fn decide(
        &self,
        state: &mut PartitionRegistration,
        target: PartitionTarget,
        acceptable: &dyn Fn(BrokerId) -> bool,
    ) {
        if let Some(change) = build(state, target, self.rules(state, acceptable)) {
            apply(state, &change);
        }
    }
}

/// The partition after these brokers crashed and were fenced, one after another in this order.
///
/// `alive` tells of the others. Brokers that fail together are fenced in some order too: which one is
/// last can decide who may lead.
pub(crate) fn after_crashes(
    state: &PartitionRegistration,
    lost: &[BrokerId],
    alive: &dyn Fn(BrokerId) -> bool,
    policy: PartitionPolicy<'_>,
) -> PartitionRegistration {
    let mut state = state.clone();
    for (place, broker) in lost.iter().enumerate() {
        let acceptable = |id: BrokerId| alive(id) && !lost[..=place].contains(&id);
        if state.isr.contains(broker) {
            let target = without(broker, policy, &state.isr);
            policy.decide(&mut state, target, &acceptable);
        }
    }
    state
}

/// The partition after a broker came back and was unfenced; `clean` with the marker of a clean shutdown.
///
/// `alive` tells of the others.
#[cfg(test)]
pub(crate) fn after_return(
    state: &PartitionRegistration,
    broker: BrokerId,
    clean: bool,
    alive: &dyn Fn(BrokerId) -> bool,
    policy: PartitionPolicy<'_>,
) -> PartitionRegistration {
    let mut state = state.clone();
    let distrusted = policy.profile.elr && !clean;
    if state.isr.contains(&broker) || distrusted && state.elr.contains(&broker) {
        let unclean_shutdown = Some(broker).filter(|_| distrusted);
        let target = PartitionTarget { unclean_shutdown, ..without(&broker, policy, &state.isr) };
        policy.decide(&mut state, target, &|id| id != broker && alive(id));
    }
    if state.leader.is_none() {
        let target = policy.target(state.isr.clone());
        policy.decide(&mut state, target, &|id| id == broker || alive(id));
    }
    state
}

fn without(broker: &BrokerId, policy: PartitionPolicy<'_>, isr: &[BrokerId]) -> PartitionTarget {
    policy.target(isr.iter().copied().filter(|id| id != broker).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [BrokerId; 3] = [BrokerId(1), BrokerId(2), BrokerId(3)];

    fn healthy() -> PartitionRegistration {
        PartitionRegistration {
            replicas: ALL.into(),
            isr: ALL.into(),
            leader: Some(ALL[0]),
            ..Default::default()
        }
    }

    fn profile(version: &str) -> Profile {
        Profile::of(version.parse().unwrap(), None)
    }

    #[test]
    fn the_order_of_crashes_decides_who_is_last() {
        let profile = profile("4.1");
        let policy = PartitionPolicy { profile: &profile, min_isr: 2, unclean: false };
        let after = after_crashes(&healthy(), &[ALL[0], ALL[2], ALL[1]], &|_| true, policy);
        assert_eq!((after.leader, &after.elr[..]), (None, &ALL[1..]));
        assert_eq!(after.last_known_elr, [ALL[1]]);
        let back = |broker| after_return(&after, broker, true, &|_| false, policy).leader;
        assert_eq!(ALL.map(back), [None, Some(ALL[1]), Some(ALL[2])]);
    }

    #[test]
    fn without_elr_only_the_last_one_brings_it_back() {
        let profile = profile("3.9");
        let policy = PartitionPolicy { profile: &profile, min_isr: 2, unclean: false };
        let after = after_crashes(&healthy(), &ALL, &|_| true, policy);
        assert_eq!((after.leader, &after.isr[..]), (None, &ALL[2..]));
        let back = |broker| after_return(&after, broker, false, &|_| false, policy).leader;
        assert_eq!(ALL.map(back), [None, None, Some(ALL[2])]);
        let unclean = PartitionPolicy { unclean: true, ..policy };
        let back = |broker| after_return(&after, broker, false, &|_| false, unclean).leader;
        assert_eq!(ALL.map(back), ALL.map(Some));
    }

    #[test]
    fn two_lossy_returns_leave_the_last_known_leader() {
        let profile = profile("4.1");
        let policy = PartitionPolicy { profile: &profile, min_isr: 2, unclean: false };
        let lost = after_crashes(&healthy(), &[ALL[0], ALL[2], ALL[1]], &|_| true, policy);
        let third = after_return(&lost, ALL[2], false, &|_| false, policy);
        assert_eq!((third.leader, &third.elr[..]), (None, &ALL[1..2]));
        let second = after_return(&third, ALL[1], false, &|id| id == ALL[2], policy);
        assert_eq!((second.leader, &second.isr[..]), (Some(ALL[1]), &ALL[1..2]));
        assert_eq!(second.recovery, crate::protocol::wire::Recovery::Recovering);
    }
}
