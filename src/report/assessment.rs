//! An assessment as text, as Markdown and as `klever.assessment/1`.

mod alternatives;
mod json;
mod markdown;
mod text;

pub use json::assessment_json;
pub use markdown::assessment_markdown;
pub use text::assessment_text;

use crate::consequences::{
    Advice, Assessment, Comparison, FrontierTable, Goal, GoalPlan, LossVerdict, RestartVerdict,
};
use crate::model::{BrokerId, Cluster};
use crate::rules::Findings;

/// What was asked, and what came out.
#[derive(Clone, Debug)]
pub struct AssessmentReport<'a> {
    /// The cluster that was assessed, changes and losses included.
    pub cluster: &'a Cluster,
    /// As it would be, or as it is when nothing was changed.
    pub now: Assessment,
    /// As it is, when something was changed.
    pub was: Option<Assessment>,
    /// What was changed, as `--set` writes it.
    pub changes: Vec<String>,
    /// Brokers taken as crashed.
    pub lost: Vec<BrokerId>,
    /// The verdict on that loss.
    pub loss: Option<LossVerdict>,
    /// What is found with the change, and without it, when something was changed.
    pub findings: Option<(Findings, Findings)>,
    /// The verdict on the restart of some brokers, if it was asked for.
    pub restart: Option<RestartVerdict>,
    /// Presets that were tried, or why they cannot be.
    pub compared: Vec<(String, Result<Comparison, String>)>,
    /// Changes that improve a figure, if they were asked for.
    pub advice: Option<AdviceReport>,
    /// What nothing beats in two figures, if it was asked for.
    pub frontier: Option<FrontierTable>,
    /// What it takes to meet goals, if it was asked.
    pub goal: Option<GoalReport>,
}

/// Changes that improve a figure.
#[derive(Clone, Debug)]
pub struct AdviceReport {
    pub figure: &'static str,
    pub advice: Vec<Advice>,
}

/// Goals and what it takes to meet them.
#[derive(Clone, Debug)]
pub struct GoalReport {
    /// As they were asked for.
    pub goals: Vec<Goal>,
    pub plan: GoalPlan,
}

impl GoalReport {
    /// Whether all goals are met as things are; `None` when none is missed and one cannot be assessed.
    pub fn is_met(&self, now: &Assessment) -> Option<bool> {
        let each: Vec<Option<bool>> = self.goals.iter().map(|goal| goal.verdict(now)).collect();
        if each.contains(&Some(false)) {
            return Some(false);
        }
        each.iter().all(Option::is_some).then_some(true)
    }

    /// What was not seen and could break the goals that seem to be met.
    pub fn doubts(&self, now: &Assessment) -> Vec<String> {
        let doubtful = self.goals.iter().filter(|goal| goal.shortfall(now) == Some(0.0));
        let mut doubts: Vec<String> = doubtful.filter_map(|goal| goal.doubt(now)).map(String::from).collect();
        doubts.sort_unstable();
        doubts.dedup();
        doubts
    }

    /// The answer in words, a line each.
    fn lines(&self, now: &Assessment) -> Vec<String> {
        let doubts = self.doubts(now);
        if self.plan == GoalPlan::Met && !doubts.is_empty() {
            return vec![format!("met by what was seen; {}", doubts.join("; "))];
        }
        let blind = self.goals.iter().filter(|goal| goal.shortfall(now).is_none());
        let blind: Vec<String> = blind
            .filter_map(|goal| Some(format!("whether `{goal}` is met is not known: {}", goal.doubt(now)?)))
            .collect();
        if !blind.is_empty() {
            return blind;
        }
        match &self.plan {
            GoalPlan::Met => vec!["met already".into()],
            GoalPlan::Change { changes, .. } => {
                let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
                vec![format!("met by {}", changes.join(", "))]
            }
            GoalPlan::Impossible { within, alone, together } => {
                let alone = alone.iter().map(|goal| {
                    format!("no combination of up to {within} changes meets `{goal}` without a new finding")
                });
                let together = together
                    .iter()
                    .map(|(a, b)| format!("`{a}` and `{b}` can each be met, but not together"));
                let lines: Vec<String> = alone.chain(together).collect();
                if lines.is_empty() {
                    vec![format!(
                        "no combination of up to {within} changes meets all of them without a new finding"
                    )]
                } else {
                    lines
                }
            }
        }
    }
}
