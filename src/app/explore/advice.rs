//! The page of advice: the single changes that improve a figure most, each with its price.

use super::{PageData, PageRequest, PageRow, short, told};
use crate::app::cells::left;
use crate::app::{Cell, CellStyle};
use crate::consequences::{Advice, Delta, advise, assess};

/// Changes that are listed.
const MOST: usize = 60;

pub(super) fn data(request: &PageRequest, figure: &'static str, keep_going: &dyn Fn() -> bool) -> PageData {
    let (subject, note) = request.tried_on();
    let now = assess(&request.now, subject);
    let advice = advise(&request.now, subject, figure, keep_going);
    let mut intro = Vec::new();
    if let Some(view) = now.figure(figure) {
        let text = format!("To improve: {}, {} now. One change each.", view.label, view.value.text());
        intro.push((CellStyle::Strong, text));
    }
    if advice.is_empty() {
        intro.push((
            CellStyle::Plain,
            "No single knob improves it: it is as good as it gets, or takes two at once (w asks for a goal)."
                .into(),
        ));
    }
    intro.extend(note.map(|note| (CellStyle::Muted, note)));
    PageData {
        intro,
        columns: vec![left("", 24, 34, 0), left("", 24, 30, 0), left("", 12, 200, 0)],
        headings: ["change", "what it brings", "what it costs"].map(String::from).to_vec(),
        rows: advice.iter().take(MOST).map(row).collect(),
        plot: None,
    }
}

fn row(advice: &Advice) -> PageRow {
    let labels = |deltas: &[Delta]| deltas.iter().map(|delta| delta.label).collect::<Vec<_>>().join(", ");
    let cost = match advice.price.is_empty() {
        true => Cell::new(CellStyle::Muted, "nothing that is measured"),
        false => Cell::new(CellStyle::Worse, format!("- {}", labels(&advice.price))),
    };
    let gain = match &advice.gain.by {
        Some(by) => format!("+ {}, {by}", advice.gain.now),
        None => format!("+ {}", advice.gain.now),
    };
    let mut detail = vec![(CellStyle::Strong, advice.change.to_string()), told(&advice.gain)];
    detail.extend(advice.price.iter().chain(&advice.also).map(told));
    PageRow {
        key: advice.change.to_string(),
        cells: vec![
            Cell::new(CellStyle::Strong, short(&advice.change)),
            Cell::new(CellStyle::Better, gain),
            cost,
        ],
        detail,
        changes: vec![advice.change.clone()],
        ..PageRow::default()
    }
}
