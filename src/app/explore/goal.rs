//! The page of goals: whether they are met, the fewest and cheapest changes that meet them, or what forbids it.

use super::{delta_line, short};
use crate::app::action::actions;
use crate::app::assess::objections;
use crate::app::cell::left;
use crate::app::conditions::has_cluster;
use crate::app::page_request::{ExploreKind, PageData, PageRequest, PageRow};
use crate::app::{App, Cell, CellStyle, Effect, Level, PromptKind};
use crate::consequences::{Assessment, Goal, GoalPlan, assess, differences, plan};
use crate::knobs::Change;
use crate::model::plural;

pub(in crate::app) static PAGE: ExploreKind = ExploreKind { title: "Goal", data };

actions! { Exploring
    "goal", "", has_cluster, open, "Type goals to find the cheapest knobs that meet them.";
}

/// The goals are typed first; taking them opens the page.
fn open(app: &mut App) -> Vec<Effect> {
    let before = app.goals.clone();
    app.open_prompt(PromptKind::Goal, &before);
    Vec::new()
}

fn data(request: &PageRequest, keep_going: &dyn Fn() -> bool) -> PageData {
    let goals = &request.parameters.goals;
    let (subject, note) = request.tried_on();
    let now = assess(&request.now, subject);
    let mut intro: Vec<(CellStyle, String)> = goals.iter().map(|goal| met(goal, &now)).collect();
    intro.extend(note.map(|note| (CellStyle::Muted, note)));
    let plan = plan(&request.now, subject, goals, &objections, keep_going);
    let rows = match &plan {
        GoalPlan::Change { changes, assessment } => rows(changes, &now, assessment),
        GoalPlan::Met | GoalPlan::Impossible { .. } => Vec::new(),
    };
    intro.extend(verdict(&plan));
    PageData {
        intro,
        columns: vec![left("", 30, 60, 0), left("", 20, 80, 0)],
        headings: ["change", ""].map(String::from).to_vec(),
        rows,
        plot: None,
    }
}

fn met(goal: &Goal, now: &Assessment) -> (CellStyle, String) {
    match goal.verdict(now) {
        Some(true) => (CellStyle::Level(Level::Ok), format!("met      {goal}")),
        Some(false) => (CellStyle::Level(Level::Warn), format!("NOT MET  {goal}")),
        None => (CellStyle::Unknown, format!("unknown  {goal}")),
    }
}

fn verdict(plan: &GoalPlan) -> Vec<(CellStyle, String)> {
    match plan {
        GoalPlan::Met => vec![(CellStyle::Strong, "The configuration meets them as it is.".into())],
        GoalPlan::Change { changes, .. } => {
            let knobs = plural(changes.len(), "knob");
            vec![(CellStyle::Strong, format!("Met with a change of {knobs}; Enter applies."))]
        }
        GoalPlan::Impossible { within, alone, together } => {
            let mut lines: Vec<(CellStyle, String)> = alone
                .iter()
                .map(|goal| {
                    (
                        CellStyle::Level(Level::Bad),
                        format!(
                            "No combination of up to {within} knobs meets this without a new finding: {goal}"
                        ),
                    )
                })
                .collect();
            lines.extend(together.iter().map(|(a, b)| {
                (CellStyle::Level(Level::Bad), format!("Each can be met, but not together: {a}; {b}"))
            }));
            if lines.is_empty() {
                let text = format!(
                    "No combination of up to {within} knobs meets all of them without a new finding."
                );
                lines.push((CellStyle::Level(Level::Bad), text));
            }
            lines
        }
    }
}

/// Every row applies the whole plan.
fn rows(changes: &[Change], was: &Assessment, now: &Assessment) -> Vec<PageRow> {
    let detail: Vec<_> = differences(was, now).iter().map(delta_line).collect();
    let row = |change: &Change| PageRow {
        key: change.to_string(),
        cells: vec![
            Cell::new(CellStyle::Strong, short(change)),
            Cell::new(CellStyle::Muted, change.knob.doc),
        ],
        detail: detail.clone(),
        changes: changes.to_vec(),
        ..PageRow::default()
    };
    changes.iter().map(row).collect()
}
