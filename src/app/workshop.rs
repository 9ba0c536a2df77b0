//! A scene on the screen: which step is told, how far time may pass, and the counters as it was and with the fix.

use crate::app::{App, CellStyle, Clock, Command, Effect, Level, Origin, Overlay, Page, Pane, Pin};
use crate::model::Millis;
use crate::report::counter_rows;
use crate::scenario::{Counter, Scenario, StepSpec, Time};
use crate::sim::Counters;
use crate::workshop::{ALL, Scene};
use std::sync::Arc;

/// How fast the run with the fix passes, at least: the room has seen the faults before.
const FIX_PACE: f64 = 4.0;

/// The scene that is played.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    scene: Arc<Scene>,
    step: usize,
    with_fix: bool,
    shows_answer: bool,
    has_begun: bool,
    /// Where time stands still again, and the step that is told then.
    runs_to: Option<(Time, usize)>,
    /// The last counters as it is and with the fix, and their moment.
    counters: [Option<(Millis, Counters)>; 2],
}

impl Stage {
    pub(super) fn new(scene: Scene) -> Stage {
        Stage {
            scene: Arc::new(scene),
            step: 0,
            with_fix: false,
            shows_answer: false,
            has_begun: false,
            runs_to: None,
            counters: [None, None],
        }
    }

    pub(crate) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The step that is told, counted from 0.
    pub(crate) fn step(&self) -> usize {
        self.step
    }

    pub(crate) fn told(&self) -> &StepSpec {
        &self.scene.steps()[self.step]
    }

    pub(crate) fn is_with_fix(&self) -> bool {
        self.with_fix
    }

    pub(crate) fn shows_answer(&self) -> bool {
        self.shows_answer
    }

    /// Whether its first moment has been reached.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Where time stands still again, while it passes.
    pub(crate) fn runs_to(&self) -> Option<Time> {
        self.runs_to.map(|(moment, _)| moment)
    }

    /// A counter of the run on the screen.
    pub(crate) fn counter(&self, counter: &Counter) -> Option<i64> {
        let (_, counters) = self.counters[usize::from(self.with_fix)].as_ref()?;
        counters.counter(counter)
    }

    fn scenario(&self) -> Scenario {
        if self.with_fix { self.scene.fixed() } else { self.scene.scenario().clone() }
    }

    fn is_last(&self) -> bool {
        self.step + 1 == self.scene.steps().len()
    }

    fn tell(&mut self, step: usize) {
        self.shows_answer = self.shows_answer && step == self.step;
        self.step = step;
    }

    /// The counters as it was and with the fix, side by side.
    fn page(&self) -> Page {
        let mut page = Page::new("The same faults, as it is and with the fix");
        let [before, after] = &self.counters;
        let line = |label: &str, a: &str, b: &str| format!("{label:<14}{a:>24}{b:>28}");
        page.add(CellStyle::Heading, line("", &head(before, "as it is"), &head(after, "with the fix")));
        let runs = self.counters.each_ref();
        let rows = runs.map(|run| run.as_ref().map(|(_, counters)| counter_rows(counters)));
        let labels = rows.iter().flatten().next().into_iter().flatten().map(|(label, _)| label);
        for (at, label) in labels.enumerate() {
            let [was, now] =
                rows.each_ref().map(|rows| rows.as_ref().map_or("-", |rows| rows[at].1.as_str()));
            let style = if was == now { CellStyle::Muted } else { CellStyle::Strong };
            page.add(style, line(label, was, now));
        }
        let fix: Vec<String> = self.scene.fix().iter().map(ToString::to_string).collect();
        page.section("The fix", fix);
        page.section("Then and now", [self.scene.spec().then_and_now.clone()]);
        page.section("Not shown", [self.scene.spec().limits.clone()]);
        page
    }
}

/// A run and the time to which it was played.
fn head(run: &Option<(Millis, Counters)>, what: &str) -> String {
    match run {
        Some((at_ms, _)) => format!("{what}, {:.1} s", *at_ms as f64 / 1000.0),
        None => format!("{what}: not played"),
    }
}

impl App {
    /// Notes the run's counters, and stops time where the next step is told.
    pub(super) fn follow_scene(&mut self) -> Vec<Effect> {
        let id = self.cluster_id();
        let (Some(stage), Some(clock), Some(detail)) = (&mut self.stage, self.clock, &self.detail) else {
            return Vec::new();
        };
        // What was on its way when another run began is not of this one.
        if id.as_deref() != Some(&*stage.scenario().id) {
            return Vec::new();
        }
        stage.counters[usize::from(stage.with_fix)] = Some((clock.at_ms, detail.counters.clone()));
        if !stage.has_begun {
            stage.has_begun = true;
            let moment = stage.scene.moment(0);
            self.compare_with_now();
            return stop_at(clock, moment);
        }
        let Some((moment, step)) =
            stage.runs_to.filter(|(moment, _)| clock.at_ms >= moment.millis() as Millis)
        else {
            return Vec::new();
        };
        if clock.at_ms > moment.millis() as Millis {
            // Time has gone on a little: first back to the moment itself.
            return stop_at(clock, moment);
        }
        stage.runs_to = None;
        stage.tell(step);
        let is_over = stage.with_fix && stage.is_last() && moment == stage.scene.scenario().duration;
        if is_over {
            self.show_scene_table();
        }
        stop_at(clock, moment)
    }

    /// What the knobs are compared with is the scene as it begins.
    fn compare_with_now(&mut self) {
        if let Some(hypothesis) = &mut self.hypothesis {
            hypothesis.reset();
            hypothesis.pin();
            self.pins = vec![Pin { name: "start".into(), cluster: hypothesis.now().clone() }];
        }
    }

    /// The first scene of the talk, or the one after the scene that is played.
    pub(super) fn open_next_scene(&mut self) -> Vec<Effect> {
        let played = self.stage.as_ref().map(|stage| stage.scene.scenario().id.as_str());
        let place = played.and_then(|id| ALL.iter().position(|each| each.id == id));
        let Some(next) = ALL.get(place.map_or(0, |place| place + 1)) else {
            self.notify(Level::Notice, "that was the last scene of the talk");
            return Vec::new();
        };
        self.origin = Origin::Sim(next.id.into());
        self.selected_topic = None;
        self.forget_moves();
        self.focus_on(Pane::Log);
        let stage = self.stage.insert(Stage::new(next.scene()));
        vec![Effect::Drive(Command::Begin(Box::new(stage.scenario())))]
    }

    fn cluster_id(&self) -> Option<String> {
        self.hypothesis.as_ref()?.base().id.get().cloned()
    }

    /// On to the next step: time passes until its moment. While it passes, to that moment at once.
    pub(super) fn next_step(&mut self) -> Vec<Effect> {
        let (Some(stage), Some(clock)) = (&mut self.stage, self.clock) else { return Vec::new() };
        if !stage.has_begun {
            return Vec::new();
        }
        if let Some((moment, _)) = stage.runs_to {
            return vec![seek(moment)];
        }
        let next = if stage.is_last() { stage.step } else { stage.step + 1 };
        let moment = if stage.is_last() { stage.scene.scenario().duration } else { stage.scene.moment(next) };
        if moment.millis() as Millis > clock.at_ms {
            stage.runs_to = Some((moment, next));
            return vec![Effect::Drive(Command::Pause(false))];
        }
        if stage.is_last() {
            self.show_scene_table();
        } else {
            stage.tell(next);
        }
        Vec::new()
    }

    /// Back to the step before, and to its moment.
    pub(super) fn previous_step(&mut self) -> Vec<Effect> {
        let (Some(stage), Some(clock)) = (&mut self.stage, self.clock) else { return Vec::new() };
        stage.runs_to = None;
        stage.tell(stage.step.saturating_sub(1));
        stop_at(clock, stage.scene.moment(stage.step))
    }

    pub(super) fn toggle_answer(&mut self) {
        if let Some(stage) = &mut self.stage {
            stage.shows_answer = !stage.shows_answer;
        }
    }

    /// Plays the same faults from the start with the fix; once more, and it is as it was.
    pub(super) fn toggle_fix(&mut self) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        stage.with_fix = !stage.with_fix;
        if !stage.with_fix {
            return self.begin_scene();
        }
        let end = stage.scene.scenario().duration;
        stage.runs_to = Some((end, stage.scene.steps().len() - 1));
        let pace = self.clock.map_or(FIX_PACE, |clock| clock.pace.max(FIX_PACE));
        let mut effects = self.begin_run();
        effects.extend([Effect::Drive(Command::Pace(pace)), Effect::Drive(Command::Pause(false))]);
        effects
    }

    /// The scene from its first step, as it is.
    pub(super) fn begin_scene(&mut self) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        (stage.with_fix, stage.runs_to, stage.step, stage.shows_answer) = (false, None, 0, false);
        let moment = stage.scene.moment(0);
        let mut effects = self.begin_run();
        effects.extend([
            Effect::Drive(Command::Pace(1.0)),
            Effect::Drive(Command::Pause(true)),
            seek(moment),
        ]);
        effects
    }

    /// The run of now from its start. What the simulator does not turn of the fix is a what-if over it.
    fn begin_run(&mut self) -> Vec<Effect> {
        let Some(stage) = &self.stage else { return Vec::new() };
        let (scenario, with_fix) = (stage.scenario(), stage.with_fix);
        let what_ifs = stage.scene.what_ifs();
        self.forget_moves();
        if let Some(hypothesis) = &mut self.hypothesis {
            // What was turned on the stage is gone; what it is compared with stays.
            let was = hypothesis.was().clone();
            hypothesis.reset();
            hypothesis.pin_to(was);
        }
        let mut effects = if with_fix && !what_ifs.is_empty() {
            self.make(what_ifs).unwrap_or_default()
        } else {
            Vec::new()
        };
        effects.push(Effect::Drive(Command::Begin(Box::new(scenario))));
        effects
    }

    /// Shows what came of both runs.
    pub(super) fn show_scene_table(&mut self) {
        let page = self.stage.as_ref().map(Stage::page);
        self.overlay = page.map(|page| Overlay::Page(page, 0));
    }
}

fn seek(moment: Time) -> Effect {
    Effect::Drive(Command::Seek(moment.millis() as Millis))
}

/// Time stands still at this moment.
fn stop_at(clock: Clock, moment: Time) -> Vec<Effect> {
    let mut effects = vec![Effect::Drive(Command::Pause(true))];
    if clock.at_ms != moment.millis() as Millis {
        effects.push(seek(moment));
    }
    effects
}
