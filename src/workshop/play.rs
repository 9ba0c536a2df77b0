//! Plays a scene to its end twice, as it is and with its fix, and judges what came of it.

use crate::consequences::{Assessment, FigureView, Subject, assess};
use crate::hypothesis::apply_together;
use crate::knobs::Change;
use crate::model::{Cluster, KafkaVersion, Nanos};
use crate::rules::{Finding, FindingStatus, Findings, Rule, examine, find};
use crate::scenario::change::{Turning, on_simulator};
use crate::scenario::{Scenario, Time};
use crate::sim::{RunReport, Simulator};
use crate::workshop::Scene;

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

/// A figure of the scene.
#[derive(Clone, PartialEq, Debug)]
pub struct FigureOutcome {
    pub id: &'static str,
    pub label: &'static str,
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
    /// Whether the scene shows what it promises: everything expected came, its rules find the anti-pattern as it is
    /// and are silent with the fix, its figures are better with it.
    pub fn is_met(&self) -> bool {
        let runs = [Some(&self.before), self.after.as_ref()];
        let expected = runs.into_iter().flatten().flat_map(|run| &run.report.expectations);
        expected.into_iter().all(|verdict| verdict.met)
            && self.rules.iter().all(|rule| rule.found_before && rule.silent_after != Some(false))
            && self.figures.iter().all(|figure| figure.is_better != Some(false))
    }
}

/// Plays a scene as it is and with its fix, with the same seed and faults. `version` overrides the scene's first.
pub fn play(scene: &Scene, seed: Option<u64>, version: Option<KafkaVersion>) -> Played {
    let seed = seed.unwrap_or(scene.scenario().seed);
    let fix = scene.fix();
    let before = run(scene.scenario(), seed, version, &[]);
    let after = (!fix.is_empty()).then(|| run(&scene.fixed(), seed, version, &fix));
    let rules = scene.spec().rules.iter().filter_map(|id| find(id));
    let figures = scene.spec().figures.iter();
    Played {
        scene: scene.clone(),
        rules: rules.map(|rule| rule_outcome(rule, &before, after.as_ref())).collect(),
        figures: figures.filter_map(|id| figure_outcome(id, &before, after.as_ref())).collect(),
        before,
        after,
    }
}

/// One run to its end. Of the fix, what the simulator does not turn is laid over the states that are judged.
fn run(scenario: &Scenario, seed: u64, version: Option<KafkaVersion>, fix: &[Change]) -> RunOutcome {
    let what_ifs: Vec<Change> =
        fix.iter().filter(|fix| on_simulator(fix.knob) != Turning::Acts).cloned().collect();
    let mut simulator = Simulator::new(scenario, seed, version);
    simulator.keep_no_checkpoints();
    simulator.run_until(CALM.min(scenario.duration.0));
    let calm = with(&simulator.snapshot().0, &what_ifs);
    simulator.run_until(scenario.duration.0);
    let end = with(&simulator.snapshot().0, &what_ifs);
    RunOutcome {
        report: simulator.report(),
        findings: examine(&end),
        assessment: assess(&calm, Subject::Cluster),
    }
}

/// A what-if that cannot be leaves the cluster as it is: its figures are then no better, and the scene fails.
fn with(cluster: &Cluster, what_ifs: &[Change]) -> Cluster {
    apply_together(cluster, what_ifs).unwrap_or_else(|_| cluster.clone())
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

fn figure_outcome(id: &str, before: &RunOutcome, after: Option<&RunOutcome>) -> Option<FigureOutcome> {
    let was = before.assessment.figure(id)?;
    let now = after.map(|run| run.assessment.figure(id));
    let is_better = now.as_ref().map(|now| {
        let scores = now.as_ref().and_then(|now| Some((now.value.score()?, was.value.best_score()?)));
        scores.is_some_and(|(now, was)| now > was)
    });
    let text = |now: Option<FigureView<'_>>| now.map_or("?".into(), |now| now.value.text());
    Some(FigureOutcome {
        id: was.id,
        label: was.label,
        before: was.value.text(),
        after: now.map(text),
        is_better,
    })
}
