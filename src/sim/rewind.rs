//! Going back: a bounded number of checkpoints, and every command with its place to play on from one.

use crate::model::Nanos;
use crate::scenario::Act;
use crate::sim::world::World;

/// Checkpoints kept at most; when there are more, every second one goes.
const KEPT: usize = 24;

/// Virtual time between checkpoints at first.
const FIRST_INTERVAL: Nanos = 5_000_000_000;

/// Something done from outside: when, and after how many events of the queue, which is exact.
#[derive(Clone, PartialEq, Debug)]
struct Command {
    at: Nanos,
    events: u64,
    act: Act,
}

/// A world to go back to, and how many commands it has seen.
#[derive(Clone)]
struct Checkpoint {
    commands: usize,
    world: World,
}

/// The way that led here, and the future that was rewound.
#[derive(Clone)]
pub(super) struct History {
    checkpoints: Vec<Checkpoint>,
    interval: Nanos,
    next: Nanos,
    commands: Vec<Command>,
    /// How many of them the world has seen.
    done: usize,
}

impl History {
    /// Begins with the world as it is.
    pub(super) fn begin(world: &World) -> History {
        History {
            checkpoints: vec![Checkpoint { commands: 0, world: world.clone() }],
            interval: FIRST_INTERVAL,
            next: world.now + FIRST_INTERVAL,
            commands: Vec::new(),
            done: 0,
        }
    }

    pub(super) fn keep_nothing(&mut self) {
        self.checkpoints.clear();
        self.next = Nanos::MAX;
    }

    /// When the next checkpoint is due.
    pub(super) fn next_checkpoint(&self) -> Nanos {
        self.next
    }

    /// Keeps a checkpoint if one is due; thins them out if there are too many.
    pub(super) fn keep(&mut self, world: &World) {
        if world.now < self.next {
            return;
        }
        self.next = world.now + self.interval;
        if self.checkpoints.last().is_some_and(|last| last.world.now >= world.now) {
            return;
        }
        self.checkpoints.push(Checkpoint { commands: self.done, world: world.clone() });
        if self.checkpoints.len() > KEPT {
            let mut nth = 0;
            self.checkpoints.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
            self.interval *= 2;
            self.next = world.now + self.interval;
        }
    }

    /// Notes a command that is done now; a future that was rewound is cut off.
    pub(super) fn note(&mut self, world: &World, act: Act) {
        self.commands.truncate(self.done);
        self.checkpoints.retain(|kept| kept.world.events <= world.events && kept.world.now <= world.now);
        self.next = self.next.min(world.now + self.interval);
        self.commands.push(Command { at: world.now, events: world.events, act });
        self.done += 1;
    }

    /// The last checkpoint at or before that time.
    pub(super) fn go_back(&mut self, time: Nanos) -> Option<World> {
        let found = self.checkpoints.iter().rev().find(|kept| kept.world.now <= time)?;
        self.done = found.commands;
        Some(found.world.clone())
    }

    /// Goes on until that time, playing the commands that are in the way.
    pub(super) fn play(&mut self, world: &mut World, until: Nanos) {
        while let Some(command) = self.commands.get(self.done).filter(|command| command.at <= until) {
            while world.events < command.events && world.step(command.at) {}
            self.play_due(world);
        }
        world.advance(until);
    }

    /// Plays the next command if the world has come to its place. Says whether it did.
    pub(super) fn play_due(&mut self, world: &mut World) -> bool {
        let Some(command) = self.commands.get(self.done).filter(|command| command.events <= world.events)
        else {
            return false;
        };
        world.now = world.now.max(command.at);
        // A refusal is in the trace again.
        let _ = world.act(command.act.clone());
        self.done += 1;
        true
    }
}
