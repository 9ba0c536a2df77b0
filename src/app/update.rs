//! One message, one step.

use crate::app::refuted::Refuted;
use crate::app::shape::same_shape;
use crate::app::{
    App, AssessmentRequest, ClusterSummary, Effect, Level, Msg, Overlay, Pane, Place, Snapshot, Target,
    knob_rows,
};
use crate::consequences::lose;
use crate::hypothesis::Hypothesis;
use crate::keymap::{Key, Lookup};
use crate::model::{Cluster, Millis};
use crate::sim::SimView;
use std::sync::Arc;

/// How old an assessment may become of which only offsets have moved.
const REFRESH_MS: Millis = 5_000;

/// What was asked for last.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    was: Arc<Cluster>,
    now: Arc<Cluster>,
    topic: Option<Arc<str>>,
    at_ms: Millis,
    /// The first request since anything changed that is assessed.
    pub(super) changed: u64,
}

impl Asked {
    fn is_like(&self, other: &Asked) -> bool {
        self.topic == other.topic && same_shape(&self.was, &other.was) && same_shape(&self.now, &other.now)
    }
}

impl App {
    /// Takes one message; yields what is to be done outside.
    #[must_use = "effects are done by the caller"]
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let (was_shown, was_copy) = (self.is_side_by_side(), self.is_copy());
        let mut effects = self.step(msg);
        self.referee(&mut effects);
        self.follow_side_by_side(was_shown && was_copy == self.is_copy(), &mut effects);
        self.address(&mut effects);
        self.refresh_logs();
        self.remember_selections();
        effects
    }

    fn step(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) => self.key(key),
            Msg::Paste(text) => self.paste(&text),
            Msg::Line(line) => self.line(&line),
            Msg::Click(target) => self.click(target),
            Msg::Wheel(pane, by) => self.wheel(pane, by),
            Msg::Resize(columns, rows) => self.resize(columns, rows),
            Msg::Shown(pane, rows) => self.shown(pane, rows),
            Msg::Snapshot(_) | Msg::RequestRate(_) | Msg::SourceError(_) if self.is_copy() => {
                self.keep_for_original(msg);
                Vec::new()
            }
            Msg::Snapshot(snapshot) => self.snapshot(snapshot),
            Msg::OfCopy(number, msg) => self.of_copy(number, *msg),
            Msg::RequestRate(per_s) => self.set(|app| app.request_rate = Some(per_s)),
            Msg::SourceError(trouble) => self.set(|app| app.source_error = trouble),
            Msg::Assessed(generation, assessment) => self.set(|app| {
                if generation >= app.assessed {
                    app.assessed = generation;
                    app.answer = Some(assessment);
                    app.show_answer();
                }
            }),
            Msg::Explored(generation, data) => self.set(|app| app.explored(generation, data)),
            Msg::Finale(news) => self.set(|app| app.take_finale(news)),
            Msg::Notice(level, text) => self.set(|app| {
                app.note_refusal(level, &text);
                app.notify(level, text);
            }),
            Msg::SceneFile(scene) => self.take_scene(scene),
            Msg::Background { is_light } => self.follow_background(is_light),
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
                self.echo(action);
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

    /// The letter that a key only adds to the line being typed; `None` when it does anything else.
    pub fn typed_by(&self, key: Key) -> Option<char> {
        let is_open = self.prompt.is_some() && self.typed.is_empty();
        let letter = key.typed().filter(|_| is_open)?;
        matches!(self.keymap.lookup(&self.contexts(), &[key]), Lookup::None).then_some(letter)
    }

    /// Text goes into the line being typed; where there is none it is ignored, so that a paste runs nothing.
    fn paste(&mut self, text: &str) -> Vec<Effect> {
        if self.prompt.as_mut().is_some_and(|prompt| prompt.line.insert(text)) {
            self.prompt_changed();
        }
        Vec::new()
    }

    fn click(&mut self, target: Target) -> Vec<Effect> {
        match target {
            Target::Action(action) => return self.run(action),
            Target::Overlay => self.back(),
            Target::Pane(pane) => self.focus_on(pane),
            Target::PageRow(row) => {
                if let Some(page) = self.explore_page_mut() {
                    page.list.select(page.list.view(page.list.height()).start + usize::from(row));
                }
            }
            Target::Row(pane, row) => self.click_row(pane, usize::from(row)),
        }
        Vec::new()
    }

    /// Selects a row; a second click on it opens it.
    fn click_row(&mut self, pane: Pane, row: usize) {
        let before = self.list(pane).selected().filter(|_| self.focus == pane);
        self.focus_on(pane);
        let list = &mut self.lists[pane as usize];
        list.select(list.view(list.height()).start + row);
        if before.is_some() && before == list.selected() {
            self.open_selected_row();
        }
    }

    fn wheel(&mut self, pane: Pane, by: i32) -> Vec<Effect> {
        let by = by as isize;
        match &mut self.overlay {
            Some(Overlay::Page(_, top)) => *top = top.saturating_add_signed(by),
            Some(Overlay::Explore(page)) => page.list.step(by),
            Some(Overlay::Ask { .. }) | None => self.lists[pane as usize].step(by),
        }
        Vec::new()
    }

    fn resize(&mut self, columns: u16, rows: u16) -> Vec<Effect> {
        self.size = (columns, rows);
        self.refit_explore_page();
        Vec::new()
    }

    fn shown(&mut self, pane: Pane, rows: u16) -> Vec<Effect> {
        self.lists[pane as usize].set_height(usize::from(rows));
        Vec::new()
    }

    fn tick(&mut self, now_ms: Millis) -> Vec<Effect> {
        self.now_ms = now_ms;
        self.begin_timer();
        if self.toast.as_ref().is_some_and(|toast| toast.until_ms <= now_ms) {
            self.toast = None;
        }
        Vec::new()
    }

    pub(super) fn snapshot(&mut self, snapshot: Snapshot) -> Vec<Effect> {
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
        self.refresh_event_log();
        let is_first_loss = self.note_refutations();
        let dropped = match &mut self.hypothesis {
            Some(hypothesis) => hypothesis.rebase(snapshot.cluster),
            None => {
                let mut hypothesis = Hypothesis::new(snapshot.cluster);
                if self.origin.acts() {
                    // What knobs do to a simulator is real at once: without a pin there would be nothing to compare.
                    hypothesis.pin();
                    self.pins.begin_with(hypothesis.now().clone());
                }
                self.hypothesis = Some(hypothesis);
                Vec::new()
            }
        };
        if let Some(change) = dropped.first() {
            self.forget_moves();
            self.notify(Level::Notice, format!("undone, because it is no longer possible: {change}"));
        }
        if let Some(hypothesis) = &self.hypothesis {
            self.lags.note(hypothesis.base());
        }
        let mut effects = self.changed();
        effects.extend(self.follow_scene());
        effects.extend(self.follow_challenge());
        self.note_time();
        self.refresh_rows([Pane::Time].into_iter());
        if is_first_loss {
            self.point_at_loss();
        }
        self.refresh_side_by_side();
        effects
    }

    /// Notes what the run has refuted. Says whether the first records are lost now.
    fn note_refutations(&mut self) -> bool {
        let before = self.refuted.lost;
        let by = |detail: &SimView| Refuted::by(detail, &self.refuted);
        let refuted = self.detail.as_deref().map(by).unwrap_or_default();
        if refuted != self.refuted {
            self.refuted = refuted;
            self.show_answer();
        }
        before == 0 && self.refuted.lost > 0
    }

    /// Shows the engine's answer, as far as the run has not refuted it.
    fn show_answer(&mut self) {
        self.assessment = self.answer.as_ref().map(|answer| self.refuted.taken_from(answer));
        self.refresh_rows(Pane::ALL.into_iter().filter(|pane| pane.is_assessment()));
    }

    /// After the cluster shown has changed: count it, list it, have it assessed.
    pub(super) fn changed(&mut self) -> Vec<Effect> {
        let Some(hypothesis) = &self.hypothesis else { return Vec::new() };
        let shown = match self.lost.as_slice() {
            [] => hypothesis.now().clone(),
            lost => Arc::new(lose(hypothesis.now(), lost)),
        };
        self.summary = ClusterSummary::of(&shown, &self.lags);
        self.shown = Some(shown);
        self.knobs = knob_rows::rows(&self.origin, hypothesis, self.selected_topic.as_ref());
        self.refresh_rows(Pane::ALL.into_iter().filter(|pane| !pane.is_assessment()));
        self.ask()
    }

    /// Asks for an assessment, and for the open page, when anything has changed that is assessed. Offsets move all
    /// the time: where nothing else does, it is assessed again now and then, without a word.
    fn ask(&mut self) -> Vec<Effect> {
        let (Some(hypothesis), Some(shown)) = (&self.hypothesis, &self.shown) else { return Vec::new() };
        let now = Asked {
            was: hypothesis.was().clone(),
            now: shown.clone(),
            topic: self.selected_topic.clone(),
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
        let request = AssessmentRequest {
            generation: self.generation,
            was: now.was.clone(),
            now: now.now.clone(),
            topic: now.topic.clone(),
        };
        let changed = self.asked.as_ref().filter(|_| same).map_or(now.changed, |asked| asked.changed);
        self.asked = Some(Asked { changed, ..now });
        let mut effects = vec![Effect::Assess(request)];
        if !same {
            effects.extend(self.explore_again());
        }
        effects
    }

    /// Gives a pane the keys.
    pub(super) fn focus_on(&mut self, pane: Pane) {
        self.focus = pane;
        self.overlay = None;
        self.side_by_side = None;
        if pane.is_cluster() || pane.place() == Place::Knobs {
            self.main = pane;
        }
    }
}
