//! A challenge on the screen: what may still be done, the end of the run, and what the referee says of it.

use crate::app::workshop::{seek, stop_at};
use crate::app::{
    App, CellStyle, Command, Effect, Level, Origin, Overlay, Page, PaletteEntry, PaletteRun, Pane,
};
use crate::model::{Millis, human_count};
use crate::report::{act_text, outcome_text};
use crate::scenario::{Act, ActKind, Counter, Time};
use crate::sim::{Attempt, Counters, DoneAct, SimView};
use crate::workshop::{CHALLENGES, Challenge, Judgement, Outcome, Used, judge};
use std::sync::Arc;

/// What the name of every entry of the list begins with.
pub(super) const PREFIX: &str = "challenge ";

/// The challenges, as entries of the palette.
pub(super) fn entries(app: &App) -> Vec<PaletteEntry> {
    if !matches!(app.origin, Origin::Sim(_)) {
        return Vec::new();
    }
    let all = CHALLENGES.iter().map(|each| {
        let challenge = each.challenge();
        let doc = format!("{} ({})", challenge.scenario().title, challenge.limits_text());
        PaletteEntry::new(format!("{PREFIX}{}", each.id), doc, PaletteRun::Challenge(each))
    });
    all.collect()
}

/// The challenge that is played.
#[derive(Clone, Debug)]
pub(crate) struct Contest {
    challenge: Arc<Challenge>,
    pub(super) has_begun: bool,
    /// When it is begun again: the time that the run before had come to.
    run_before_ms: Option<Millis>,
    attempt: Arc<Attempt>,
    counters: Counters,
    /// What the referee says, once the run has come to its end.
    judgement: Option<Judgement>,
}

impl Contest {
    pub(super) fn new(challenge: Challenge) -> Contest {
        Contest {
            challenge: Arc::new(challenge),
            has_begun: false,
            run_before_ms: None,
            attempt: Arc::default(),
            counters: Counters::default(),
            judgement: None,
        }
    }

    pub(crate) fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    pub(crate) fn judgement(&self) -> Option<&Judgement> {
        self.judgement.as_ref()
    }

    /// A counter of the run by now.
    pub(crate) fn counter(&self, counter: &Counter) -> Option<i64> {
        self.has_begun.then(|| self.counters.counter(counter)).flatten()
    }

    /// `1 of 2 faults, 0 of 1 operations`: what was used of what is allowed.
    pub(crate) fn used_text(&self) -> String {
        let used = Used::of(&self.attempt);
        let spec = self.challenge.spec();
        let allowed = ActKind::ALL.into_iter().filter(|kind| spec.limit(*kind) > 0);
        let parts: Vec<String> =
            allowed.map(|kind| format!("{} of {} {kind}s", used.count(kind), spec.limit(kind))).collect();
        parts.join(", ")
    }

    /// Takes what the simulator tells. Says whether the referee has just judged it.
    fn follow(&mut self, at_ms: Millis, detail: &SimView) -> bool {
        if at_ms < self.end_ms() {
            self.judgement = None;
        }
        // What comes after the end is no part of what was judged.
        if self.judgement.is_some() {
            return false;
        }
        self.counters = detail.counters.clone();
        self.attempt = detail.attempt.clone().unwrap_or_default();
        let judges = self.attempt.verdicts.is_some();
        if judges {
            self.judgement = Some(judge(&self.challenge, &self.attempt));
        }
        judges
    }

    /// Whether a state may still be of the run before this one: it is not at the start, or something was done in it,
    /// and it is as far as that run had come.
    fn may_be_of_run_before(&self, at_ms: Millis, attempt: Option<&Arc<Attempt>>) -> bool {
        let is_start = at_ms == 0 && attempt.is_none_or(|attempt| attempt.acts.is_empty());
        !is_start && self.run_before_ms.is_some_and(|before| at_ms >= before)
    }

    fn end_ms(&self) -> Millis {
        self.challenge.scenario().duration.millis() as Millis
    }

    /// What the referee says, and our best answer.
    fn page(&self, judgement: &Judgement) -> Page {
        let mut page = Page::new(self.challenge.scenario().title.clone());
        let level = if judgement.outcome == Outcome::Reached { Level::Ok } else { Level::Bad };
        page.add(CellStyle::Level(level), outcome_text(judgement.outcome));
        page.add(CellStyle::Plain, format!("Used: {}", self.used_text()));
        page.section(
            "Goal",
            judgement.verdicts.iter().map(|verdict| {
                let word = if verdict.met { "met    " } else { "NOT MET" };
                format!(
                    "{word} {}: found {}",
                    verdict.expected,
                    verdict.found.map_or("?".into(), human_count)
                )
            }),
        );
        page.section("Not done", judgement.missing.iter().map(|act| self.told(None, act)));
        page.section(
            "You did",
            self.attempt.acts.iter().map(|done| {
                let refused = if done.is_refused { ": refused, not counted" } else { "" };
                format!("{}{refused}", self.told(Some(done.at), &done.act))
            }),
        );
        let answer = &self.challenge.spec().answer;
        page.section(
            "Our best answer",
            answer.iter().map(|event| self.told(event.at.map(|at| at.0), &event.act)),
        );
        page.section("Why", [self.challenge.spec().why.clone()]);
        page
    }

    /// `10.0 s  kill broker/1`
    fn told(&self, at: Option<u64>, act: &Act) -> String {
        let text = act_text(&DoneAct { at: at.unwrap_or(0), act: act.clone(), is_refused: false }.event());
        at.map_or(text.clone(), |at| format!("{:>6.1} s  {text}", at as f64 / 1e9))
    }
}

impl App {
    /// Begins a challenge, instead of whatever is played.
    pub(super) fn open_challenge(&mut self, challenge: Challenge) -> Vec<Effect> {
        let today = self.stage.take().and_then(|stage| stage.today());
        self.origin = Origin::Sim(challenge.scenario().id.clone());
        self.selected_topic = None;
        self.forget_moves();
        self.focus_on(Pane::Brokers);
        let scenario = challenge.scenario().clone();
        let is_again = |before: &Contest| before.challenge.scenario().id == scenario.id;
        let is_again = self.contest.as_ref().is_some_and(is_again);
        let run_before_ms = self.clock.filter(|_| is_again).map(|clock| clock.at_ms);
        self.contest = Some(Contest { run_before_ms, ..Contest::new(challenge) });
        let scenario = Box::new(scenario);
        let begin = match today {
            Some(version) => Command::BeginAs(scenario, version),
            None => Command::Begin(scenario),
        };
        // No time passes that would have to be taken back, with whatever was done in it.
        vec![Effect::Drive(Command::Pause(true)), Effect::Drive(begin)]
    }

    /// The challenge from its start.
    pub(super) fn begin_challenge(&mut self) -> Vec<Effect> {
        let challenge = self.contest.as_ref().map(|contest| (*contest.challenge).clone());
        challenge.map(|challenge| self.open_challenge(challenge)).unwrap_or_default()
    }

    /// Lets the rest of the run pass.
    pub(super) fn end_challenge(&mut self) -> Vec<Effect> {
        let end = self.contest.as_ref().map(|contest| contest.challenge.scenario().duration);
        end.map(seek).into_iter().collect()
    }

    /// Time stands still at the start and at the end, where the referee judges.
    pub(super) fn follow_challenge(&mut self) -> Vec<Effect> {
        let id = self.cluster_id();
        let (Some(contest), Some(clock), Some(detail)) = (&mut self.contest, self.clock, &self.detail) else {
            return Vec::new();
        };
        // What was on its way when another run began is not of this one.
        if id.as_deref() != Some(&*contest.challenge.scenario().id) {
            return Vec::new();
        }
        if !contest.has_begun && contest.may_be_of_run_before(clock.at_ms, detail.attempt.as_ref()) {
            return Vec::new();
        }
        if !contest.has_begun {
            contest.has_begun = true;
            contest.counters = detail.counters.clone();
            self.compare_with_now();
            return stop_at(clock, Time::default());
        }
        if contest.follow(clock.at_ms, detail) {
            self.show_referee();
            return vec![Effect::Drive(Command::Pause(true))];
        }
        if contest.judgement.is_none() && clock.at_ms >= contest.end_ms() {
            // Time has gone on a little: first back to the end itself.
            return stop_at(clock, contest.challenge.scenario().duration);
        }
        Vec::new()
    }

    /// Why these acts are not allowed now; `None` when they are, and where no challenge is played.
    pub(super) fn objection(&self, acts: &[Act]) -> Option<String> {
        let contest = self.contest.as_ref()?;
        let mut attempt = (*contest.attempt).clone();
        for act in acts {
            let why = contest.challenge.objection(&attempt, act);
            if why.is_some() {
                return why;
            }
            attempt.acts.push(DoneAct { at: 0, act: act.clone(), is_refused: false });
        }
        None
    }

    /// Keeps from the cluster what the challenge does not allow.
    pub(super) fn referee(&mut self, effects: &mut Vec<Effect>) {
        if self.contest.is_none() {
            return;
        }
        let mut kept: Vec<Act> = Vec::new();
        let mut refused = None;
        effects.retain(|effect| {
            let Effect::Drive(Command::Act(act)) = effect else { return true };
            kept.push(act.clone());
            let why = self.objection(&kept);
            if why.is_some() {
                kept.pop();
            }
            let is_allowed = why.is_none();
            refused = why.or(refused.take());
            is_allowed
        });
        if let Some(why) = refused {
            self.notify(Level::Warn, why);
        }
    }

    /// Shows what the referee says.
    pub(super) fn show_referee(&mut self) {
        let page = self.contest.as_ref().and_then(|contest| Some(contest.page(contest.judgement()?)));
        if let Some(page) = page {
            self.overlay = Some(Overlay::Page(page, 0));
        }
    }
}
