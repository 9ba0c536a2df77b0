//! The page of goals: whether they are met, the fewest and cheapest changes that meet them, or what forbids it.

use super::{Inquiry, Outcome, SheetRow, short, told};
use crate::app::cells::left;
use crate::app::{Cell, Level, Look};
use crate::consequences::{Assessment, Goal, GoalPlan, assess, differences, plan};
use crate::knobs::Change;

pub(super) fn outcome(inquiry: &Inquiry, goals: &[Goal], go_on: &dyn Fn() -> bool) -> Outcome {
    let (subject, note) = inquiry.tried_on();
    let now = assess(&inquiry.now, subject);
    let mut intro: Vec<(Look, String)> = goals.iter().map(|goal| met(goal, &now)).collect();
    intro.extend(note.map(|note| (Look::Muted, note)));
    let plan = plan(&inquiry.now, subject, goals, go_on);
    let rows = match &plan {
        GoalPlan::Change { changes, assessment } => rows(changes, &now, assessment),
        _ => Vec::new(),
    };
    intro.extend(verdict(&plan));
    Outcome {
        intro,
        columns: vec![left("", 30, 60, 0), left("", 20, 80, 0)],
        headings: ["change", ""].map(String::from).to_vec(),
        rows,
        plot: None,
    }
}

fn met(goal: &Goal, now: &Assessment) -> (Look, String) {
    match goal.shortfall(now) {
        Some(0.0) => (Look::Level(Level::Ok), format!("met      {goal}")),
        Some(_) => (Look::Level(Level::Warn), format!("NOT MET  {goal}")),
        None => (Look::Unknown, format!("unknown  {goal}")),
    }
}

fn verdict(plan: &GoalPlan) -> Vec<(Look, String)> {
    match plan {
        GoalPlan::Met => vec![(Look::Strong, "The setting meets them as it is.".into())],
        GoalPlan::Change { changes, .. } => {
            let knobs = if changes.len() == 1 {
                "1 knob meets".into()
            } else {
                format!("{} knobs meet", changes.len())
            };
            vec![(Look::Strong, format!("{knobs} them; Enter applies."))]
        }
        GoalPlan::Impossible { within, alone, together } => {
            let mut lines: Vec<(Look, String)> = alone
                .iter()
                .map(|goal| (Look::Level(Level::Bad), format!("No {within} knobs meet: {goal}")))
                .collect();
            lines.extend(together.iter().map(|(a, b)| {
                (Look::Level(Level::Bad), format!("Each can be met, but not together: {a}; {b}"))
            }));
            if lines.is_empty() {
                let text = format!("No {within} knobs meet all of them together.");
                lines.push((Look::Level(Level::Bad), text));
            }
            lines
        }
    }
}

/// Every row applies the whole plan.
fn rows(changes: &[Change], was: &Assessment, now: &Assessment) -> Vec<SheetRow> {
    let detail: Vec<_> = differences(was, now).iter().map(told).collect();
    let row = |change: &Change| SheetRow {
        key: change.to_string(),
        cells: vec![Cell::new(Look::Strong, short(change)), Cell::new(Look::Muted, change.knob.doc)],
        detail: detail.clone(),
        changes: changes.to_vec(),
        ..SheetRow::default()
    };
    changes.iter().map(row).collect()
}
