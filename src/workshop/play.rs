//! Plays a scene to its end twice, as it is and with its fix, and judges what came of it.

use crate::consequences::{Assessment, FigureView, Subject, assess};
use crate::hypothesis::apply_together;
use crate::knobs::Change;
use crate::model::{KafkaVersion, Nanos};
use crate::rules::{Finding, FindingStatus, Findings, Rule, examine, find};
use crate::scenario::{Scenario, Time};
use crate::sim::{RunReport, Simulator};
use crate::workshop::Scene;
use crate::workshop::challenge::run_to;

/// When the setting is assessed: all brokers are up, and no fault has happened yet.
const CALM: Nanos = Time::from_secs(1).0;

/// What came of one run.
#[derive(Clone, Debug)]
pub struct RunOutcome {
    /// Its counters, and what was expected of it.
    pub report: RunReport,
    /// What the rules say at its end.
    pub findings: Findings,
    /// What the setting means, before any fault.
    pub assessment: Assessment,
    /// Whether it came to its end; what is expected is judged only then.
    pub is_over: bool,
    /// Whether all of the fix is in it: a what-if may not be possible on the states that are judged.
    pub is_whole: bool,
}

/// A rule of the scene.
#[derive(Clone, Debug)]
pub struct RuleOutcome {
    pub rule: &'static Rule,
    /// Whether it finds the anti-pattern as it is.
    pub found_before: bool,
    /// Whether it finds nothing with the fix; what it could not look at is not silence. `None` without a fix.
    pub silent_after: Option<bool>,
}

/// A figure of the scene. One that this cluster does not have is `?` and no better.
#[derive(Clone, PartialEq, Debug)]
pub struct FigureOutcome {
    pub id: String,
    pub label: String,
    pub before: String,
    /// `None` without a fix.
    pub after: Option<String>,
    /// Whether the fix makes it better; `false` where that cannot be said. `None` without a fix.
    pub is_better: Option<bool>,
}

/// A scene that was played.
#[derive(Clone, Debug)]
pub struct Played {
    pub scene: Scene,
    /// As it is.
    pub before: RunOutcome,
    /// With the fix; `None` when the scene has none.
    pub after: Option<RunOutcome>,
    pub rules: Vec<RuleOutcome>,
    pub figures: Vec<FigureOutcome>,
}

impl Played {
    /// Whether all runs came to their ends. A run that nobody wants any more is not begun.
    pub fn is_over(&self) -> bool {
        let after = self.after.as_ref().map_or(self.scene.fix().is_empty(), |after| after.is_over);
        self.before.is_over && after
    }

    /// Whether the scene shows what it promises: everything expected came, its rules find the anti-pattern as it is
    /// and are silent with the fix, its figures are better with it.
    pub fn is_met(&self) -> bool {
        let runs = [Some(&self.before), self.after.as_ref()];
        let expected = runs.into_iter().flatten().flat_map(|run| &run.report.expectations);
        self.is_over()
            && self.after.as_ref().is_none_or(|after| after.is_whole)
            && expected.into_iter().all(|verdict| verdict.met)
            && self.rules.iter().all(|rule| rule.found_before && rule.silent_after != Some(false))
            && self.figures.iter().all(|figure| figure.is_better != Some(false))
    }
}

/// Plays a scene as it is and with its fix, with the same seed and faults. `version` overrides the scene's first.
pub fn play(scene: &Scene, seed: Option<u64>, version: Option<KafkaVersion>) -> Played {
    play_while(scene, (seed, version), &|| true)
}

/// The same, but it ends early once `keep_going` says no.
pub fn play_while(
    scene: &Scene,
    (seed, version): (Option<u64>, Option<KafkaVersion>),
    keep_going: &dyn Fn() -> bool,
) -> Played {
    let seed = seed.unwrap_or(scene.scenario().seed);
    let fix = scene.fix();
    let before = run(scene.scenario(), (seed, version), &[], keep_going);
    let with_fix = !fix.is_empty() && before.is_over;
    let after = with_fix.then(|| run(&scene.fixed(), (seed, version), &scene.what_ifs(), keep_going));
    let rules = scene.spec().rules.iter().filter_map(|id| find(id));
    let figures = scene.spec().figures.iter();
    Played {
        scene: scene.clone(),
        rules: rules.map(|rule| rule_outcome(rule, &before, after.as_ref())).collect(),
        figures: figures.map(|id| figure_outcome(id, &before, after.as_ref())).collect(),
        before,
        after,
    }
}

/// One run to its end; the what-ifs are laid over the states that are judged.
fn run(
    scenario: &Scenario,
    (seed, version): (u64, Option<KafkaVersion>),
    what_ifs: &[Change],
    keep_going: &dyn Fn() -> bool,
) -> RunOutcome {
    let mut simulator = Simulator::new(scenario, seed, version);
    simulator.keep_no_checkpoints();
    simulator.run_until(CALM.min(scenario.duration.0));
    let calm = apply_together(&simulator.snapshot().0, what_ifs);
    let is_over = run_to(&mut simulator, scenario.duration.0, keep_going);
    let end = apply_together(&simulator.snapshot().0, what_ifs);
    let is_whole = calm.is_ok() && end.is_ok();
    let state = simulator.snapshot().0;
    let mut report = simulator.report();
    if !is_over {
        report.expectations.clear();
    }
    RunOutcome {
        report,
        is_over,
        findings: examine(end.as_ref().unwrap_or(&state)),
        assessment: assess(calm.as_ref().unwrap_or(&state), Subject::Cluster),
        is_whole,
    }
}

fn rule_outcome(rule: &'static Rule, before: &RunOutcome, after: Option<&RunOutcome>) -> RuleOutcome {
    let of = |run: &RunOutcome, wanted: fn(&Finding) -> bool| {
        run.findings.findings.iter().any(|finding| finding.rule.id == rule.id && wanted(finding))
    };
    let is_silent = |run: &RunOutcome| {
        let unseen = run.findings.not_examined.iter().any(|missed| missed.rules.contains(rule.id));
        !unseen && !of(run, |_| true)
    };
    RuleOutcome {
        rule,
        found_before: of(before, |finding| finding.status == FindingStatus::Finding),
        silent_after: after.map(is_silent),
    }
}

fn figure_outcome(id: &str, before: &RunOutcome, after: Option<&RunOutcome>) -> FigureOutcome {
    let was = before.assessment.figure(id);
    let now = after.map(|run| run.assessment.figure(id));
    let is_better = now.as_ref().map(|now| {
        let scores = now.as_ref().zip(was.as_ref());
        let scores = scores.and_then(|(now, was)| Some((now.value.score()?, was.value.best_score()?)));
        scores.is_some_and(|(now, was)| now > was)
    });
    let text = |figure: Option<&FigureView<'_>>| figure.map_or("?".into(), |figure| figure.value.text());
    FigureOutcome {
        id: id.into(),
        label: was.as_ref().map_or(id, |was| was.label).into(),
        before: text(was.as_ref()),
        after: now.map(|now| text(now.as_ref())),
        is_better,
    }
}
