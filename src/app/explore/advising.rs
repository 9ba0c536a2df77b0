//! The page of advice: the single changes that improve a figure most, each with its price.

use super::{Inquiry, Outcome, SheetRow, short, told};
use crate::app::cells::left;
use crate::app::{Cell, Look};
use crate::consequences::{Advice, Delta, advise, assess};

/// Changes that are listed.
const MOST: usize = 60;

pub(super) fn outcome(inquiry: &Inquiry, figure: &'static str, go_on: &dyn Fn() -> bool) -> Outcome {
    let (subject, note) = inquiry.tried_on();
    let now = assess(&inquiry.now, subject);
    let advice = advise(&inquiry.now, subject, figure, go_on);
    let mut intro = Vec::new();
    if let Some(view) = now.figure(figure) {
        let text = format!("To improve: {}, {} now. One change each.", view.label, view.value.text());
        intro.push((Look::Strong, text));
    }
    if advice.is_empty() {
        intro.push((
            Look::Plain,
            "No single knob improves it: it is as good as it gets, or takes two at once (w asks for a goal)."
                .into(),
        ));
    }
    intro.extend(note.map(|note| (Look::Muted, note)));
    Outcome {
        intro,
        columns: vec![left("", 24, 34, 0), left("", 24, 30, 0), left("", 12, 200, 0)],
        headings: ["change", "what it brings", "what it costs"].map(String::from).to_vec(),
        rows: advice.iter().take(MOST).map(row).collect(),
        plot: None,
    }
}

fn row(advice: &Advice) -> SheetRow {
    let labels = |deltas: &[Delta]| deltas.iter().map(|delta| delta.label).collect::<Vec<_>>().join(", ");
    let cost = match advice.price.is_empty() {
        true => Cell::new(Look::Muted, "nothing that is measured"),
        false => Cell::new(Look::Worse, format!("- {}", labels(&advice.price))),
    };
    let gain = match &advice.gain.by {
        Some(by) => format!("+ {}, {by}", advice.gain.now),
        None => format!("+ {}", advice.gain.now),
    };
    let mut detail = vec![(Look::Strong, advice.change.to_string()), told(&advice.gain)];
    detail.extend(advice.price.iter().chain(&advice.also).map(told));
    SheetRow {
        key: advice.change.to_string(),
        cells: vec![Cell::new(Look::Strong, short(&advice.change)), Cell::new(Look::Better, gain), cost],
        detail,
        changes: vec![advice.change.clone()],
        ..SheetRow::default()
    }
}
