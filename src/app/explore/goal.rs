//! The page of goals: whether they are met, the fewest and cheapest changes that meet them, or what forbids it.

use super::{PageData, PageRequest, PageRow, short, told};
use crate::app::cells::left;
use crate::app::{Cell, CellStyle, Level};
use crate::consequences::{Assessment, Goal, GoalPlan, assess, differences, plan};
use crate::knobs::Change;

pub(super) fn data(request: &PageRequest, goals: &[Goal], keep_going: &dyn Fn() -> bool) -> PageData {
    let (subject, note) = request.tried_on();
    let now = assess(&request.now, subject);
    let mut intro: Vec<(CellStyle, String)> = goals.iter().map(|goal| met(goal, &now)).collect();
    intro.extend(note.map(|note| (CellStyle::Muted, note)));
    let plan = plan(&request.now, subject, goals, keep_going);
    let rows = match &plan {
        GoalPlan::Change { changes, assessment } => rows(changes, &now, assessment),
        _ => Vec::new(),
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
    match goal.shortfall(now) {
        Some(0.0) => (CellStyle::Level(Level::Ok), format!("met      {goal}")),
        Some(_) => (CellStyle::Level(Level::Warn), format!("NOT MET  {goal}")),
        None => (CellStyle::Unknown, format!("unknown  {goal}")),
    }
}

fn verdict(plan: &GoalPlan) -> Vec<(CellStyle, String)> {
    match plan {
        GoalPlan::Met => vec![(CellStyle::Strong, "The setting meets them as it is.".into())],
        GoalPlan::Change { changes, .. } => {
            let knobs = if changes.len() == 1 {
                "1 knob meets".into()
            } else {
                format!("{} knobs meet", changes.len())
            };
            vec![(CellStyle::Strong, format!("{knobs} them; Enter applies."))]
        }
        GoalPlan::Impossible { within, alone, together } => {
            let mut lines: Vec<(CellStyle, String)> = alone
                .iter()
                .map(|goal| (CellStyle::Level(Level::Bad), format!("No {within} knobs meet: {goal}")))
                .collect();
            lines.extend(together.iter().map(|(a, b)| {
                (CellStyle::Level(Level::Bad), format!("Each can be met, but not together: {a}; {b}"))
            }));
            if lines.is_empty() {
                let text = format!("No {within} knobs meet all of them together.");
                lines.push((CellStyle::Level(Level::Bad), text));
            }
            lines
        }
    }
}

/// Every row applies the whole plan.
fn rows(changes: &[Change], was: &Assessment, now: &Assessment) -> Vec<PageRow> {
    let detail: Vec<_> = differences(was, now).iter().map(told).collect();
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
