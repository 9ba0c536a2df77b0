//! The page of settings: each with its value, where that comes from, and what it takes.

use crate::app::{App, CellStyle, Page, Pane};

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
    let changed = |now: &str| (now != row.value).then(|| now.to_string());
    match row.name.as_str() {
        "theme" => (app.theme != 0).then(|| app.theme().to_string()),
        "mouse" => (app.mouse != app.began.mouse).then(|| if app.mouse { "on" } else { "off" }.to_string()),
        "internal-topics" => changed(if app.shows_internal { "show" } else { "hide" }),
        name => {
            let of = name.strip_prefix("sort.")?;
            let pane = Pane::ALL.into_iter().find(|pane| pane.name() == of)?;
            changed(&app.sort(pane).setting(pane.declaration().orders))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Msg, Origin, Start};

    #[test]
    fn what_keys_have_changed_since_the_start_stands_beside_what_was_set() {
        let row = |name: &str, value: &str| SettingRow {
            name: name.into(),
            value: value.into(),
            origin: "default".into(),
            ..SettingRow::default()
        };
        let rows =
            vec![row("internal-topics", "hide"), row("sort.groups", "name"), row("sort.brokers", "id")];
        let settings = SettingRows { file: String::new(), rows };
        let mut app = App::new(Start { settings, ..Start::new(Origin::Live("prod".into())) }).unwrap();
        let first = Pane::Brokers.declaration().orders[0].name;
        app.began.settings.rows[2].value = first.into();
        let told =
            |app: &App| page(app).lines(80).into_iter().map(|(_, line)| line + "\n").collect::<String>();
        assert!(!told(&app).contains("since by a key"), "{}", told(&app));
        app.shows_internal = true;
        for key in ["3", "s", "S"] {
            drop(app.update(Msg::Key(key.parse().unwrap())));
        }
        let text = told(&app);
        assert!(text.contains("hide  (default, show since by a key)"), "{text}");
        assert!(text.contains("name  (default, -lag since by a key)"), "{text}");
        assert!(text.contains(&format!("{first}  (default)")), "{text}");
    }
}
