//! One message, one step.

use crate::app::shape::same_shape;
use crate::app::{
    App, Effect, Facts, Level, Msg, Overlay, Page, Pane, Pin, Question, Snapshot, Target, knob_rows,
};
use crate::consequences::lose;
use crate::hypothesis::Hypothesis;
use crate::keymap::{Key, Lookup};
use crate::model::{Cluster, Millis};
use std::sync::Arc;

/// How old a judgement may become of which only offsets have moved.
const REFRESH_MS: Millis = 5_000;

/// What was asked last.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    was: Arc<Cluster>,
    now: Arc<Cluster>,
    topic: Option<Arc<str>>,
    at_ms: Millis,
    /// The first question since anything changed that is judged.
    pub(super) changed: u64,
}

impl Asked {
    fn is_like(&self, other: &Asked) -> bool {
        self.topic == other.topic && same_shape(&self.was, &other.was) && same_shape(&self.now, &other.now)
    }
}

impl App {
    /// Takes one message; yields what is to be done outside.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.step(msg);
        self.remember_selections();
        effects
    }

    fn step(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => self.paste(&text),
            Msg::Click(target) => self.click(target),
            Msg::Wheel(pane, by) => self.wheel(pane, by),
            Msg::Resize(columns, rows) => self.resize(columns, rows),
            Msg::Shown(pane, rows) => self.shown(pane, rows),
            Msg::Snapshot(snapshot) => self.snapshot(snapshot),
            Msg::SourceError(trouble) => self.set(|app| app.trouble = trouble),
            Msg::Assessed(generation, judgement) => self.set(|app| {
                if generation >= app.assessed {
                    app.assessed = generation;
                    app.judgement = Some(judgement);
                    app.refresh_rows(&[Pane::Consequences, Pane::Warnings]);
                }
            }),
            Msg::Explored(generation, outcome) => self.set(|app| app.explored(generation, outcome)),
            Msg::Notice(level, text) => self.set(|app| app.tell(level, text)),
            Msg::Tick(now_ms) => self.tick(now_ms),
            Msg::Suspend => vec![Effect::Suspend],
            Msg::End(code) => vec![Effect::Quit(code)],
        }
    }

    fn set(&mut self, change: impl FnOnce(&mut App)) -> Vec<Effect> {
        change(self);
        Vec::new()
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        self.typed.push(key);
        let contexts = self.contexts();
        match self.keymap.lookup(&contexts, &self.typed) {
            Lookup::Pending => Vec::new(),
            Lookup::Run(action) => {
                self.typed.clear();
                self.run(action)
            }
            Lookup::None if self.typed.len() > 1 => {
                // A key that does not continue the sequence begins anew.
                self.typed.clear();
                self.key(key)
            }
            Lookup::None => {
                self.typed.clear();
                match key.typed() {
                    Some(letter) => self.paste(letter.encode_utf8(&mut [0; 4])),
                    None => Vec::new(),
                }
            }
        }
    }

    /// Text goes into the line being typed; where there is none it is ignored, so that a paste runs nothing.
    fn paste(&mut self, text: &str) -> Vec<Effect> {
        if let Some(prompt) = &mut self.prompt {
            prompt.line.insert(text);
            self.prompt_changed();
        }
        Vec::new()
    }

    fn click(&mut self, target: Target) -> Vec<Effect> {
        match target {
            Target::Action(action) => return self.run(action),
            Target::Pane(pane) => self.focus_on(pane),
            Target::SheetRow(row) => {
                self.move_in_sheet(|list| list.select(list.view(list.height()).start + usize::from(row)));
            }
            Target::Row(pane, row) => {
                self.focus_on(pane);
                let list = &mut self.lists[pane as usize];
                let first = list.view(list.height()).start;
                list.select(first + usize::from(row));
            }
        }
        Vec::new()
    }

    fn wheel(&mut self, pane: Pane, by: i32) -> Vec<Effect> {
        match &mut self.overlay {
            Some(Overlay::Page(_, top)) => *top = top.saturating_add_signed(by as isize),
            Some(Overlay::Sheet(_)) => drop(self.move_in_sheet(|list| list.step(by as isize))),
            _ => self.lists[pane as usize].step(by as isize),
        }
        Vec::new()
    }

    fn resize(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.size = (columns, rows);
        self.refit_sheet();
        Vec::new()
    }

    fn shown(&mut self, pane: Pane, rows: u16) -> Vec<Effect> {
        self.lists[pane as usize].set_height(usize::from(rows));
        Vec::new()
    }

    fn tick(&mut self, now_ms: Millis) -> Vec<Effect> {
        self.now_ms = now_ms;
        if self.toast.as_ref().is_some_and(|toast| toast.until_ms <= now_ms) {
            self.toast = None;
        }
        Vec::new()
    }

    fn snapshot(&mut self, snapshot: Snapshot) -> Vec<Effect> {
        if let Some((_, held)) = &mut self.frozen {
            *held = Some(snapshot);
            return Vec::new();
        }
        self.show(snapshot)
    }

    /// Shows a newer state, with the knobs laid over it.
    pub(super) fn show(&mut self, snapshot: Snapshot) -> Vec<Effect> {
        self.clock = snapshot.clock;
        self.detail = snapshot.detail;
        self.retell();
        let dropped = match &mut self.hypothesis {
            Some(hypothesis) => hypothesis.rebase(snapshot.cluster),
            None => {
                let mut hypothesis = Hypothesis::new(snapshot.cluster);
                if self.origin.acts() {
                    // What knobs do to a simulator is real at once: without a pin there would be nothing to compare.
                    hypothesis.pin();
                    self.pins = vec![Pin { name: "start".into(), cluster: hypothesis.now().clone() }];
                }
                self.hypothesis = Some(hypothesis);
                Vec::new()
            }
        };
        if let Some(change) = dropped.first() {
            self.forget_moves();
            self.tell(Level::Notice, format!("no longer possible and taken back: {change}"));
        }
        if let Some(hypothesis) = &self.hypothesis {
            self.lags.note(hypothesis.base());
        }
        self.changed()
    }

    /// The story on the screen goes on by itself.
    fn retell(&mut self) {
        let told = matches!(&self.overlay, Some(Overlay::Page(page, _)) if page.is_event_log);
        if told {
            let page = Page::story(self);
            if let Some(Overlay::Page(shown, _)) = &mut self.overlay {
                *shown = page;
            }
        }
    }

    /// After the cluster shown has changed: count it, list it, have it judged.
    pub(super) fn changed(&mut self) -> Vec<Effect> {
        let Some(hypothesis) = &self.hypothesis else { return Vec::new() };
        let shown = match self.lost.as_slice() {
            [] => hypothesis.now().clone(),
            lost => Arc::new(lose(hypothesis.now(), lost)),
        };
        self.facts = Facts::of(&shown, &self.lags);
        self.shown = Some(shown);
        self.knobs = knob_rows::rows(&self.origin, hypothesis, self.study.as_ref());
        self.refresh_rows(&[Pane::Topology, Pane::Partitions, Pane::Groups, Pane::Knobs]);
        self.ask()
    }

    /// Has the present setting judged, and the open page found out anew, when anything has changed that is
    /// judged. Offsets move all the time: where nothing else does, it is judged again now and then, without a word.
    fn ask(&mut self) -> Vec<Effect> {
        let (Some(hypothesis), Some(shown)) = (&self.hypothesis, &self.shown) else { return Vec::new() };
        let now = Asked {
            was: hypothesis.was().clone(),
            now: shown.clone(),
            topic: self.study.clone(),
            at_ms: self.now_ms,
            changed: self.generation + 1,
        };
        let same = self.asked.as_ref().is_some_and(|asked| asked.is_like(&now));
        if let Some(asked) = self.asked.as_ref().filter(|_| same)
            && self.now_ms - asked.at_ms < REFRESH_MS
        {
            return Vec::new();
        }
        self.generation += 1;
        let question = Question {
            generation: self.generation,
            was: now.was.clone(),
            now: now.now.clone(),
            topic: now.topic.clone(),
        };
        let changed = self.asked.as_ref().filter(|_| same).map_or(now.changed, |asked| asked.changed);
        self.asked = Some(Asked { changed, ..now });
        let mut effects = vec![Effect::Assess(question)];
        if !same {
            effects.extend(self.explore_again());
        }
        effects
    }

    /// Gives a pane the keys.
    pub(super) fn focus_on(&mut self, pane: Pane) {
        self.focus = pane;
        self.overlay = None;
        if pane.is_cluster() || pane == Pane::Knobs {
            self.main = pane;
        }
    }
}
