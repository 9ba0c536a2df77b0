//! Anti-patterns found, worst first; what the knobs bring is marked `+`, what they resolve is `gone`.
//!
//! ```text
//! ─6 Warnings────────────────────────────────────────────────────────────────
//! >x +high      acks-one             producer app     acks=1 with 3 replicas
//!  ! medium     min-isr-one          topic orders     min.insync.replicas is 1
//!  9 chapters not examined in full: No idempotent consumer (consumer settings) ...
//! ```

use super::declaration::{Foot, FootText, LIST, PaneDeclaration, Place, before_the_first_assessment};
use crate::app::cell::{left, name};
use crate::app::{App, Cell, CellStyle, Level, Page, RowKey, Warning, WarningDelta};
use crate::model::plural;
use std::fmt::Write;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Warnings",
    go_to: "Go to the warnings.",
    place: Place::Warnings,
    columns: &[
        left("severity", 10, 10, 0),
        left("rule", 18, 30, 0),
        name("about", 12, 30, 0),
        left("evidence", 10, 200, 1),
    ],
    count: |app| app.assessment().map_or(0, |assessment| assessment.warnings.len()),
    cells: |app, item| row(app, item).map_or_else(Vec::new, cells),
    text,
    key: |app, item| {
        let row = row(app, item)?;
        Some(RowKey::named(format!("{} {}", row.rule, row.subject)))
    },
    page,
    placeholder,
    foot,
    ..LIST
};

fn row(app: &App, item: u32) -> Option<&Warning> {
    app.assessment()?.warnings.get(item as usize)
}

fn text(app: &App, item: u32, text: &mut String) {
    if let Some(row) = row(app, item) {
        let _ = write!(text, "{} {} {}", row.word, row.rule, row.subject);
    }
}

fn placeholder(app: &App) -> Option<Cell> {
    let none = || app.assessment().is_some_and(|assessment| assessment.warnings.is_empty());
    let found_nothing = || Cell::new(CellStyle::Level(Level::Ok), "nothing found in what was examined");
    before_the_first_assessment(app).or_else(|| none().then(found_nothing))
}

fn cells(row: &Warning) -> Vec<Cell> {
    let (severity, word) = match row.delta {
        WarningDelta::Resolved => (CellStyle::Was, "gone".to_string()),
        WarningDelta::New => (CellStyle::Status(row.level), format!("+{}", row.word)),
        WarningDelta::Unchanged => (CellStyle::Status(row.level), row.word.to_string()),
    };
    let (rule, subject) = match row.delta {
        WarningDelta::Resolved => (CellStyle::Was, CellStyle::Was),
        WarningDelta::New | WarningDelta::Unchanged => (CellStyle::Strong, CellStyle::Plain),
    };
    vec![
        Cell::new(severity, word),
        Cell::new(rule, row.rule),
        Cell::new(subject, row.subject.clone()),
        Cell::new(CellStyle::Muted, row.evidence.clone()),
    ]
}

/// What was not looked at.
fn foot(app: &App) -> Option<Foot> {
    let missed = &app.assessment()?.not_examined;
    let chapters = plural(missed.len(), "chapter");
    let text = format!("{chapters} not examined in full: {}", missed.join("; "));
    let text = FootText::Line(vec![Cell::new(CellStyle::Muted, text)]);
    (!missed.is_empty()).then_some(Foot { height: 1, min_rows: 3, text })
}

fn page(app: &App, item: u32) -> Option<Page> {
    let row = row(app, item)?;
    let mut page = Page::new(row.rule);
    page.add(CellStyle::Strong, row.title);
    page.add(CellStyle::Status(row.level), format!("{}  {}", row.word, row.subject));
    for text in [&row.evidence, &row.why, &format!("Fix: {}", row.fix)] {
        page.gap();
        page.add(CellStyle::Plain, text);
    }
    Some(page)
}
