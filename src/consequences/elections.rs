//! Whether leaders are elected and ISRs change, and how many crashes of brokers that vote take that away.

use crate::model::{BrokerId, Cluster, Quorum, QuorumState};
use std::collections::BTreeMap;
use std::sync::Arc;

/// However many brokers crash, a majority of the voters stays.
const ANY: u32 = u32::MAX;

/// What the controllers do for one class of partitions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Elections {
    /// Whether a majority of the voters answers now.
    pub work: bool,
    /// Crashes of brokers after which a majority is left, whichever brokers they are: of all voters, and now.
    crashes: (u32, u32),
    /// The same for whole racks.
    racks: (u32, u32),
}

impl Elections {
    /// Controllers apart from the brokers, or that nothing is known of.
    pub(super) const GIVEN: Elections = Elections { work: true, crashes: (ANY, ANY), racks: (ANY, ANY) };

    pub(super) fn of(cluster: &Cluster) -> Self {
        let work = !cluster.quorum_state().is_lost();
        let Some(quorum) = cluster.quorum.get() else { return Elections { work, ..Elections::GIVEN } };
        let (promised, now) =
            (brokers_among(cluster, &quorum.voters), brokers_among(cluster, &quorum.online));
        let spare = |members: &[BrokerId]| (members.len() as u32).saturating_sub(quorum.majority() as u32);
        let (of_all, of_online) = (spare(&quorum.voters), spare(&quorum.online));
        Elections {
            work,
            crashes: (crashes(promised.len(), of_all), crashes(now.len(), of_online)),
            racks: (racks(cluster, &promised, of_all), racks(cluster, &now, of_online)),
        }
    }

    /// For partitions that no voter holds, it takes one crash more until they notice.
    pub(super) fn for_partitions(self, with_voter: bool) -> Self {
        let later = |count: u32| if with_voter { count } else { count.saturating_add(1) };
        let crashes = (later(self.crashes.0), later(self.crashes.1));
        Elections { crashes, ..self }
    }

    /// So many crashes at most, as promised and now; none more where nothing is elected already.
    pub(super) fn crash_limits(&self) -> (u32, u32) {
        (self.crashes.0, if self.work { self.crashes.1 } else { 0 })
    }

    pub(super) fn rack_limits(&self) -> (u32, u32) {
        (self.racks.0, if self.work { self.racks.1 } else { 0 })
    }
}

/// Voters that are brokers too.
pub(super) fn brokers_among(cluster: &Cluster, voters: &[BrokerId]) -> Vec<BrokerId> {
    voters.iter().copied().filter(|id| cluster.broker(*id).is_some()).collect()
}

fn crashes(voting_brokers: usize, spare: u32) -> u32 {
    if voting_brokers as u32 > spare { spare } else { ANY }
}

/// The racks with most voters go first; those without a rack go together.
fn racks(cluster: &Cluster, voting_brokers: &[BrokerId], spare: u32) -> u32 {
    if voting_brokers.len() as u32 <= spare {
        return ANY;
    }
    let mut loads: BTreeMap<Option<&Arc<str>>, u32> = BTreeMap::new();
    voting_brokers.iter().for_each(|id| *loads.entry(cluster.rack_of(*id)).or_default() += 1);
    let mut loads: Vec<u32> = loads.into_values().collect();
    loads.sort_unstable_by(|a, b| b.cmp(a));
    let mut gone = 0;
    let within = loads.into_iter().take_while(|load| {
        gone += load;
        gone <= spare
    });
    within.count() as u32
}

/// The brokers with fewest whose loss takes the majority, where brokers can do that.
pub(super) fn brokers_that_decide(cluster: &Cluster) -> Option<Vec<BrokerId>> {
    let QuorumState::Works(quorum) = cluster.quorum_state() else { return None };
    let enough = quorum.online.len() - quorum.majority() + 1;
    let mut deciding = brokers_among(cluster, &quorum.online);
    deciding.truncate(enough);
    (deciding.len() == enough).then_some(deciding)
}

/// Whether these are gone and the majority with them.
pub(super) fn loses_majority(quorum: &Quorum, gone: &[BrokerId]) -> bool {
    !quorum.without(gone).has_majority()
}
