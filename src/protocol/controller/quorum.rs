//! The controller nodes: a majority that can talk to each other has one active controller (kafka.md#controller-quorum).

use crate::model::Nanos;

/// How long the nodes take to notice and to agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuorumTiming {
    /// `controller.quorum.fetch.timeout.ms`: until the others miss the active controller.
    pub fetch_timeout: Nanos,
    /// `controller.quorum.election.timeout.ms`: until nodes that have found each other vote.
    pub election_timeout: Nanos,
}

impl Default for QuorumTiming {
    fn default() -> Self {
        QuorumTiming { fetch_timeout: 2_000_000_000, election_timeout: 1_000_000_000 }
    }
}

/// A change among the controller nodes. Nodes are numbered from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuorumInput {
    pub event: QuorumEvent,
    /// The random part of the election's delay, at most one election timeout.
    pub jitter: Nanos,
}

/// What can happen to controller nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QuorumEvent {
    /// A node's process runs.
    Started(u32),
    /// A node's process died.
    Killed(u32),
    /// A node stopped in order: an active one ends its epoch, and the others vote at once.
    Stopped(u32),
    /// The network splits the nodes: nodes with equal numbers reach each other.
    Split(Vec<u32>),
}

/// The nodes and which of them is active.
#[derive(Clone, Debug)]
pub struct Quorum {
    up: Vec<bool>,
    part: Vec<u32>,
    active: Option<u32>,
    epoch: u32,
    election_at: Option<Nanos>,
    timing: QuorumTiming,
}

impl Quorum {
    /// `nodes` nodes, all up; node 0 is active.
    pub fn new(nodes: usize, timing: QuorumTiming) -> Self {
        let nodes = nodes.max(1);
        let (up, part) = (vec![true; nodes], vec![0; nodes]);
        Quorum { up, part, active: Some(0), epoch: 1, election_at: None, timing }
    }

    pub fn active(&self) -> Option<u32> {
        self.active
    }

    /// Grows with every election.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// When the next election ends, if one is under way.
    pub fn election_at(&self) -> Option<Nanos> {
        self.election_at
    }

    /// Takes in what happened. An active controller that has lost its majority stops being one at once: until
    /// it notices it can commit nothing, which is the same to everybody else.
    pub fn step(&mut self, now: Nanos, input: &QuorumInput) {
        let was_active = self.active;
        match &input.event {
            QuorumEvent::Started(node) => self.set_up(*node, true),
            QuorumEvent::Killed(node) | QuorumEvent::Stopped(node) => self.set_up(*node, false),
            QuorumEvent::Split(parts) => {
                for (part, to) in self.part.iter_mut().zip(parts) {
                    *part = *to;
                }
            }
        }
        let candidates = self.majority();
        // A controller without a majority can commit nothing, though it may believe otherwise for a while.
        self.active = was_active.filter(|node| candidates.contains(node));
        if self.active.is_some() || candidates.is_empty() {
            self.election_at = None;
            return;
        }
        let handed_over = matches!(input.event, QuorumEvent::Stopped(node) if Some(node) == was_active);
        let delay = match was_active {
            // A controller that stops in order resigns: nobody has to miss its fetches first.
            Some(_) if handed_over => 0,
            Some(_) => self.timing.fetch_timeout + input.jitter,
            None => self.timing.election_timeout + input.jitter,
        };
        self.election_at.get_or_insert(now + delay);
    }

    /// Ends the election if it is time; the lowest node of the majority wins. Says whether one won.
    pub fn wake(&mut self, now: Nanos) -> bool {
        if self.election_at.is_none_or(|at| at > now) {
            return false;
        }
        self.election_at = None;
        self.active = self.majority().first().copied();
        self.epoch += 1;
        self.active.is_some()
    }

    fn set_up(&mut self, node: u32, up: bool) {
        if let Some(state) = self.up.get_mut(node as usize) {
            *state = up;
        }
    }

    /// The nodes of the part that holds more than half of all; empty if there is none.
    fn majority(&self) -> Vec<u32> {
        let in_part = |part: u32| {
            let nodes = self.up.iter().zip(&self.part).enumerate();
            nodes.filter(|(_, (up, other))| **up && **other == part).map(|(node, _)| node as u32).collect()
        };
        let parts: Vec<Vec<u32>> = self.part.iter().map(|part| in_part(*part)).collect();
        parts.into_iter().find(|nodes| nodes.len() * 2 > self.up.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn after(quorum: &mut Quorum, at: Nanos, event: QuorumEvent) -> (Option<u32>, Option<Nanos>) {
        quorum.step(at * SECOND, &QuorumInput { event, jitter: SECOND / 2 });
        (quorum.active(), quorum.election_at())
    }

    #[test]
    fn three_nodes_survive_one_and_not_two() {
        let mut quorum = Quorum::new(3, QuorumTiming::default());
        assert_eq!(after(&mut quorum, 1, QuorumEvent::Killed(0)), (None, Some(3 * SECOND + SECOND / 2)));
        assert!(!quorum.wake(3 * SECOND));
        assert!(quorum.wake(4 * SECOND));
        assert_eq!((quorum.active(), quorum.epoch()), (Some(1), 2));
        assert_eq!(after(&mut quorum, 5, QuorumEvent::Killed(2)), (None, None));
        assert_eq!(after(&mut quorum, 9, QuorumEvent::Started(2)), (None, Some(10 * SECOND + SECOND / 2)));
    }

    #[test]
    fn a_follower_is_not_missed_and_an_orderly_stop_costs_nothing() {
        let mut quorum = Quorum::new(3, QuorumTiming::default());
        assert_eq!(after(&mut quorum, 1, QuorumEvent::Killed(2)), (Some(0), None));
        assert_eq!(after(&mut quorum, 2, QuorumEvent::Started(2)), (Some(0), None));
        assert_eq!(after(&mut quorum, 3, QuorumEvent::Stopped(0)), (None, Some(3 * SECOND)));
    }

    #[test]
    fn the_smaller_part_of_a_split_has_no_controller() {
        let mut quorum = Quorum::new(5, QuorumTiming::default());
        assert_eq!(after(&mut quorum, 1, QuorumEvent::Split(vec![0, 0, 0, 1, 1])), (Some(0), None));
        let (active, at) = after(&mut quorum, 2, QuorumEvent::Split(vec![0, 0, 1, 1, 1]));
        assert_eq!((active, quorum.wake(at.unwrap()), quorum.active()), (None, true, Some(2)));
        assert_eq!(after(&mut quorum, 9, QuorumEvent::Split(vec![0, 1, 2, 3, 4])), (None, None));
    }
}
