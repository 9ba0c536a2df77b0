//! Where new replicas go: stripes over racks, and over the brokers within each (`StripedReplicaPlacer`).

use crate::model::BrokerId;
use crate::protocol::wire::ErrorCode;
use rand_core::Rng;
use rand_pcg::Pcg32;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A broker that may get replicas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Candidate {
    pub id: BrokerId,
    /// Its rack; all brokers without one make a rack of their own.
    pub rack: Option<Arc<str>>,
    /// It gets replicas only when the others do not suffice, and never the first.
    pub fenced: bool,
}

/// Replica lists for `count` new partitions; `existing` are those that the topic has already.
///
/// # Errors
/// `InvalidReplicationFactor` if the factor is 0, exceeds the brokers, or every broker is fenced.
pub(crate) fn place(
    candidates: &[Candidate],
    existing: &[&[BrokerId]],
    count: usize,
    replication_factor: usize,
    seed: u64,
) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
    let unfenced = candidates.iter().filter(|candidate| !candidate.fenced).count();
    if replication_factor == 0 || replication_factor > candidates.len() || unfenced == 0 {
        return Err(ErrorCode::InvalidReplicationFactor);
    }
    let mut racks = Racks::new(candidates, existing, Draw::new(seed));
    Ok((0..count).map(|_| racks.place(replication_factor)).collect())
}

/// Brokers to append to one partition's replicas until there are `replication_factor`.
///
/// The rack with the fewest of its replicas first, within it the broker with the fewest of all
/// (`load`), unfenced before fenced. Kafka leaves this to whoever asks for a reassignment.
///
/// # Errors
/// `InvalidReplicationFactor` if there are too few brokers.
pub(crate) fn extend(
    candidates: &[Candidate],
    replicas: &[BrokerId],
    replication_factor: usize,
    load: &BTreeMap<BrokerId, usize>,
) -> Result<Vec<BrokerId>, ErrorCode> {
    let mut replicas = replicas.to_vec();
    while replicas.len() < replication_factor {
        let used = |candidate: &Candidate| {
            let same_rack = candidates.iter().filter(|other| other.rack == candidate.rack);
            same_rack.filter(|other| replicas.contains(&other.id)).count()
        };
        let rank = |candidate: &&Candidate| {
            let loaded = load.get(&candidate.id).copied().unwrap_or(0);
            (candidate.fenced, used(candidate), loaded, candidate.id)
        };
        let free = candidates.iter().filter(|candidate| !replicas.contains(&candidate.id));
        let Some(next) = free.min_by_key(rank) else { return Err(ErrorCode::InvalidReplicationFactor) };
        replicas.push(next.id);
    }
    Ok(replicas)
}

struct Draw(Pcg32);

impl Draw {
    fn new(seed: u64) -> Self {
        Draw(Pcg32::new(seed, 0x6b6c_6576_6572))
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.0.next_u32()) * bound as u64) >> 32) as usize
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }
}

/// Brokers that are taken in turn, starting one further in every round.
#[derive(Default)]
struct Ring {
    brokers: Vec<BrokerId>,
    taken: usize,
    offset: usize,
    round: usize,
}

impl Ring {
    fn start(&mut self, after: Option<usize>, draw: &mut Draw) {
        self.brokers.sort_unstable();
        match (self.brokers.len(), after) {
            (0, _) => {}
            (len, Some(place)) => self.offset = (place + 1) % len,
            (len, None) => self.offset = draw.below(len),
        }
    }

    fn next(&mut self, round: usize) -> Option<BrokerId> {
        let len = self.brokers.len();
        if len > 0 && self.round != round {
            (self.round, self.taken) = (round, 0);
            self.offset = (self.offset + 1) % len;
        }
        if self.taken >= len {
            return None;
        }
        self.taken += 1;
        Some(self.brokers[(self.taken - 1 + self.offset) % len])
    }
}

#[derive(Default)]
struct Rack {
    unfenced: Ring,
    fenced: Ring,
}

struct Racks {
    racks: Vec<Rack>,
    offset: usize,
    round: usize,
    unfenced: usize,
    draw: Draw,
}

impl Racks {
    fn new(candidates: &[Candidate], existing: &[&[BrokerId]], mut draw: Draw) -> Self {
        let mut by_name: BTreeMap<&Option<Arc<str>>, Rack> = BTreeMap::new();
        for candidate in candidates {
            let rack = by_name.entry(&candidate.rack).or_default();
            let ring = if candidate.fenced { &mut rack.fenced } else { &mut rack.unfenced };
            ring.brokers.push(candidate.id);
        }
        let rack_of = |id: BrokerId| candidates.iter().find(|c| c.id == id).map(|c| &c.rack);
        let names: Vec<_> = by_name.keys().copied().collect();
        for (name, rack) in &mut by_name {
            rack.unfenced.brokers.sort_unstable();
            let newest = existing.iter().rev().flat_map(|replicas| replicas.iter());
            let last = newest.copied().find(|id| rack_of(*id) == Some(*name));
            let place = last.and_then(|id| rack.unfenced.brokers.iter().position(|other| *other == id));
            rack.fenced.start(None, &mut draw);
            rack.unfenced.start(place, &mut draw);
        }
        let last_leader = existing.last().and_then(|replicas| replicas.first());
        let last_rack = last_leader.and_then(|id| rack_of(*id));
        let place = last_rack.and_then(|rack| names.iter().position(|name| *name == rack));
        let offset = place.map_or_else(|| draw.below(names.len()), |place| (place + 1) % names.len());
        let unfenced = candidates.iter().filter(|candidate| !candidate.fenced).count();
        Racks { racks: by_name.into_values().collect(), offset, round: 0, unfenced, draw }
    }

    fn place(&mut self, replication_factor: usize) -> Vec<BrokerId> {
        self.avoid_repetition();
        let count = self.racks.len();
        let (leader, mut leader_rack) = self.leader();
        let mut replicas = vec![leader];
        let mut rack = self.offset;
        while replicas.len() < replication_factor {
            if leader_rack == Some(rack) {
                leader_rack = None;
            } else {
                let rack = &mut self.racks[rack];
                let next = rack.unfenced.next(self.round).or_else(|| rack.fenced.next(self.round));
                replicas.extend(next);
            }
            rack = (rack + 1) % count;
        }
        self.round += 1;
        self.offset += 1;
        replicas
    }

    /// The first replica is on an unfenced broker, if need be of a later rack.
    fn leader(&mut self) -> (BrokerId, Option<usize>) {
        let count = self.racks.len();
        let mut rack = self.offset;
        loop {
            if let Some(leader) = self.racks[rack].unfenced.next(self.round) {
                return (leader, Some(rack));
            }
            rack = (rack + 1) % count;
        }
    }

    /// After as many partitions as there are unfenced brokers the stripes would repeat.
    fn avoid_repetition(&mut self) {
        if self.round == self.unfenced && self.unfenced > 1 {
            self.draw.shuffle(&mut self.racks);
            for rack in &mut self.racks {
                self.draw.shuffle(&mut rack.unfenced.brokers);
                self.draw.shuffle(&mut rack.fenced.brokers);
            }
            self.round = 0;
        }
        if self.offset == self.racks.len() {
            self.offset = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brokers(racks: &str) -> Vec<Candidate> {
        let of = |(place, rack): (usize, char)| Candidate {
            id: BrokerId(place as i32 + 1),
            rack: rack.is_alphabetic().then(|| rack.to_lowercase().to_string().into()),
            fenced: rack.is_uppercase(),
        };
        racks.chars().enumerate().map(of).collect()
    }

    #[test]
    fn three_replicas_in_three_racks_are_one_each() {
        let brokers = brokers("abcabcabc");
        let rack = |id: &BrokerId| brokers[id.0 as usize - 1].rack.clone();
        for seed in 0..50 {
            for replicas in place(&brokers, &[], 30, 3, seed).unwrap() {
                let racks: std::collections::BTreeSet<_> = replicas.iter().map(rack).collect();
                assert_eq!(racks.len(), 3, "{replicas:?} with seed {seed}");
            }
        }
    }

    #[test]
    fn leaders_and_replicas_are_even() {
        for seed in 0..50 {
            let placed = place(&brokers("------"), &[], 12, 3, seed).unwrap();
            for id in (1..=6).map(BrokerId) {
                assert_eq!(placed.iter().filter(|replicas| replicas[0] == id).count(), 2);
                assert_eq!(placed.iter().flatten().filter(|other| **other == id).count(), 6);
            }
        }
    }

    #[test]
    fn a_fenced_broker_never_comes_first_and_only_if_needed() {
        let placed = place(&brokers("aAbb"), &[], 40, 3, 7).unwrap();
        assert!(placed.iter().all(|replicas| replicas[0] != BrokerId(2)));
        assert!(placed.iter().all(|replicas| replicas.len() == 3));
        let all = place(&brokers("aAbb"), &[], 1, 4, 7).unwrap();
        assert!(all[0].contains(&BrokerId(2)));
    }

    #[test]
    fn too_few_brokers_are_refused() {
        let refused = Err(ErrorCode::InvalidReplicationFactor);
        assert_eq!(place(&brokers("ab"), &[], 1, 3, 0), refused);
        assert_eq!(place(&brokers("AB"), &[], 1, 2, 0), refused);
        assert_eq!(place(&brokers("ab"), &[], 1, 0, 0), refused);
        assert_eq!(place(&[], &[], 1, 1, 0), refused);
    }

    #[test]
    fn added_replicas_go_to_the_rack_that_has_none() {
        let load = BTreeMap::from([(BrokerId(3), 5), (BrokerId(6), 2)]);
        let extended = extend(&brokers("abcabc"), &[BrokerId(1), BrokerId(5)], 3, &load);
        assert_eq!(extended, Ok(vec![BrokerId(1), BrokerId(5), BrokerId(6)]));
    }
}
