//! In which racks the voters of the controller quorum are, and how many racks may go before the majority does.

use crate::model::{BrokerId, Cluster, Datum, Origin};
use std::collections::BTreeMap;
use std::sync::Arc;

/// However many brokers or racks go, a majority of the voters stays.
pub(super) const ANY: u32 = u32::MAX;

/// Voters by rack.
pub(super) struct RackVotes {
    /// How many each rack is known to hold, most first; brokers without a rack count as one rack.
    known: Vec<u32>,
    /// Voters of which nobody saw the rack: brokers whose rack was not read, and controllers that are no brokers, for
    /// Kafka tells the rack of brokers only.
    unseen: Vec<BrokerId>,
}

impl RackVotes {
    pub(super) fn of(cluster: &Cluster, voters: &[BrokerId]) -> Self {
        let mut loads: BTreeMap<Option<&Arc<str>>, u32> = BTreeMap::new();
        let mut unseen = Vec::new();
        for voter in voters {
            match cluster.broker(*voter).map(|broker| &broker.rack) {
                Some(Datum::Known { value, .. }) => *loads.entry(value.as_ref()).or_default() += 1,
                Some(Datum::Unknown { .. }) => unseen.push(*voter),
                None if is_made_up(cluster) => {}
                None => unseen.push(*voter),
            }
        }
        let mut known: Vec<u32> = loads.into_values().collect();
        known.sort_unstable_by(|a, b| b.cmp(a));
        RackVotes { known, unseen }
    }

    /// Racks that may go, whichever they are, if all unseen voters are in the fullest one.
    pub(super) fn lost_at_worst(&self, spare: u32) -> u32 {
        let mut loads = self.known.clone();
        match loads.first_mut() {
            Some(fullest) => *fullest += self.unseen.len() as u32,
            None => loads.push(self.unseen.len() as u32),
        }
        within(&loads, spare)
    }

    /// The same if no rack of a broker holds any of them.
    pub(super) fn lost_at_best(&self, spare: u32) -> u32 {
        within(&self.known, spare)
    }

    /// Why it is not known how many may go.
    pub(super) fn doubt(&self, spare: u32) -> Option<String> {
        let ids: Vec<String> = self.unseen.iter().map(ToString::to_string).collect();
        (self.lost_at_worst(spare) != self.lost_at_best(spare))
            .then(|| format!("the racks of controllers {} are not known", ids.join(", ")))
    }
}

/// Controllers that klever made itself are in no rack of the brokers'.
fn is_made_up(cluster: &Cluster) -> bool {
    matches!(&cluster.quorum, Datum::Known { from: Origin::Assumed | Origin::Simulated, .. })
}

fn within(loads: &[u32], spare: u32) -> u32 {
    if loads.iter().sum::<u32>() <= spare {
        return ANY;
    }
    let mut gone = 0;
    let kept = loads.iter().take_while(|load| {
        gone += **load;
        gone <= spare
    });
    kept.count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(known: &[u32], unseen: i32) -> RackVotes {
        RackVotes { known: known.to_vec(), unseen: (0..unseen).map(BrokerId).collect() }
    }

    #[test]
    fn voters_of_unseen_racks_bound_what_is_survived() {
        let ends = |votes: &RackVotes, spare| (votes.lost_at_worst(spare), votes.lost_at_best(spare));
        assert_eq!(ends(&votes(&[1, 1, 1], 0), 1), (1, 1));
        assert_eq!(ends(&votes(&[2, 1], 0), 1), (0, 0));
        assert_eq!(ends(&votes(&[], 3), 1), (0, ANY), "controllers of their own may share a rack");
        assert_eq!(ends(&votes(&[1, 1], 1), 1), (0, 1));
        assert_eq!(ends(&votes(&[1], 0), 1), (ANY, ANY));
        assert!(votes(&[1, 1, 1], 0).doubt(1).is_none());
        let why = votes(&[], 3).doubt(1).unwrap();
        assert_eq!(why, "the racks of controllers 0, 1, 2 are not known");
    }
}
