//! A scene on the screen: which step is told, how far time may pass, and the counters as it was and with the fix.

mod code;
mod runs;

pub(crate) use code::CodeRow;

use crate::app::quiz::{Quiz, Score, right_choice, shown_choices};
use crate::app::{App, CellStyle, Clock, Command, Effect, Level, Origin, Overlay, Page, Pane};
use crate::model::{KafkaVersion, Millis};
use crate::report::counter_rows;
use crate::scenario::{Counter, Scenario, StepSpec, Time};
use crate::sim::Counters;
use crate::workshop::{ALL, Scene};
use std::sync::Arc;

/// The scene that is played.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    scene: Arc<Scene>,
    step: usize,
    with_fix: bool,
    shows_answer: bool,
    /// The code is shown where it has no room of its own, and put away where it has.
    turns_code: bool,
    /// Whether an older version of Kafka plays it.
    as_then: bool,
    /// The version that played it before the older one did.
    today: Option<KafkaVersion>,
    /// What one who learns alone has chosen, step by step; `None` before a room.
    quiz: Option<Quiz>,
    has_begun: bool,
    /// Where time stands still again, and the step that is told then.
    runs_to: Option<(Time, usize)>,
    /// The last counters as it is and with the fix, and their moment.
    counters: [Option<(Millis, Counters)>; 2],
}

impl Stage {
    /// For one who learns alone.
    pub(super) fn learning(scene: Scene) -> Stage {
        let quiz = Some(Quiz::new(scene.steps().len()));
        Stage { quiz, ..Stage::new(scene) }
    }

    pub(super) fn new(scene: Scene) -> Stage {
        Stage {
            scene: Arc::new(scene),
            step: 0,
            with_fix: false,
            shows_answer: false,
            turns_code: false,
            as_then: false,
            today: None,
            quiz: None,
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
        self.shows_answer || self.chosen().is_some()
    }

    /// Whether one learns alone.
    pub(crate) fn is_learning(&self) -> bool {
        self.quiz.is_some()
    }

    /// The choices of the step that is told, in the order in which they are shown; none before a room.
    pub(crate) fn choices(&self) -> Vec<&str> {
        if self.quiz.is_none() { Vec::new() } else { shown_choices(self.told()) }
    }

    /// Which of them was chosen, and which is right.
    pub(crate) fn chosen(&self) -> Option<(usize, usize)> {
        let chosen = self.quiz.as_ref()?.chosen(self.step)?;
        Some((chosen, right_choice(self.told())))
    }

    /// How many questions were answered right, of those that were answered and of all.
    pub(crate) fn score(&self) -> Option<Score> {
        self.quiz.as_ref().map(|quiz| quiz.score(self.scene.steps()))
    }

    /// Whether the step that is told waits for a choice.
    fn waits_for_choice(&self) -> bool {
        !self.choices().is_empty() && !self.shows_answer()
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

    /// The older version that plays it, if it does.
    pub(crate) fn then(&self) -> Option<KafkaVersion> {
        self.scene.spec().then_version.filter(|_| self.as_then)
    }

    /// Another scene after this one, for the same room, under today's version.
    fn followed_by(&self, scene: Scene) -> Stage {
        let next = if self.is_learning() { Stage::learning(scene) } else { Stage::new(scene) };
        Stage { today: self.today, turns_code: self.turns_code, ..next }
    }

    /// What another scene or challenge is begun with: an older version was this scene's only.
    pub(super) fn today(&self) -> Option<KafkaVersion> {
        self.today
    }

    /// Begins the run of now.
    fn begin(&self) -> Command {
        let scenario = Box::new(self.scenario());
        match self.then().or(self.today) {
            Some(version) => Command::BeginAs(scenario, version),
            None => Command::Begin(scenario),
        }
    }

    /// The other version plays it from now on: what the one before did is not compared with it.
    fn turn_version(&mut self, shown: Option<KafkaVersion>) {
        self.today = self.today.or(shown);
        self.as_then = !self.as_then;
        self.counters = [None, None];
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
        let under = self.then().map_or(String::new(), |version| format!(" under Kafka {version}"));
        let mut page = Page::new(format!("The same faults{under}, as it is and with the fix"));
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
        if let Some(score) = self.score() {
            page.section("Your answers", [score.to_string()]);
        }
        page.section("The fix", fix);
        let then = self
            .scene
            .spec()
            .then_version
            .map(|version| format!("Kafka {version}: {}", self.scene.spec().then));
        page.section("Then and now", [self.scene.spec().then_and_now.clone()].into_iter().chain(then));
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
    pub(super) fn compare_with_now(&mut self) {
        if let Some(hypothesis) = &mut self.hypothesis {
            hypothesis.reset();
            hypothesis.pin();
            self.pins.begin_with(hypothesis.now().clone());
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
        self.contest = None;
        let next = match &self.stage {
            Some(before) => before.followed_by(next.scene()),
            None => Stage::new(next.scene()),
        };
        let stage = self.stage.insert(next);
        vec![Effect::Drive(stage.begin())]
    }

    /// The file of the scene has changed: it is begun again as it is now. With a mistake in it, the scene goes on as
    /// it was, and the mistake stands on the screen until the file is right or it is closed.
    pub(super) fn take_scene(&mut self, scene: Result<Box<Scene>, String>) -> Vec<Effect> {
        let Some(stage) = &mut self.stage else { return Vec::new() };
        match scene {
            Ok(scene) => {
                *stage = stage.followed_by(*scene);
                let begin = stage.begin();
                self.overlay = None;
                self.origin = Origin::Sim(stage.scene.scenario().id.clone());
                self.forget_moves();
                self.notify(Level::Notice, "the scene's file has changed: it begins again");
                vec![Effect::Drive(begin)]
            }
            Err(line) => {
                let mut page = Page::new("The scene's file has a mistake");
                page.add(CellStyle::Level(Level::Bad), line);
                page.gap();
                page.add(
                    CellStyle::Plain,
                    "The scene goes on as it was. It begins again when the file is right.",
                );
                self.overlay = Some(Overlay::Page(page, 0));
                Vec::new()
            }
        }
    }

    pub(super) fn cluster_id(&self) -> Option<String> {
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
        if stage.waits_for_choice() {
            self.notify(Level::Notice, "choose an answer first, or have it shown");
            return Vec::new();
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

    /// Chooses an answer of the step that is told. The first one counts.
    pub(super) fn choose(&mut self, at: usize) {
        let Some(stage) = &mut self.stage else { return };
        if at < stage.choices().len()
            && let Some(quiz) = &mut stage.quiz
        {
            quiz.choose(stage.step, at);
        }
    }

    pub(super) fn toggle_answer(&mut self) {
        if let Some(stage) = &mut self.stage {
            stage.shows_answer = !stage.shows_answer;
        }
    }

    /// Shows what came of both runs.
    pub(super) fn show_scene_table(&mut self) {
        let page = self.stage.as_ref().map(Stage::page);
        self.overlay = page.map(|page| Overlay::Page(page, 0));
    }
}

pub(super) fn seek(moment: Time) -> Effect {
    Effect::Drive(Command::Seek(moment.millis() as Millis))
}

/// Time stands still at this moment.
pub(super) fn stop_at(clock: Clock, moment: Time) -> Vec<Effect> {
    let mut effects = vec![Effect::Drive(Command::Pause(true))];
    if clock.at_ms != moment.millis() as Millis {
        effects.push(seek(moment));
    }
    effects
}
