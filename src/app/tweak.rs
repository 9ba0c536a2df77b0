//! Moving levers: a hypothesis on a real cluster, real at once in the simulator.

use crate::app::{Action, App, Command, Effect, Level, LeverRow, Overlay, levers};
use crate::knobs::{Change, Knob, TakesEffect, Value};
use crate::scenario::Act;

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
            Action::Undo => self.walk(|app| {
                let hypothesis = app.hypothesis.as_mut();
                let done = hypothesis.is_some_and(|hypothesis| hypothesis.undo());
                if done {
                    (app.moved, app.undone) = (app.moved - 1, app.undone + 1);
                }
            }),
            Action::Redo => self.walk(|app| {
                let hypothesis = app.hypothesis.as_mut();
                let done = hypothesis.is_some_and(|hypothesis| hypothesis.redo());
                if done {
                    (app.moved, app.undone) = (app.moved + 1, app.undone - 1);
                }
            }),
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
        let Some(hypothesis) = &mut self.hypothesis else { return Vec::new() };
        if let Err(error) = hypothesis.set(change.clone()) {
            self.tell(Level::Bad, error.to_string());
            return Vec::new();
        }
        (self.moved, self.undone) = (self.moved + 1, 0);
        let mut effects = self.changed();
        if self.origin.acts() {
            effects.push(Effect::Drive(Command::Act(Act::Set(change))));
        }
        effects
    }

    /// Walks through the history; where levers act, the values that changed are set.
    fn walk(&mut self, step: impl FnOnce(&mut App)) -> Vec<Effect> {
        let before = self.levers.clone();
        step(self);
        let mut effects = self.changed();
        if self.origin.acts() {
            let moved = self.levers.iter().zip(&before).filter(|(now, before)| now.now != before.now);
            let values = moved.filter_map(|(row, _)| Some((row.knob, row.now.as_ref().ok()?.clone())));
            let set = |(knob, value)| levers::change(knob, value, self.study.as_ref());
            effects.extend(values.map(|value| Effect::Drive(Command::Act(Act::Set(set(value))))));
        }
        effects
    }

    fn reset_levers(&mut self) -> Vec<Effect> {
        if self.origin.acts() {
            let moved = self.levers.iter().filter(|row| row.is_changed());
            let values: Vec<(&'static Knob, Value)> =
                moved.filter_map(|row| Some((row.knob, row.was.as_ref().ok()?.clone()))).collect();
            return values.into_iter().flat_map(|(knob, value)| self.set_lever(knob, value)).collect();
        }
        (self.moved, self.undone) = (0, 0);
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
