//! Over how many racks a replica set is spread.

use crate::model::{BrokerId, Unknown};
use crate::rules::ClusterFacts;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Spread<'a> {
    rack: BTreeMap<BrokerId, &'a str>,
    racks: usize,
}

impl<'a> Spread<'a> {
    pub(super) fn of(facts: &ClusterFacts<'a>) -> Result<Self, &'a Unknown> {
        let racks = facts.racks()?;
        let placed = racks.iter().flat_map(|(rack, brokers)| brokers.iter().map(|broker| (broker.id, *rack)));
        Ok(Spread { rack: placed.collect(), racks: racks.len() })
    }

    /// How many racks there are.
    pub(super) fn racks(&self) -> usize {
        self.racks
    }

    /// How many racks these replicas are in; `None` when one of them has no rack.
    pub(super) fn over(&self, replicas: &[BrokerId]) -> Option<usize> {
        let racks: Option<BTreeSet<&str>> = replicas.iter().map(|id| self.rack.get(id).copied()).collect();
        racks.map(|racks| racks.len())
    }

    /// The rack of a broker, `-` when it has none.
    pub(super) fn rack_of(&self, id: BrokerId) -> &'a str {
        self.rack.get(&id).copied().unwrap_or("-")
    }
}
