//! Where new replicas go: stripes over racks, and over the brokers within each (`StripedReplicaPlacer`).

use crate::model::BrokerId;
use rand_core::Rng;
use rand_pcg::Pcg32;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `a`, `b`, ... `z`, `rack-26`...
pub fn rack_name(at: usize) -> String {
    match u8::try_from(at) {
        Ok(at) if at < 26 => char::from(b'a' + at).to_string(),
        _ => format!("rack-{at}"),
    }
}

/// A broker that may get replicas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub id: BrokerId,
    /// Its rack; all brokers without one make a rack of their own.
    pub rack: Option<Arc<str>>,
    /// It gets replicas only when the others do not suffice, and never the first.
    pub fenced: bool,
}

/// Which broker of which rack the first of a topic's partitions starts with; the others follow from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// The first of the first rack, so that a cluster that nobody has looks the same every time.
    First,
    /// Drawn from this seed, as the controller draws it.
    Random(u64),
}

/// Replica lists for `count` new partitions, the preferred leader first; `existing` are those that the topic has
/// already (`StripedReplicaPlacer`, KIP-631).
///
/// Racks take turns, and so do the brokers within a rack: leaders spread over racks and brokers, and no rack gets
/// a second replica before every rack has one. `None` (Kafka's `InvalidReplicationFactorException`) if the factor
/// is 0, exceeds the brokers, or every broker is fenced.
pub fn place(
    candidates: &[Candidate],
    existing: &[&[BrokerId]],
    count: usize,
    replication_factor: usize,
    start: Start,
) -> Option<Vec<Vec<BrokerId>>> {
    let unfenced = candidates.iter().filter(|candidate| !candidate.fenced).count();
    if replication_factor == 0 || replication_factor > candidates.len() || unfenced == 0 {
        return None;
    }
    let mut racks = Racks::new(candidates, existing, Draw::new(start));
    Some((0..count).map(|_| racks.place(replication_factor)).collect())
}

/// The broker that should get one more replica of a partition, or `None` if all have one: in the rack with the
/// fewest of its replicas, there the one with the fewest of all (`load`), unfenced before fenced. Kafka leaves this
/// to whoever asks for a reassignment.
pub fn next_replica(
    candidates: &[Candidate],
    replicas: &[BrokerId],
    load: &BTreeMap<BrokerId, usize>,
) -> Option<BrokerId> {
    let racks_used: Vec<&Option<Arc<str>>> = candidates
        .iter()
        .filter(|candidate| replicas.contains(&candidate.id))
        .map(|candidate| &candidate.rack)
        .collect();
    let rank = |candidate: &&Candidate| {
        let in_rack = racks_used.iter().filter(|rack| **rack == &candidate.rack).count();
        (candidate.fenced, in_rack, load.get(&candidate.id).copied().unwrap_or(0), candidate.id)
    };
    let free = candidates.iter().filter(|candidate| !replicas.contains(&candidate.id));
    free.min_by_key(rank).map(|candidate| candidate.id)
}

struct Draw {
    start: Start,
    generator: Pcg32,
}

impl Draw {
    fn new(start: Start) -> Self {
        let seed = if let Start::Random(seed) = start { seed } else { 0 };
        Draw { start, generator: Pcg32::new(seed, 0x6b6c_6576_6572) }
    }

    fn first_of(&mut self, count: usize) -> usize {
        if self.start == Start::First { 0 } else { self.below(count) }
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.generator.next_u32()) * bound as u64) >> 32) as usize
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
            (len, None) => self.offset = draw.first_of(len),
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
        let offset = place.map_or_else(|| draw.first_of(names.len()), |place| (place + 1) % names.len());
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
            for replicas in place(&brokers, &[], 30, 3, Start::Random(seed)).unwrap() {
                let racks: std::collections::BTreeSet<_> = replicas.iter().map(rack).collect();
                assert_eq!(racks.len(), 3, "{replicas:?} with seed {seed}");
            }
        }
    }

    #[test]
    fn leaders_and_replicas_are_even() {
        for seed in 0..50 {
            let placed = place(&brokers("------"), &[], 12, 3, Start::Random(seed)).unwrap();
            for id in (1..=6).map(BrokerId) {
                assert_eq!(placed.iter().filter(|replicas| replicas[0] == id).count(), 2);
                assert_eq!(placed.iter().flatten().filter(|other| **other == id).count(), 6);
            }
        }
    }

    #[test]
    fn a_fenced_broker_never_comes_first_and_only_if_needed() {
        let placed = place(&brokers("aAbb"), &[], 40, 3, Start::Random(7)).unwrap();
        assert!(placed.iter().all(|replicas| replicas[0] != BrokerId(2)));
        assert!(placed.iter().all(|replicas| replicas.len() == 3));
        let all = place(&brokers("aAbb"), &[], 1, 4, Start::Random(7)).unwrap();
        assert!(all[0].contains(&BrokerId(2)));
    }

    #[test]
    fn too_few_brokers_are_refused() {
        for (racks, factor) in [("ab", 3), ("AB", 2), ("ab", 0), ("", 1)] {
            assert_eq!(place(&brokers(racks), &[], 1, factor, Start::First), None);
        }
    }

    #[test]
    fn added_replicas_go_to_the_rack_that_has_none() {
        let load = BTreeMap::from([(BrokerId(3), 5), (BrokerId(6), 2)]);
        let next = |replicas: &[i32]| {
            let replicas: Vec<_> = replicas.iter().copied().map(BrokerId).collect();
            next_replica(&brokers("abcabc"), &replicas, &load).map(|id| id.0)
        };
        assert_eq!(next(&[1, 5]), Some(6));
        assert_eq!(next(&[1, 2, 3, 4, 5, 6]), None);
    }

    #[test]
    fn a_cluster_that_nobody_has_starts_with_its_first_broker() {
        let placed = place(&brokers("abc"), &[], 3, 3, Start::First).unwrap();
        assert_eq!(placed, [[1, 2, 3], [2, 3, 1], [3, 1, 2]].map(|list| list.map(BrokerId).to_vec()));
    }
}
