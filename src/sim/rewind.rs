//! Going back: a bounded number of checkpoints, and every act with its place in the run, to replay from one.

use crate::model::Nanos;
use crate::scenario::Act;
use crate::sim::world::World;

/// Checkpoints kept at most; when there are more, every second one goes.
const MAX_CHECKPOINTS: usize = 24;

/// Virtual time between checkpoints at first.
const FIRST_INTERVAL: Nanos = 5_000_000_000;

/// Something done from outside: when, and after how many events of the queue, which is exact.
#[derive(Clone, PartialEq, Debug)]
struct RecordedAct {
    at: Nanos,
    events: u64,
    act: Act,
    is_refused: bool,
}

/// A world to go back to, and how many acts it has seen.
#[derive(Clone)]
struct Checkpoint {
    acts: usize,
    world: World,
}

/// The way that led here, and the future that was rewound.
#[derive(Clone)]
pub(super) struct History {
    checkpoints: Vec<Checkpoint>,
    interval: Nanos,
    next: Nanos,
    acts: Vec<RecordedAct>,
    /// How many of them the world has seen.
    done: usize,
}

impl History {
    /// Begins with the world as it is.
    pub(super) fn begin(world: &World) -> History {
        History {
            checkpoints: vec![Checkpoint { acts: 0, world: world.clone() }],
            interval: FIRST_INTERVAL,
            next: world.now + FIRST_INTERVAL,
            acts: Vec::new(),
            done: 0,
        }
    }

    pub(super) fn keep_no_checkpoints(&mut self) {
        self.checkpoints.clear();
        self.next = Nanos::MAX;
    }

    /// When the next checkpoint is due.
    pub(super) fn next_checkpoint(&self) -> Nanos {
        self.next
    }

    /// Keeps a checkpoint if one is due; thins them out if there are too many.
    pub(super) fn keep_checkpoint(&mut self, world: &World) {
        if world.now < self.next {
            return;
        }
        self.next = world.now + self.interval;
        if self.checkpoints.last().is_some_and(|last| last.world.now >= world.now) {
            return;
        }
        self.checkpoints.push(Checkpoint { acts: self.done, world: world.clone() });
        if self.checkpoints.len() > MAX_CHECKPOINTS {
            let mut nth = 0;
            self.checkpoints.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.interval *= 2;
            self.next = world.now + self.interval;
        }
    }

    /// Records an act that is done now; a future that was rewound is cut off.
    pub(super) fn record(&mut self, world: &World, act: Act) {
        self.cut_future(world);
        self.next = self.next.min(world.now + self.interval);
        self.acts.push(RecordedAct { at: world.now, events: world.events, act, is_refused: false });
        self.done += 1;
    }

    /// The act recorded last could not be done.
    pub(super) fn note_refusal(&mut self) {
        if let Some(last) = self.acts.last_mut() {
            last.is_refused = true;
        }
    }

    /// The acts that the world has seen, with their times.
    pub(super) fn acts_done(&self) -> impl Iterator<Item = (Nanos, &Act)> {
        self.acts[..self.done].iter().map(|recorded| (recorded.at, &recorded.act))
    }

    /// Whether each of them was refused.
    pub(super) fn refusals(&self) -> impl Iterator<Item = bool> {
        self.acts[..self.done].iter().map(|recorded| recorded.is_refused)
    }

    /// Forgets what was done later, before the world was taken back.
    pub(super) fn cut_future(&mut self, world: &World) {
        self.acts.truncate(self.done);
        self.checkpoints.retain(|kept| kept.world.events <= world.events && kept.world.now <= world.now);
    }

    /// The last checkpoint at or before that time.
    pub(super) fn go_back(&mut self, time: Nanos) -> Option<World> {
        let found = self.checkpoints.iter().rev().find(|kept| kept.world.now <= time)?;
        self.done = found.acts;
        Some(found.world.clone())
    }

    /// Goes on until that time, replaying the acts that are in the way.
    pub(super) fn replay(&mut self, world: &mut World, until: Nanos) {
        while let Some(recorded) = self.acts.get(self.done).filter(|recorded| recorded.at <= until) {
            while world.events < recorded.events && world.step(recorded.at) {}
            self.replay_due(world, until);
        }
        world.advance(until);
    }

    /// Replays the next act if the world has come to its place and the act is not later than `until`. Says
    /// whether it did.
    pub(super) fn replay_due(&mut self, world: &mut World, until: Nanos) -> bool {
        let is_due = |recorded: &&RecordedAct| recorded.events <= world.events && recorded.at <= until;
        let Some(recorded) = self.acts.get(self.done).filter(is_due) else { return false };
        world.now = world.now.max(recorded.at);
        // A refusal is in the trace again.
        let _ = world.apply(recorded.act.clone());
        self.done += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::model::BrokerId;
    use crate::scenario::{Act, Process, Scenario};
    use crate::sim::Simulator;

    #[test]
    fn what_is_done_later_is_not_replayed_before_its_moment() {
        let moment = 1_000_000_777;
        let mut sim = Simulator::new(&Scenario::reference(), 1, None);
        sim.run_until(moment - 1);
        let events = sim.queue_events();
        sim.run_until(moment);
        assert_eq!(sim.queue_events(), events, "only a moment without events tells them apart");
        sim.apply(Act::Kill(Process::Broker(BrokerId(1)))).unwrap();
        for once in
            [|sim: &mut Simulator, to| !sim.run_at_most(to, 1), |sim: &mut Simulator, to| sim.step(to)]
        {
            sim.rewind(moment - 1);
            assert!(!once(&mut sim, moment - 1));
            assert_eq!((sim.now(), sim.history.acts_done().count()), (moment - 1, 0));
        }
    }
}
