//! The page of advice: the changes that improve a figure most, each with its price.

use super::{delta_line, short};
use crate::app::action::actions;
use crate::app::assess::objections;
use crate::app::cell::left;
use crate::app::conditions::{has_cluster, unless};
use crate::app::page_request::{ExploreKind, PageData, PageRequest, PageRow, Parameters};
use crate::app::{App, Cell, CellStyle, Effect};
use crate::consequences::{Advice, Delta, OBJECTIVES, advise, assess};

static PAGE: ExploreKind = ExploreKind { title: "Advice", data };

actions! { Exploring
    "advice", "advice", has_cluster, open, "List the knobs that improve a figure most, and their price.";
    "next-objective", "next objective", is_open, next_objective, "Ask how to improve another figure.";
}

/// On the selected consequence, where one is selected.
fn open(app: &mut App) -> Vec<Effect> {
    let figure = app.selected_figure().unwrap_or(OBJECTIVES[0].figure);
    app.toggle_explore_page(&PAGE, Parameters { figure, ..Parameters::default() })
}

fn is_open(app: &App) -> Option<&'static str> {
    unless(app.explores(&PAGE), "only the advice page has an objective")
}

/// A figure that is no objective is followed by the first one.
fn next_objective(app: &mut App) -> Vec<Effect> {
    app.turn_explore_page(|parameters| {
        let at = OBJECTIVES.iter().position(|objective| objective.figure == parameters.figure);
        parameters.figure = OBJECTIVES[at.map_or(0, |at| (at + 1) % OBJECTIVES.len())].figure;
    })
}

/// Changes that are listed.
const MAX_ROWS: usize = 60;

fn data(request: &PageRequest, keep_going: &dyn Fn() -> bool) -> PageData {
    let figure = request.parameters.figure;
    let (subject, note) = request.tried_on();
    let now = assess(&request.now, subject);
    let advice = advise(&request.now, subject, figure, &objections, keep_going);
    let mut intro = Vec::new();
    if let Some(view) = now.figure(figure) {
        let text = format!("Objective: {}, {} now. Each line stands alone.", view.label, view.value.text());
        intro.push((CellStyle::Strong, text));
    }
    if advice.is_empty() {
        intro.push((
            CellStyle::Plain,
            "No knob improves it by 5 % or more without a new finding of severity high (w asks for a goal)."
                .into(),
        ));
    }
    intro.extend(note.map(|note| (CellStyle::Muted, note)));
    PageData {
        intro,
        columns: vec![left("", 24, 34, 0), left("", 24, 30, 0), left("", 12, 200, 0)],
        headings: ["change", "what it brings", "what it costs"].map(String::from).to_vec(),
        rows: advice.iter().take(MAX_ROWS).map(row).collect(),
        plot: None,
    }
}

fn row(advice: &Advice) -> PageRow {
    let labels = |deltas: &[Delta]| deltas.iter().map(|delta| delta.label).collect::<Vec<_>>().join(", ");
    let cost = if advice.price.is_empty() {
        Cell::new(CellStyle::Muted, "nothing that is measured")
    } else {
        Cell::new(CellStyle::Worse, format!("- {}", labels(&advice.price)))
    };
    let gain = match &advice.gain.by {
        Some(by) => format!("+ {}, {by}", advice.gain.now),
        None => format!("+ {}", advice.gain.now),
    };
    let mut detail = vec![(CellStyle::Strong, advice.title()), delta_line(&advice.gain)];
    detail.extend(advice.price.iter().chain(&advice.also).map(delta_line));
    PageRow {
        key: advice.title(),
        cells: vec![
            Cell::new(CellStyle::Strong, advice.changes.iter().map(short).collect::<Vec<_>>().join(" + ")),
            Cell::new(CellStyle::Better, gain),
            cost,
        ],
        detail,
        changes: advice.changes.clone(),
        ..PageRow::default()
    }
}
