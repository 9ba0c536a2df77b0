//! Whether leaders are elected and ISRs change, and how many crashes of brokers that vote take that away.

use crate::consequences::rack_votes::{ANY, RackVotes};
use crate::model::{BrokerId, Cluster, Quorum, QuorumState};

/// What the controllers do for one class of partitions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Elections {
    /// Whether a majority of the voters answers now.
    pub work: bool,
    /// Whether it is known which brokers vote.
    voters_known: bool,
    /// Crashes of brokers after which a majority is left, whichever brokers they are: of all voters, and now.
    crashes: (u32, u32),
    /// The same for whole racks.
    racks: (u32, u32),
}

impl Elections {
    /// Controllers apart from the brokers.
    pub(super) const GIVEN: Elections =
        Elections { work: true, voters_known: true, crashes: (ANY, ANY), racks: (ANY, ANY) };
    /// The worst that may hold where nobody read the quorum: the next crash takes the only voter.
    const AT_WORST: Elections =
        Elections { work: false, voters_known: false, crashes: (0, 0), racks: (0, 0) };

    /// What may hold in a cluster, the worst first: one where the quorum and the racks of its voters are known.
    pub(super) fn possible(cluster: &Cluster) -> Vec<Self> {
        let work = !cluster.quorum_state().is_lost();
        let Some(quorum) = cluster.quorum.get() else {
            let given = Elections { work, ..Elections::GIVEN };
            let unread = matches!(cluster.quorum_state(), QuorumState::Unknown(_));
            return if unread { vec![Elections::AT_WORST, given] } else { vec![given] };
        };
        let spare = |members: &[BrokerId]| (members.len() as u32).saturating_sub(quorum.majority() as u32);
        let (of_all, of_online) = (spare(&quorum.voters), spare(&quorum.online));
        let brokers = |voters: &[BrokerId]| brokers_among(cluster, voters).len();
        let crashes = (crashes(brokers(&quorum.voters), of_all), crashes(brokers(&quorum.online), of_online));
        let (promised, now) =
            (RackVotes::of(cluster, &quorum.voters), RackVotes::of(cluster, &quorum.online));
        let ends = [
            (promised.lost_at_worst(of_all), now.lost_at_worst(of_online)),
            (promised.lost_at_best(of_all), now.lost_at_best(of_online)),
        ];
        let mut possible: Vec<Elections> =
            ends.map(|racks| Elections { work, voters_known: true, crashes, racks }).to_vec();
        possible.dedup();
        possible
    }

    /// For partitions that no voter holds, it takes one crash more until they notice.
    pub(super) fn for_partitions(self, with_voter: bool) -> Self {
        let at_once = with_voter || !self.voters_known;
        let later = |count: u32| if at_once { count } else { count.saturating_add(1) };
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

/// Why nobody knows whether leaders are elected.
pub(super) fn quorum_unseen(cluster: &Cluster) -> Option<String> {
    match cluster.quorum_state() {
        QuorumState::Unknown(reason) => Some(format!("the controller quorum is {reason}")),
        _ => None,
    }
}

/// Why nobody can say what the loss of a rack does to the quorum, where it matters in which racks its voters are.
pub(super) fn racks_unseen(cluster: &Cluster) -> Option<String> {
    let quorum = cluster.quorum.get()?;
    let spare = quorum.voters.len().saturating_sub(quorum.majority()) as u32;
    RackVotes::of(cluster, &quorum.voters).doubt(spare)
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
