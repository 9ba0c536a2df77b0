//! The knobs: what each is, what it was before, and what the selected one does.
//!
//! ```text
//! ─4 Knobs──────────────────────── changes apply immediately
//!           knob                 now       before
//!  producer acks                 1         (all)
//! >         enable.idempotence   false     (true)
//!  topic    min.insync.replicas  1
//!  The broker drops repeated batches and refuses gaps ...
//! ```

use super::declaration::{Foot, FootText, LIST, PaneDeclaration, Place};
use crate::app::cell::{Column, flowing, left, name};
use crate::app::{App, Cell, CellStyle, KnobRow, Page, RowKey};
use crate::knobs::Value;
use crate::model;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Knobs",
    go_to: "Go to the knobs.",
    place: Place::Knobs,
    columns: &[
        // A scope is named once, where it begins.
        Column { once: true, ..left("", 8, 8, 1) },
        name("knob", 16, 38, 0),
        flowing("now", 9, 18, 0),
        left("before", 9, 14, 0),
    ],
    count: |app| app.knob_rows().len(),
    cells: |app, item| row(app, item).map_or_else(Vec::new, cells),
    text: |app, item, text| text.push_str(row(app, item).map_or("", |row| row.knob.name)),
    key: |app, item| Some(RowKey::named(row(app, item)?.knob.full_name())),
    page,
    foot,
    ..LIST
};

fn row(app: &App, item: u32) -> Option<&KnobRow> {
    app.knob_rows().get(item as usize)
}

fn cells(row: &KnobRow) -> Vec<Cell> {
    let changed = row.is_changed();
    let now = match &row.now {
        Ok(value) if changed => value_cell(CellStyle::Changed, value),
        Ok(value) => value_cell(CellStyle::Plain, value),
        Err(_) => Cell::new(CellStyle::Unknown, "?"),
    };
    let was = match &row.was {
        Ok(value) if changed => format!("({value})"),
        Err(_) if changed => "(?)".into(),
        Ok(_) | Err(_) => String::new(),
    };
    let rounded = row.was.as_ref().ok().filter(|_| changed).and_then(about);
    let was = match row.what_if {
        Some(_) if changed => format!("~ {was}"),
        Some(_) => "~ what if".into(),
        None => was,
    };
    let name = if changed { CellStyle::Strong } else { CellStyle::Plain };
    vec![
        Cell::new(CellStyle::Muted, row.knob.scope.word()),
        Cell::new(name, row.knob.name),
        now,
        Cell::new(CellStyle::Was, was).or(rounded.map(|about| format!("({about})"))),
    ]
}

/// A value; a number is rounded where it has no room.
fn value_cell(style: CellStyle, value: &Value) -> Cell {
    Cell::new(style, value.to_string()).or(about(value))
}

fn about(value: &Value) -> Option<String> {
    value.int().filter(|number| value.to_string() == number.to_string()).and_then(model::about)
}

/// What the selected knob does.
fn foot(app: &App) -> Option<Foot> {
    let row = row(app, app.selected_item(super::Pane::Knobs)?)?;
    let why = row.now.as_ref().err().map(|why| format!("not known: {why}. "));
    let what_if = row.what_if.map(|why| format!("~ What if: {why}. ")).unwrap_or_default();
    let text = format!("{what_if}{}{}", why.unwrap_or_default(), row.knob.doc);
    let text = FootText::Paragraph(Cell::new(CellStyle::Muted, text));
    Some(Foot { height: 2, min_rows: 8, text })
}

fn page(app: &App, item: u32) -> Option<Page> {
    let row = row(app, item)?;
    let mut page = Page::new(row.knob.full_name());
    page.add(CellStyle::Plain, row.knob.doc);
    page.gap();
    page.add(CellStyle::Strong, format!("now    {}", value(&row.now)));
    page.add(CellStyle::Was, format!("before {}", value(&row.was)));
    page.add(CellStyle::Plain, format!("takes  {}", row.knob.kind.allowed()));
    page.gap();
    for (axis, how) in row.knob.moves {
        page.add(CellStyle::Plain, format!("{}: {how}", axis.word()));
    }
    Some(page)
}

fn value(value: &Result<Value, String>) -> String {
    match value {
        Ok(value) => value.to_string(),
        Err(why) => format!("? ({why})"),
    }
}
