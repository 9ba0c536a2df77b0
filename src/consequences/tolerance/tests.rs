//! The closed forms against every order of faults, each step decided by the controller's own rule.
//!
//! A world is one partition with, per replica, whether it is up, whether it has every acknowledged record,
//! and whether it stopped without its marker. Harmless events cost nothing, faults cost one; the least cost
//! of a loss, less one, is what is tolerated.

use super::{FaultKind, Operation, durability};
use crate::consequences::case::{Acks, Case, LiveReplicas, mask_of, places};
use crate::consequences::transition::{live_of, state_of};
use crate::model::{BrokerId, KafkaVersion};
use crate::protocol::controller::partition_change::{Election, ElectionRules, PartitionTarget, apply, build};
use crate::protocol::controller::what_if::{PartitionPolicy, after_crashes, after_return};
use crate::protocol::profile::Profile;
use crate::protocol::wire::PartitionRegistration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct World {
    live: LiveReplicas,
    last_known: Option<u8>,
    /// Who has every acknowledged record.
    complete: u32,
    /// Who is down without its marker.
    unclean: u32,
}

struct Play<'a> {
    case: &'a Case,
    profile: &'a Profile,
    fault: FaultKind,
}

impl Play<'_> {
    fn start(&self) -> World {
        let all = mask_of(self.case.replicas);
        self.acked(World {
            live: LiveReplicas::full(self.case.replicas),
            last_known: None,
            complete: all,
            unclean: 0,
        })
    }

    fn setting(&self) -> PartitionPolicy<'_> {
        let (profile, min_isr) = (self.profile, self.case.min_isr as usize);
        PartitionPolicy { profile, min_isr, unclean: self.case.unclean }
    }

    fn state(&self, world: &World) -> PartitionRegistration {
        let mut state = state_of(&world.live, self.case.replicas);
        state.last_known_elr = world.last_known.iter().map(|place| BrokerId(i32::from(*place))).collect();
        state
    }

    fn with(&self, world: &World, state: &PartitionRegistration, up: u32) -> World {
        let last_known = state.last_known_elr.first().map(|id| id.0 as u8);
        self.acked(World { live: live_of(state, up), last_known, ..*world })
    }

    /// A record is acknowledged as soon as the setting allows it: who misses it is no longer complete.
    fn acked(&self, world: World) -> World {
        let Some(leader) = world.live.leader.filter(|_| world.live.led()) else { return world };
        let holders = match self.case.acks {
            Acks::All if world.live.in_sync() >= self.case.min_isr => world.live.isr,
            Acks::All => return world,
            Acks::One | Acks::Zero => 1 << leader,
        };
        World { complete: world.complete & holders, ..world }
    }

    fn is_loss(&self, world: &World) -> bool {
        let leader_lacks = world.live.leader.is_some_and(|leader| world.complete >> leader & 1 == 0);
        leader_lacks || world.complete == 0
    }

    fn stop(&self, world: &World, place: u8) -> World {
        let alive = |id: BrokerId| world.live.up >> id.0 & 1 == 1;
        let lost = [BrokerId(i32::from(place))];
        let state = after_crashes(&self.state(world), &lost, &alive, self.setting());
        self.with(world, &state, world.live.up & !(1 << place))
    }

    /// The fault of this play; only a disk can be lost of a broker that is down.
    fn strike(&self, world: &World, place: u8) -> Option<World> {
        let bit = 1 << place;
        let up = world.live.up & bit != 0;
        let lossy = self.fault.is_lossy(self.case);
        if !up && self.fault != FaultKind::DiskLoss {
            return None;
        }
        let keeps = if lossy { world.complete & !bit } else { world.complete };
        let hit = World { complete: keeps, unclean: world.unclean | bit, ..*world };
        Some(if up { self.stop(&hit, place) } else { hit })
    }

    fn give_back(&self, world: &World, place: u8) -> World {
        let bit = 1 << place;
        let alive = |id: BrokerId| world.live.up >> id.0 & 1 == 1;
        let clean = world.unclean & bit == 0;
        let id = BrokerId(i32::from(place));
        let state = after_return(&self.state(world), id, clean, &alive, self.setting());
        let back = World { unclean: world.unclean & !bit, ..*world };
        self.with(&back, &state, world.live.up | bit)
    }

    /// The leader asks for another ISR: a follower caught up, or is too slow.
    fn alter(&self, world: &World, isr: u32) -> World {
        let mut state = self.state(world);
        let up = world.live.up;
        let acceptable = |id: BrokerId| up >> id.0 & 1 == 1;
        let members = places(isr).map(|place| BrokerId(place as i32)).collect();
        let rules = ElectionRules {
            profile: self.profile,
            min_isr: self.case.min_isr as usize,
            acceptable: &acceptable,
        };
        if let Some(change) = build(&state, PartitionTarget::isr(members, Election::Online), rules) {
            apply(&mut state, &change);
        }
        self.with(world, &state, up)
    }

    /// What may happen without any fault: returns and catching up; with `stops`, also ordered stops and
    /// followers that are too slow.
    fn harmless(&self, world: &World, stops: bool) -> Vec<World> {
        let mut next = Vec::new();
        for place in 0..self.case.replicas as u8 {
            let bit = 1 << place;
            let up = world.live.up & bit != 0;
            let leader = world.live.leader.filter(|_| world.live.led());
            let in_sync = world.live.isr & bit != 0;
            if !up {
                next.push(self.give_back(world, place));
            } else if stops {
                next.push(self.stop(&self.fetched(world), place));
            }
            if up && leader.is_some() && !in_sync {
                let caught_up = World { complete: world.complete | bit, ..*world };
                next.push(self.alter(&caught_up, world.live.isr | bit));
            }
            if stops && in_sync && leader.is_some_and(|leader| leader != place) {
                next.push(self.alter(world, world.live.isr & !bit));
            }
        }
        next
    }

    /// Before an ordered stop the followers in sync have fetched everything.
    fn fetched(&self, world: &World) -> World {
        let members = world.live.isr | world.live.elr;
        let leader_complete = world.live.leader.is_some_and(|leader| world.complete >> leader & 1 == 1);
        World { complete: world.complete | if leader_complete { members } else { 0 }, ..*world }
    }

    fn strikes(&self, world: &World) -> Vec<World> {
        (0..self.case.replicas as u8).filter_map(|place| self.strike(world, place)).collect()
    }

    /// The fewest faults that lose something; `None` if none do.
    fn least_faults(&self, from: World, stops: bool) -> Option<u32> {
        let mut cost: BTreeMap<World, u32> = BTreeMap::from([(from, 0)]);
        let mut queue = VecDeque::from([(from, 0)]);
        while let Some((world, faults)) = queue.pop_front() {
            if cost[&world] < faults {
                continue;
            }
            if self.is_loss(&world) {
                return Some(faults);
            }
            for next in self.harmless(&world, stops) {
                if cost.get(&next).is_none_or(|known| *known > faults) {
                    cost.insert(next, faults);
                    queue.push_front((next, faults));
                }
            }
            for next in self.strikes(&world).into_iter().filter(|_| faults < self.case.replicas) {
                if cost.get(&next).is_none_or(|known| *known > faults + 1) {
                    cost.insert(next, faults + 1);
                    queue.push_back((next, faults + 1));
                }
            }
        }
        None
    }

    fn tolerated(&self, from: World, stops: bool) -> u32 {
        let any = self.case.replicas;
        self.least_faults(from, stops).map_or(any, |faults| faults.saturating_sub(1).min(any))
    }

    /// Every world that harmless events and crashes lead to without a loss.
    fn reachable(&self) -> BTreeSet<World> {
        let crashes = Play { fault: FaultKind::Crash, ..*self };
        let mut seen = BTreeSet::from([self.start()]);
        let mut queue = vec![self.start()];
        while let Some(world) = queue.pop() {
            for next in self.harmless(&world, true).into_iter().chain(crashes.strikes(&world)) {
                if !self.is_loss(&next) && seen.insert(next) {
                    queue.push(next);
                }
            }
        }
        seen
    }
}

/// All settings; five replicas take the two versions that differ most, unless `KLEVER_FULL=1`.
fn cases(replicas: u32, acks: &[Acks]) -> Vec<(Case, Profile)> {
    let mut all = Vec::new();
    let few = replicas == 5 && !std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1");
    let versions = [((3, 6), false), ((4, 1), true), ((3, 9), false), ((4, 1), false), ((4, 2), true)];
    for (version, elr) in versions.into_iter().take(if few { 2 } else { 5 }) {
        let profile = Profile::of(KafkaVersion::new(version.0, version.1, 0), Some(elr));
        for min_isr in 1..=replicas {
            for (unclean, fsync) in [(false, false), (true, false), (false, true), (true, true)]
                .into_iter()
                .take(if few { 2 } else { 4 })
            {
                for acks in acks {
                    let case = Case::of(&profile, *acks, replicas, min_isr);
                    all.push((Case { unclean, fsync, ..case }, profile.clone()));
                }
            }
        }
    }
    all
}

const FAULTS: [FaultKind; 3] = [FaultKind::Crash, FaultKind::PowerLoss, FaultKind::DiskLoss];

#[test]
fn what_is_guaranteed_is_what_no_order_of_faults_breaks() {
    for replicas in 1..=5 {
        for (case, profile) in cases(replicas, &[Acks::All]) {
            for fault in FAULTS {
                let play = Play { case: &case, profile: &profile, fault };
                let found = play.tolerated(play.start(), true);
                let said = durability(&case, &LiveReplicas::full(replicas), fault).guaranteed;
                assert_eq!(said, found, "{fault:?} {} {case:?}", profile.version);
            }
        }
    }
}

#[test]
fn what_is_survived_from_a_full_isr_is_what_no_order_of_faults_breaks() {
    for replicas in 1..=5 {
        for (case, profile) in cases(replicas, &[Acks::All, Acks::One]) {
            for fault in FAULTS {
                let play = Play { case: &case, profile: &profile, fault };
                let found = play.tolerated(play.start(), false);
                let said = durability(&case, &LiveReplicas::full(replicas), fault).now;
                assert_eq!(said, (found, found), "{fault:?} {} {case:?}", profile.version);
            }
        }
    }
}

#[test]
fn what_is_survived_now_is_right_in_every_state_that_can_be_seen() {
    for (case, profile) in (1..=3).flat_map(|replicas| cases(replicas, &[Acks::All])) {
        for fault in FAULTS {
            let play = Play { case: &case, profile: &profile, fault };
            let mut seen: BTreeMap<LiveReplicas, (u32, u32)> = BTreeMap::new();
            for world in play.reachable() {
                let found = play.tolerated(world, false);
                let range = seen.entry(world.live).or_insert((found, found));
                *range = (range.0.min(found), range.1.max(found));
            }
            for (live, found) in seen {
                let (low, high) = durability(&case, &live, fault).now;
                let why = format!(
                    "{fault:?} {} {case:?} {live:?}: {low} to {high}, found {found:?}",
                    profile.version
                );
                // With unclean election and min ISR = replicas it depends on the order of the replica list.
                let by_order = case.unclean && case.min_isr == case.replicas && fault.is_lossy(&case);
                assert!(low == found.0 || by_order && low < found.0, "{why}");
                assert!(high == found.1 || case.unclean, "{why}");
            }
        }
    }
}

#[test]
fn operations_stop_at_the_number_of_crashes_that_is_said() {
    for replicas in 1..=4 {
        for (case, profile) in cases(replicas, &[Acks::All, Acks::One]) {
            let play = Play { case: &case, profile: &profile, fault: FaultKind::Crash };
            for operation in [Operation::Write, Operation::Read, Operation::Visible] {
                for world in play.reachable().into_iter().filter(|world| operation.works(&case, &world.live))
                {
                    let mut worlds = vec![world];
                    let mut survived = 0;
                    while worlds.iter().all(|world| operation.works(&case, &world.live))
                        && survived < replicas
                    {
                        survived += 1;
                        worlds = worlds.iter().flat_map(|world| play.strikes(world)).collect();
                    }
                    let found = survived - 1;
                    let said = operation.margin(&case, &world.live).now.0;
                    let why = format!("{operation:?} {} {case:?} {:?}", profile.version, world.live);
                    assert_eq!(said, found, "{why}");
                    if world == play.start() {
                        assert_eq!(operation.margin(&case, &world.live).guaranteed, found, "{why}");
                    }
                }
            }
        }
    }
}
