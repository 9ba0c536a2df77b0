//! Moving levers: a hypothesis on a real cluster, real at once in the simulator.

use crate::app::{Action, App, Command, Effect, Level, LeverRow, Overlay, levers};
use crate::knobs::{Change, Knob, TakesEffect, Value};
use crate::scenario::Act;

/// A lever that was moved: what it was before, if that was known, and the change.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Moved {
    before: Option<Value>,
    change: Change,
}

impl App {
    /// Runs an action on levers.
    pub(super) fn run_lever(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::LeverLess => self.step_lever(false),
            Action::LeverMore => self.step_lever(true),
            Action::LeverEdit => {
                self.edit_lever();
                Vec::new()
            }
            Action::LeverReset => match self.selected_lever().map(|row| (row.knob, row.was.clone())) {
                Some((knob, Ok(was))) => self.set_lever(knob, was),
                _ => Vec::new(),
            },
            Action::LeverResetAll => self.reset_levers(),
            Action::Undo => self.walk(true),
            Action::Redo => self.walk(false),
            Action::Pin => self.pin(true),
            Action::Unpin => self.pin(false),
            _ => Vec::new(),
        }
    }

    fn step_lever(&mut self, up: bool) -> Vec<Effect> {
        let Some(LeverRow { knob, now, .. }) = self.selected_lever() else { return Vec::new() };
        let (knob, now) = (*knob, now.clone());
        match now {
            Err(why) => {
                self.tell(Level::Unknown, format!("{} is {why}; Enter assumes a value", knob.name));
                Vec::new()
            }
            Ok(value) => match knob.step(&value, up) {
                Some(next) => self.set_lever(knob, next),
                None => {
                    self.tell(Level::Notice, format!("{} takes {}", knob.name, knob.kind.allowed()));
                    Vec::new()
                }
            },
        }
    }

    /// Sets a knob for what is under study.
    pub(super) fn set_lever(&mut self, knob: &'static Knob, value: Value) -> Vec<Effect> {
        self.request(levers::change(knob, value, self.study.as_ref()))
    }

    /// Makes a change; one that rebuilds a running cluster is asked for first.
    pub(super) fn request(&mut self, change: Change) -> Vec<Effect> {
        if self.origin.acts() && change.knob.takes_effect == TakesEffect::Rebuild {
            let text = vec![
                format!("{} = {} builds the cluster anew.", change.knob.name, change.value),
                "Its logs, offsets and faults are gone then.".into(),
            ];
            self.overlay = Some(Overlay::Ask { text, change });
            return Vec::new();
        }
        self.make(change)
    }

    pub(super) fn make(&mut self, change: Change) -> Vec<Effect> {
        let before = self.levers.iter().find(|row| row.knob == change.knob).map(|row| row.now.clone());
        let effects = self.apply(change.clone());
        if !effects.is_empty() {
            self.moved.push(Moved { before: before.and_then(Result::ok), change });
            self.undone.clear();
        }
        effects
    }

    /// Changes the setting shown, and the cluster where levers act. Yields nothing when it cannot be.
    fn apply(&mut self, change: Change) -> Vec<Effect> {
        let Some(hypothesis) = &mut self.hypothesis else { return Vec::new() };
        if let Err(error) = hypothesis.set(change.clone()) {
            self.tell(Level::Bad, error.to_string());
            return Vec::new();
        }
        let mut effects = self.changed();
        if self.origin.acts() {
            effects.push(Effect::Drive(Command::Act(Act::Set(change))));
        }
        effects
    }

    /// Walks through the history. A hypothesis takes its change out again; where levers act, the value that was
    /// is set.
    fn walk(&mut self, back: bool) -> Vec<Effect> {
        let Some(moved) = (if back { self.moved.pop() } else { self.undone.pop() }) else {
            return Vec::new();
        };
        let to = if back { &mut self.undone } else { &mut self.moved };
        to.push(moved.clone());
        if self.origin.acts() {
            let value = if back { moved.before } else { Some(moved.change.value.clone()) };
            return match value {
                Some(value) => self.apply(Change { value, ..moved.change }),
                None => Vec::new(),
            };
        }
        if let Some(hypothesis) = &mut self.hypothesis {
            if back {
                hypothesis.undo()
            } else {
                hypothesis.redo()
            };
        }
        self.changed()
    }

    /// There is nothing to undo any more.
    pub(super) fn forget_moves(&mut self) {
        (self.moved, self.undone) = (Vec::new(), Vec::new());
    }

    fn reset_levers(&mut self) -> Vec<Effect> {
        if self.origin.acts() {
            let moved = self.levers.iter().filter(|row| row.is_changed());
            let values: Vec<(&'static Knob, Value)> =
                moved.filter_map(|row| Some((row.knob, row.was.as_ref().ok()?.clone()))).collect();
            return values.into_iter().flat_map(|(knob, value)| self.set_lever(knob, value)).collect();
        }
        self.forget_moves();
        self.lost.clear();
        if let Some(hypothesis) = &mut self.hypothesis {
            hypothesis.reset();
        }
        self.changed()
    }

    fn pin(&mut self, on: bool) -> Vec<Effect> {
        let Some(hypothesis) = &mut self.hypothesis else { return Vec::new() };
        if on {
            hypothesis.pin()
        } else {
            hypothesis.unpin()
        }
        self.tell(
            Level::Notice,
            if on { "comparing with this setting" } else { "comparing with the real state" },
        );
        self.changed()
    }
}
