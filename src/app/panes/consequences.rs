//! What the configuration means: guarantees, time and throughput, and what breaks next.
//!
//! ```text
//! ─5 Consequences──────────────────────── ~ what if
//!  Next: lose broker 1, then no writes on 12 partitions
//!                          now            before
//!  • Acked data, crashes   1              0, better
//! >! Writes, crashes       0
//!  Writes stop at the next crash of a broker: the ISR is at its minimum.
//! ```

use super::declaration::{Foot, FootText, LIST, PaneDeclaration, Place, before_the_first_assessment};
use crate::app::cell::{flowing, left};
use crate::app::{App, Cell, CellStyle, Consequence, Level, Page, RowKey};
use crate::consequences::Input;
use crate::model::{human_count, plural};
use std::cmp::Ordering;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Consequences",
    go_to: "Go to the consequences of the configuration.",
    place: Place::Consequences,
    columns: &[left("", 26, 28, 0), flowing("now", 12, 26, 0), flowing("before", 15, 30, 1)],
    count: |app| app.assessment().map_or(0, |assessment| assessment.consequences.len()),
    cells: |app, item| row(app, item).map_or_else(Vec::new, cells),
    text: |app, item, text| text.push_str(row(app, item).map_or("", |row| &row.label)),
    key: |app, item| Some(RowKey::named(row(app, item)?.id)),
    page,
    placeholder: before_the_first_assessment,
    top_line,
    foot,
    ..LIST
};

fn row(app: &App, item: u32) -> Option<&Consequence> {
    app.assessment()?.consequences.get(item as usize)
}

fn cells(row: &Consequence) -> Vec<Cell> {
    let now = match (row.level, row.change) {
        (Level::Unknown, _) => CellStyle::Unknown,
        (_, Ordering::Greater) => CellStyle::Better,
        (_, Ordering::Less) => CellStyle::Worse,
        (_, Ordering::Equal) => CellStyle::Strong,
    };
    vec![
        Cell::new(CellStyle::Status(row.level), row.label.clone()),
        Cell::new(now, row.now.clone()).or([shorter(&row.now)]),
        row.was.as_ref().map_or_else(|| Cell::new(CellStyle::Was, ""), |was| before(was, row.change)),
    ]
}

/// A figure in fewer columns.
fn shorter(figure: &str) -> String {
    figure.replace(" records", " rec").replace(" / ", "/")
}

/// What it was, and whether it is better now; where there is no room, only that.
fn before(was: &str, change: Ordering) -> Cell {
    let (word, sign) = match change {
        Ordering::Greater => (", better", "+"),
        Ordering::Less => (", worse", "-"),
        Ordering::Equal => ("", ""),
    };
    let signed = |was: &str| format!("{sign} {was}").trim_start().to_string();
    let cell = Cell::new(CellStyle::Was, format!("{was}{word}"));
    cell.or([
        signed(was),
        signed(&shorter(was)),
        format!("{sign}{}", word.trim_start_matches(", ")),
        sign.into(),
    ])
}

fn top_line(app: &App) -> Option<Vec<Cell>> {
    let next = app.assessment()?.next_break.as_ref()?;
    Some(vec![Cell::new(CellStyle::Muted, "Next:"), Cell::new(CellStyle::Strong, next)])
}

/// The selected figure in a sentence.
fn foot(app: &App) -> Option<Foot> {
    app.assessment()?;
    let selected = app.selected_item(super::Pane::Consequences).and_then(|item| row(app, item));
    let headline = selected.map_or("", |row| &row.headline);
    let text = FootText::Paragraph(Cell::new(CellStyle::Plain, headline));
    Some(Foot { height: 2, min_rows: 6, text })
}

/// The derivation: what it is now and was before, the rule, what went in and from where, what has to hold, and
/// what would change it most.
fn page(app: &App, item: u32) -> Option<Page> {
    let row = row(app, item)?;
    let mut page = Page::new(row.label.clone());
    page.add(CellStyle::Strong, row.headline.clone());
    page.gap();
    page.add(CellStyle::Status(row.level), format!("now    {}", row.now));
    if let Some(was) = &row.was {
        let (style, word) = match row.change {
            Ordering::Greater => (CellStyle::Better, "  + better now"),
            Ordering::Less => (CellStyle::Worse, "  - worse now"),
            Ordering::Equal => (CellStyle::Was, ""),
        };
        page.add(style, format!("before {was}{word}"));
    }
    if let Some(affected) = &row.affected {
        let (count, of) =
            (human_count(affected.partitions.into()), plural(affected.of as usize, "partition"));
        page.add(CellStyle::Plain, format!("so for {count} of {of}, such as {}", affected.example));
    }
    let why = &row.why;
    page.section("Formula", [why.formula.clone()]);
    page.section("What went in", inputs(&why.inputs));
    page.section("What has to hold", why.assumptions.iter().cloned());
    page.section("What would change it most", why.knob.iter().cloned());
    page.gap();
    let advice = app.keys_text("advice");
    page.add(CellStyle::Muted, format!("{advice}: single knobs that improve it, each with its price."));
    Some(page)
}

/// Names in one column, values in the next, each with its source.
fn inputs(inputs: &[Input]) -> Vec<String> {
    let names = widest(inputs.iter().map(|input| &input.name), 34);
    let values = widest(inputs.iter().map(|input| &input.value), 16);
    let line = |input: &Input| format!("{:<names$}  {:<values$}  {}", input.name, input.value, input.source);
    inputs.iter().map(line).collect()
}

fn widest<'t>(texts: impl Iterator<Item = &'t String>, most: usize) -> usize {
    texts.map(|text| text.chars().count()).max().unwrap_or(0).min(most)
}
