//! The page of settings: each with its value, where that comes from, and what it takes.

use crate::app::{App, CellStyle, Page};

/// A setting as the page shows it; a row of whoever reads the user's file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SettingRow {
    pub name: String,
    pub value: String,
    /// `default`, `config.toml:3`, `KLEVER_THEME`, `--theme`.
    pub origin: String,
    pub is_default: bool,
    pub doc: String,
    /// What it takes.
    pub values: String,
}

/// The settings that the program started with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SettingRows {
    /// Where the user's file is, or would be.
    pub file: String,
    pub rows: Vec<SettingRow>,
}

/// Names in one column, values in the next, each with its origin; below each what it does.
pub(super) fn page(app: &App) -> Page {
    let mut page = Page::new("Settings");
    page.add(CellStyle::Plain, app.began.settings.file.clone());
    page.gap();
    for row in &app.began.settings.rows {
        let style = if row.is_default { CellStyle::Plain } else { CellStyle::Changed };
        let now = now(app, row).map_or(String::new(), |now| format!(", {now} since by a key"));
        let value = if row.value.is_empty() { "-" } else { &row.value };
        page.add(style, format!("{:<16} {value}  ({}{now})", row.name, row.origin));
        page.add(CellStyle::Muted, format!("  {}: {}.", row.doc, row.values));
    }
    if !app.began.key_notes.is_empty() {
        page.gap();
        page.add(CellStyle::Heading, "Keys of yours");
        app.began.key_notes.iter().for_each(|note| page.add(CellStyle::Plain, note.clone()));
    }
    page
}

/// What a key has made of a setting since the start.
fn now(app: &App, row: &SettingRow) -> Option<String> {
    let now = match row.name.as_str() {
        "theme" => (app.theme != 0).then(|| app.theme()),
        "mouse" => (app.mouse != app.began.mouse).then_some(if app.mouse { "on" } else { "off" }),
        _ => None,
    };
    now.map(str::to_string)
}
