//! Turning knobs: what the cluster takes is sent to it, everything else is a what-if laid over it.

use crate::app::{App, Command, Effect, KnobRow, Level, Origin, Overlay, knob_rows};
use crate::consequences::Preset;
use crate::knobs::{Change, Knob, TakesEffect, Value};
use crate::model::plural;
use crate::scenario::Act;
use crate::scenario::change::Turning;

/// Knobs that were turned at once.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Moved {
    /// Those that the cluster took: what each was before, if that was known, and its change.
    taken: Vec<(Option<Value>, Change)>,
    /// Whether there were what-ifs among them: one step of the hypothesis.
    what_if: bool,
}

impl Moved {
    /// The knobs that the cluster took.
    pub(super) fn knobs(&self) -> impl Iterator<Item = &'static Knob> {
        self.taken.iter().map(|(_, change)| change.knob)
    }
}

impl App {
    /// Moves all knobs of a preset at once, those that are not there already.
    pub(super) fn move_to(&mut self, preset: &'static Preset) -> Vec<Effect> {
        let Some(hypothesis) = &self.hypothesis else { return Vec::new() };
        let now = hypothesis.now();
        let topic = self.selected_topic.as_ref().and_then(|name| now.topic_named(name)).map(|(ix, _)| ix);
        // One key must not throw logs and offsets away: what only a new cluster can have is left, aloud.
        let (left, changes): (Vec<Change>, Vec<Change>) =
            preset.changes_on(now, topic).into_iter().partition(|change| self.rebuilds(change));
        let count = changes.len();
        if count == 0 {
            self.notify(Level::Notice, format!("{}: every knob is set like this already", preset.id));
            return Vec::new();
        }
        let knobs = plural(count, "knob");
        let left: Vec<&str> = left.iter().map(|change| change.knob.name).collect();
        let left = match left.as_slice() {
            [] => String::new(),
            names => format!("; skipped {} (needs a new cluster)", names.join(", ")),
        };
        self.request_aloud(changes, format!("{}: {knobs} changed, u undoes it{left}", preset.id))
    }

    pub(super) fn step_knob(&mut self, up: bool) -> Vec<Effect> {
        let Some(KnobRow { knob, now, .. }) = self.selected_knob() else { return Vec::new() };
        let (knob, now) = (*knob, now.clone());
        match now {
            Err(why) => {
                self.notify(Level::Unknown, format!("{} is {why}; press Enter to assume a value", knob.name));
                Vec::new()
            }
            Ok(value) => match knob.step(&value, up) {
                Some(next) => self.set_knob(knob, next),
                None => {
                    self.notify(Level::Notice, format!("{} takes {}", knob.name, knob.kind.allowed()));
                    Vec::new()
                }
            },
        }
    }

    /// Sets a knob, of the selected topic when it is a topic's.
    pub(super) fn set_knob(&mut self, knob: &'static Knob, value: Value) -> Vec<Effect> {
        self.request(vec![knob_rows::change(knob, value, self.selected_topic.as_ref())])
    }

    /// Makes changes; those that rebuild a running cluster are asked for first.
    pub(super) fn request(&mut self, changes: Vec<Change>) -> Vec<Effect> {
        if let Some(change) = changes.iter().find(|change| self.rebuilds(change)) {
            if self.contest.is_some() {
                let why = format!("{} needs a new cluster, which no challenge allows", change.knob.name);
                self.notify(Level::Warn, why);
                return Vec::new();
            }
            let text = vec![
                format!("{} = {} rebuilds the cluster.", change.knob.name, change.value),
                "Its logs, offsets and faults are lost.".into(),
            ];
            self.overlay = Some(Overlay::Ask { text, changes });
            return Vec::new();
        }
        self.make(changes).unwrap_or_default()
    }

    /// The same, and says so once it is done.
    pub(super) fn request_aloud(&mut self, changes: Vec<Change>, done: String) -> Vec<Effect> {
        let before = self.moved.len();
        let effects = self.request(changes);
        if self.moved.len() > before {
            self.notify(Level::Notice, done);
        }
        effects
    }

    /// Makes changes as one step that is undone as one; `None` when they cannot be.
    pub(super) fn make(&mut self, changes: Vec<Change>) -> Option<Vec<Effect>> {
        let (taken, what_ifs) = self.parts(changes);
        let acts: Vec<Act> = taken.iter().cloned().map(Act::Set).collect();
        if let Some(why) = self.objection(&acts) {
            self.notify(Level::Warn, why);
            return None;
        }
        let step = taken.iter().map(|change| (self.value_now(change.knob), change.clone())).collect();
        let moved = Moved { taken: step, what_if: !what_ifs.is_empty() };
        let hypothesis = self.hypothesis.as_mut()?;
        let before = hypothesis.clone();
        let done = hypothesis.act(&seen(&self.origin, &taken)).and_then(|()| hypothesis.set_all(what_ifs));
        if let Err(error) = done {
            *hypothesis = before;
            self.notify(Level::Bad, error.to_string());
            return None;
        }
        self.moved.push(moved);
        self.undone.clear();
        Some(self.drive(taken))
    }

    /// What the cluster takes, and what is laid over its states: what it takes but cannot tell is both.
    fn parts(&self, changes: Vec<Change>) -> (Vec<Change>, Vec<Change>) {
        let (mut taken, mut what_ifs) = (Vec::new(), Vec::new());
        for change in changes {
            let turning = knob_rows::turning(&self.origin, change.knob);
            if turning != Turning::Acts {
                what_ifs.push(change.clone());
            }
            if turning == Turning::Acts || turning == Turning::ActsUnseen {
                taken.push(change);
            }
        }
        (taken, what_ifs)
    }

    fn value_now(&self, knob: &Knob) -> Option<Value> {
        self.knobs.iter().find(|row| row.knob == knob)?.now.as_ref().ok().cloned()
    }

    /// Whether a change builds the cluster on the screen anew.
    fn rebuilds(&self, change: &Change) -> bool {
        let acts = knob_rows::turning(&self.origin, change.knob) == Turning::Acts;
        acts && change.knob.takes_effect == TakesEffect::Rebuild
    }

    /// Has what changed judged, and tells the cluster what it is to take.
    fn drive(&mut self, taken: Vec<Change>) -> Vec<Effect> {
        let mut effects = self.changed();
        effects.extend(taken.into_iter().map(|change| Effect::Drive(Command::Act(Act::Set(change)))));
        effects
    }

    /// Walks through the history: what-ifs are taken out again; of what the cluster took, the values that
    /// were are set, the last one first.
    pub(super) fn walk(&mut self, back: bool) -> Vec<Effect> {
        let Some(moved) = (if back { self.moved.pop() } else { self.undone.pop() }) else {
            return Vec::new();
        };
        let to = if back { &mut self.undone } else { &mut self.moved };
        to.push(moved.clone());
        let old = |(before, change): (Option<Value>, Change)| Some(Change { value: before?, ..change });
        let changes: Vec<Change> = if back {
            moved.taken.into_iter().rev().filter_map(old).collect()
        } else {
            moved.taken.into_iter().map(|(_, change)| change).collect()
        };
        let Some(hypothesis) = &mut self.hypothesis else { return Vec::new() };
        if moved.what_if {
            if back {
                hypothesis.undo()
            } else {
                hypothesis.redo()
            };
        }
        match hypothesis.act(&seen(&self.origin, &changes)) {
            Ok(()) => self.drive(changes),
            Err(error) => {
                self.notify(Level::Bad, error.to_string());
                self.changed()
            }
        }
    }

    /// There is nothing to undo any more.
    pub(super) fn forget_moves(&mut self) {
        (self.moved, self.undone) = (Vec::new(), Vec::new());
    }

    pub(super) fn reset_knobs(&mut self) -> Vec<Effect> {
        if self.origin.acts() {
            let moved = self.knobs.iter().filter(|row| row.is_changed());
            let back = |row: &KnobRow| {
                Some(knob_rows::change(
                    row.knob,
                    row.was.as_ref().ok()?.clone(),
                    self.selected_topic.as_ref(),
                ))
            };
            let changes: Vec<Change> = moved.filter_map(back).collect();
            return if changes.is_empty() { Vec::new() } else { self.request(changes) };
        }
        self.forget_moves();
        self.lost.clear();
        self.pins.clear();
        if let Some(hypothesis) = &mut self.hypothesis {
            hypothesis.reset();
        }
        self.changed()
    }

    /// Keeps the present configuration to compare with.
    pub(super) fn pin(&mut self) -> Vec<Effect> {
        let (Some(hypothesis), Some(shown)) = (&mut self.hypothesis, &self.shown) else { return Vec::new() };
        hypothesis.pin_to(shown.clone());
        let name = self.pins.add(shown.clone());
        self.notify(Level::Notice, format!("{name} kept: figures are compared with it; c compares all pins"));
        self.changed()
    }

    /// Forgets the last pin: the one before it is compared with again, or the real state.
    pub(super) fn unpin(&mut self) -> Vec<Effect> {
        let newest = self.pins.remove_newest();
        let Some(hypothesis) = &mut self.hypothesis else { return Vec::new() };
        let text = match newest {
            Some(pin) => {
                hypothesis.pin_to(pin.cluster.clone());
                format!("compared with {}", pin.name)
            }
            None => {
                hypothesis.unpin();
                "compared with the real state".to_string()
            }
        };
        self.notify(Level::Notice, text);
        self.changed()
    }
}

/// Those of the changes that the cluster's next states will tell.
fn seen(origin: &Origin, taken: &[Change]) -> Vec<Change> {
    let tells = |change: &&Change| knob_rows::turning(origin, change.knob) == Turning::Acts;
    taken.iter().filter(tells).cloned().collect()
}
