//! Durability and availability of one partition as a Markov chain over the states of its replicas.
//!
//! A replica is in sync, down but eligible to lead, down after an outage or a planned restart, catching up, behind
//! but eligible to lead, or lost. Replicas of one rack, and racks with equally many replicas, are interchangeable, so
//! the chain is over multisets. Rack and site outages hit all their replicas at once; these are back together, when the
//! rack is.

mod event_rates;

pub(super) use event_rates::EventRates;

use crate::consequences::gth::RateMatrix;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Chains with more states than this are not solved: the elimination takes the cube of them.
// Five replicas over three racks have 957 states with racks folded into brokers, six in racks of their own fewer.
const MAX_STATES: usize = 1000;
const MINUTES_PER_YEAR: f64 = 525_600.0;

/// What decides about the chain beside the rates.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct ChainShape {
    /// Replicas in each rack, most first.
    pub racks: Vec<u8>,
    /// Copies that an acknowledgement needs: the minimum ISR with acks=all, else 1.
    pub floor: u8,
    pub elr: bool,
    pub unclean: bool,
    /// Every record is flushed before it is acknowledged.
    pub fsync: bool,
    /// A planned restart waits until all replicas are in sync.
    pub guarded: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Solution {
    pub states: usize,
    /// Losses a year, 1 / mean time to loss.
    pub losses_per_year: f64,
    /// Share of time with exactly so many replicas in sync, from 0 upwards.
    pub in_sync: Vec<f64>,
    pub left_out: LeftOut,
}

/// What a chain with all of it would have been too large for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) struct LeftOut {
    /// Brokers of a lost rack are back one by one, not together with it.
    pub rack_returns: bool,
    /// Followers that leave the ISR without a failure.
    pub isr_leaves: bool,
}

impl Solution {
    /// Minutes a year with fewer than so many replicas in sync.
    pub(super) fn minutes_below(&self, floor: u32) -> f64 {
        MINUTES_PER_YEAR * self.in_sync.iter().take(floor as usize).sum::<f64>()
    }
}

/// A chain that is too large, in words.
pub(super) fn too_large(shape: &ChainShape) -> String {
    let racks: Vec<String> = shape.racks.iter().map(ToString::to_string).collect();
    format!("{} replicas over racks make more than {MAX_STATES} states", racks.join("+"))
}

type Key = (ChainShape, [u64; 13]);
/// Chains solved so far: a knob that does not touch the chain costs nothing.
static SOLVED: Mutex<BTreeMap<Key, Option<Solution>>> = Mutex::new(BTreeMap::new());
/// Enough for every class of a large cluster under many hypotheses.
const MAX_REMEMBERED: usize = 4096;

/// Solves a chain, or recalls it; `None` when it is too large.
pub(super) fn solve(shape: &ChainShape, events: &EventRates) -> Option<Solution> {
    let isr_leaves = events.isr_leaves;
    let key = (shape.clone(), events.bits());
    // A poisoned memory is still a correct one: entries are written whole.
    let recall = || SOLVED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(solution) = recall().get(&key) {
        return solution.clone();
    }
    // With one replica in each rack, and racks that are back as soon as brokers, both say the same.
    // A rack of one replica that is repaired like a broker adds states and no information.
    let alike = shape.racks.iter().all(|count| *count <= 1) && events.rack_minutes == events.outage_minutes;
    // What leaves the ISR without a failure is back soon: of all events it is the one to do without, then the common
    // return of a rack's brokers.
    let quiet = EventRates { isr_leaves: 0.0, ..*events };
    let ways = [(events, true), (&quiet, true), (events, false), (&quiet, false)];
    let mut chains =
        ways.into_iter().filter(|(_, racks)| !(*racks && alike)).filter_map(|(events, racks)| {
            let left_out =
                LeftOut { rack_returns: !racks && !alike, isr_leaves: events.isr_leaves < isr_leaves };
            Some(Solution { left_out, ..Chain::of(shape, events, racks)?.solve() })
        });
    let solution = chains.next();
    let mut solved = recall();
    if solved.len() >= MAX_REMEMBERED {
        solved.clear();
    }
    solved.insert(key, solution.clone());
    solution
}

/// The states of a replica, as places of the counts of a rack.
const IN_SYNC: usize = 0;
/// Down, and it may lead when it is back: the last of the ISR, or a member of the ELR.
const ELIGIBLE: usize = 1;
/// Down after an outage; it must catch up first.
const DOWN: usize = 2;
/// Down for a planned restart, likewise.
const RESTARTING: usize = 3;
const CATCHING_UP: usize = 4;
/// Its disk is gone: it copies everything.
const REBUILDING: usize = 5;
/// Down with its rack, eligible and not.
const RACK_ELIGIBLE: usize = 6;
const RACK_DOWN: usize = 7;
/// Up and behind, and it may lead: it left an ISR that fell below its minimum, and has what was acknowledged.
const BEHIND: usize = 8;

/// How many replicas of a rack are in each state.
type Rack = [u8; 9];
/// Racks in descending order, so that interchangeable states are one.
type State = Vec<Rack>;

fn count(state: &[Rack], what: usize) -> u8 {
    state.iter().map(|rack| rack[what]).sum()
}

fn moved(state: &[Rack], rack: usize, from: usize, to: usize) -> State {
    let mut next = state.to_vec();
    next[rack][from] -= 1;
    next[rack][to] += 1;
    next
}

struct Chain<'a> {
    shape: &'a ChainShape,
    events: &'a EventRates,
    /// Racks have a time of their own; else what they took down is repaired like any broker.
    racks: bool,
    known: BTreeMap<State, usize>,
    states: Vec<State>,
    /// Transitions found so far: from, to (`None` is a loss), rate.
    arcs: Vec<(usize, Option<usize>, f64)>,
}

impl<'a> Chain<'a> {
    fn of(shape: &'a ChainShape, events: &'a EventRates, racks: bool) -> Option<Self> {
        let start: State = shape.racks.iter().map(|count| [*count, 0, 0, 0, 0, 0, 0, 0, 0]).collect();
        let (known, states, arcs) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut chain = Chain { shape, events, racks, known, states, arcs };
        chain.number(start);
        let mut at = 0;
        while at < chain.states.len() {
            let state = chain.states[at].clone();
            for rack in 0..state.len() {
                chain.outages(at, &state, rack);
                chain.leaves_isr(at, &state, rack);
                chain.repairs(at, &state, rack);
                chain.rack_returns(at, &state, rack);
                chain.shock(at, &state, rack..rack + 1, events.rack_outages);
            }
            chain.shock(at, &state, 0..state.len(), events.site_outages);
            at += 1;
            if chain.states.len() > MAX_STATES {
                return None;
            }
        }
        Some(chain)
    }

    fn solve(&self) -> Solution {
        let mut rates = RateMatrix::new(self.states.len());
        for (from, to, rate) in &self.arcs {
            match to {
                Some(to) => rates.add(*from, *to, *rate),
                None => rates.add_absorption(*from, *rate),
            }
        }
        let replicas: u8 = self.shape.racks.iter().sum();
        let mut in_sync = vec![0.0; usize::from(replicas) + 1];
        for (state, share) in self.states.iter().zip(rates.stationary()) {
            in_sync[usize::from(count(state, IN_SYNC))] += share;
        }
        // The chain is back at its start long before the next loss, so losses come at the inverse of the mean time to
        // one (Ford et al., OSDI 2010, section 8).
        debug_assert!((in_sync.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{in_sync:?}");
        let losses_per_year = 1.0 / rates.mean_time_to_absorption();
        Solution { states: self.states.len(), losses_per_year, in_sync, left_out: LeftOut::default() }
    }

    fn number(&mut self, mut state: State) -> usize {
        // Racks of equal population are interchangeable: three replicas in three racks make 34 states instead of 216.
        state.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(number) = self.known.get(&state) {
            return *number;
        }
        self.known.insert(state.clone(), self.states.len());
        self.states.push(state);
        self.states.len() - 1
    }

    /// A transition; one that changes nothing is none.
    fn go(&mut self, from: usize, to: State, rate: f64) {
        if rate <= 0.0 {
            return;
        }
        let to = self.settled(to);
        // A stale replica that is up takes over at once; what was acknowledged after it left the ISR is lost.
        if self.shape.unclean && count(&to, IN_SYNC) == 0 && count(&to, CATCHING_UP) > 0 {
            return self.lose(from, rate);
        }
        let to = self.number(to);
        if to != from {
            self.arcs.push((from, Some(to), rate));
        }
    }

    /// What the controller does at once: one that is behind but may lead takes over where nobody is in sync, and one that
    /// is behind an ISR that is large enough again may lead no more.
    fn settled(&self, mut state: State) -> State {
        if count(&state, IN_SYNC) == 0
            && let Some(rack) = state.iter_mut().find(|rack| rack[BEHIND] > 0)
        {
            rack[BEHIND] -= 1;
            rack[IN_SYNC] += 1;
        }
        if count(&state, IN_SYNC) >= self.shape.floor {
            for rack in &mut state {
                rack[CATCHING_UP] += rack[BEHIND];
                rack[BEHIND] = 0;
            }
        }
        state
    }

    /// A follower of a leader that goes on: its garbage collection, disk or network holds it up for longer than
    /// `replica.lag.time.max.ms`.
    fn leaves_isr(&mut self, from: usize, state: &State, rack: usize) {
        let in_sync = count(state, IN_SYNC);
        if in_sync < 2 || state[rack][IN_SYNC] == 0 {
            return;
        }
        let to = if self.shape.elr && in_sync - 1 < self.shape.floor { BEHIND } else { CATCHING_UP };
        // One of them leads, and does not leave.
        let followers = f64::from(state[rack][IN_SYNC]) * f64::from(in_sync - 1) / f64::from(in_sync);
        self.go(from, moved(state, rack, IN_SYNC, to), followers * self.events.isr_leaves);
    }

    fn lose(&mut self, from: usize, rate: f64) {
        if rate > 0.0 {
            self.arcs.push((from, None, rate));
        }
    }

    /// Where a replica goes that leaves the ISR and leaves so many behind.
    fn leaves(&self, left: u8) -> usize {
        // KIP-966: who leaves an ISR that falls below its minimum stays eligible, because the high watermark does not
        // move without it. The last one always is: nobody has acknowledged anything since.
        let eligible = left == 0 || self.shape.elr && left < self.shape.floor;
        if eligible { ELIGIBLE } else { DOWN }
    }

    fn outages(&mut self, from: usize, state: &State, rack: usize) {
        let (shape, events) = (self.shape, self.events);
        let in_sync = count(state, IN_SYNC);
        let here = |what: usize| f64::from(state[rack][what]);
        if state[rack][IN_SYNC] > 0 {
            let down = moved(state, rack, IN_SYNC, self.leaves(in_sync - 1));
            // With a floor of 1, acknowledgements stood on this page cache alone.
            let alone = in_sync == 1 && shape.floor == 1 && !shape.fsync;
            let lossy = if alone { events.page_cache_loss } else { 0.0 };
            self.lose(from, here(IN_SYNC) * events.outages * lossy);
            self.go(from, down, here(IN_SYNC) * events.outages * (1.0 - lossy));
            if !shape.guarded || in_sync == shape.racks.iter().sum::<u8>() {
                let stopped = moved(state, rack, IN_SYNC, if in_sync == 1 { ELIGIBLE } else { RESTARTING });
                self.go(from, stopped, here(IN_SYNC) * events.restarts);
            }
        }
        if state[rack][CATCHING_UP] > 0 {
            // Nobody counts on a replica that is still catching up: its outage costs time alone.
            self.go(from, moved(state, rack, CATCHING_UP, DOWN), here(CATCHING_UP) * events.outages);
        }
        if state[rack][BEHIND] > 0 {
            self.go(from, moved(state, rack, BEHIND, ELIGIBLE), here(BEHIND) * events.outages);
        }
        for what in [IN_SYNC, ELIGIBLE, DOWN, RESTARTING, CATCHING_UP, RACK_ELIGIBLE, RACK_DOWN, BEHIND] {
            if state[rack][what] == 0 {
                continue;
            }
            let gone = moved(state, rack, what, REBUILDING);
            let rate = here(what) * events.disk_losses;
            // Members of the ISR and eligible ones have every acknowledged record; the others lack some. When the last of
            // the former is gone, so are those records.
            let complete = [IN_SYNC, ELIGIBLE, RACK_ELIGIBLE, BEHIND];
            match complete.iter().map(|what| count(&gone, *what)).sum::<u8>() {
                0 => self.lose(from, rate),
                _ => self.go(from, gone, rate),
            }
        }
    }

    fn repairs(&mut self, from: usize, state: &State, rack: usize) {
        let events = self.events;
        // Without a leader there is nobody to copy from: catching up and rebuilding wait for one.
        let led = count(state, IN_SYNC) > 0;
        let repairs = [
            (DOWN, CATCHING_UP, events.outage_minutes, true),
            (RESTARTING, CATCHING_UP, events.restart_minutes, true),
            (ELIGIBLE, if led { CATCHING_UP } else { IN_SYNC }, events.outage_minutes, true),
            (CATCHING_UP, IN_SYNC, events.catch_up_minutes, led),
            (BEHIND, IN_SYNC, events.catch_up_minutes, led),
            (REBUILDING, IN_SYNC, events.rebuild_minutes, led),
        ];
        for (what, to, minutes, possible) in repairs {
            // Replicas are repaired side by side. Kafka copies nothing by itself: whoever replaces a broker does not wait for
            // another one.
            if possible && state[rack][what] > 0 {
                let rate = f64::from(state[rack][what]) * MINUTES_PER_YEAR / minutes;
                self.go(from, moved(state, rack, what, to), rate);
            }
        }
    }

    /// Everything that went down with it is up again: with nobody to follow, an eligible one leads.
    fn rack_returns(&mut self, from: usize, state: &State, rack: usize) {
        let (eligible, others) = (state[rack][RACK_ELIGIBLE], state[rack][RACK_DOWN]);
        if eligible + others == 0 {
            return;
        }
        let mut next = state.clone();
        // One of them is enough to lead; the others follow it.
        let leads = u8::from(count(state, IN_SYNC) == 0 && eligible > 0);
        (next[rack][RACK_ELIGIBLE], next[rack][RACK_DOWN]) = (0, 0);
        next[rack][IN_SYNC] += leads;
        next[rack][CATCHING_UP] += eligible + others - leads;
        self.go(from, next, MINUTES_PER_YEAR / self.events.rack_minutes);
    }

    /// Racks that go at once; their members leave the ISR one after another, as the controller fences them.
    fn shock(&mut self, from: usize, state: &State, hit: std::ops::Range<usize>, rate: f64) {
        let before = count(state, IN_SYNC);
        let mut left = before;
        let mut after = state.clone();
        for rack in &mut after[hit] {
            for _ in 0..rack[IN_SYNC] {
                left -= 1;
                rack[self.leaves(left)] += 1;
            }
            rack[DOWN] += rack[CATCHING_UP] + rack[RESTARTING];
            rack[ELIGIBLE] += rack[BEHIND];
            (rack[IN_SYNC], rack[CATCHING_UP], rack[RESTARTING], rack[BEHIND]) = (0, 0, 0, 0);
            if self.racks {
                // Whatever was wrong with them, they need their rack.
                rack[RACK_ELIGIBLE] += rack[ELIGIBLE];
                rack[RACK_DOWN] += rack[DOWN];
                (rack[ELIGIBLE], rack[DOWN]) = (0, 0);
            }
        }
        // The whole ISR lost its power at once: what no page cache had written back is gone from every copy. With fewer
        // copies than an acknowledgement needs there was nothing new to lose.
        let unflushed = before > 0 && left == 0 && before >= self.shape.floor && !self.shape.fsync;
        let lossy = if unflushed { self.events.power } else { 0.0 };
        self.lose(from, rate * lossy);
        self.go(from, after, rate * (1.0 - lossy));
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod sampler;
