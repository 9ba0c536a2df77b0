//! Actions on klever itself: finding things, copying, the terminal, leaving.

use crate::app::action::actions;
use crate::app::conditions::{always, has_selection};
use crate::app::{App, CellStyle, Effect, Level, Overlay, Page, PromptKind, help, settings_page};

actions! { Program
    "palette", "palette", always, palette, "Find any action, knob or topic; set a knob, as in `acks 1`.";
    "help", "help", always, toggle_help, "Show all keys.";
    "settings", "", always, settings, "Show every setting with its value and where that comes from.";
    "state", "", always, state, "Tell in words how the cluster is.";
    "rows", "", always, rows, "Tell the rows of the pane in words.";
    "copy", "", has_selection, copy, "Copy the selected row.";
    "copy-pane", "", has_selection, copy_pane, "Copy all rows of the pane as a Markdown table.";
    "toggle-mouse", "", always, toggle_mouse, "Use the mouse, or leave it to the terminal.";
    "redraw", "", always, redraw, "Redraw the screen.";
    "suspend", "", always, suspend, "Go back to the shell; `fg` returns.";
    "quit", "quit", always, quit, "Leave klever.";
}

fn palette(app: &mut App) -> Vec<Effect> {
    app.open_prompt(PromptKind::Palette, "");
    Vec::new()
}

fn toggle_help(app: &mut App) -> Vec<Effect> {
    let open = matches!(&app.overlay, Some(Overlay::Page(page, _)) if page.is_help);
    app.overlay = (!open).then(|| Overlay::Page(help::page(app), 0));
    Vec::new()
}

fn settings(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Page(settings_page::page(app), 0));
    Vec::new()
}

fn state(app: &mut App) -> Vec<Effect> {
    let lines = app.state_lines();
    tell(app, "State", lines)
}

fn rows(app: &mut App) -> Vec<Effect> {
    let lines = app.row_lines(app.focus);
    let title = app.focus.title();
    tell(app, title, lines)
}

fn tell(app: &mut App, title: &str, lines: Vec<String>) -> Vec<Effect> {
    let mut page = Page::new(title);
    lines.into_iter().for_each(|line| page.add(CellStyle::Plain, line));
    app.overlay = Some(Overlay::Page(page, 0));
    Vec::new()
}

fn copy(app: &mut App) -> Vec<Effect> {
    let Some(item) = app.selected_item(app.focus) else { return Vec::new() };
    app.notify(Level::Notice, "copied, if the terminal allows it (OSC 52)");
    vec![Effect::Copy(app.row_text(app.focus, item))]
}

fn copy_pane(app: &mut App) -> Vec<Effect> {
    let table = match app.explore_page() {
        Some(page) => page.markdown(),
        None => app.markdown(app.focus),
    };
    vec![Effect::Copy(table)]
}

fn toggle_mouse(app: &mut App) -> Vec<Effect> {
    app.mouse = !app.mouse;
    vec![Effect::Mouse(app.mouse)]
}

fn redraw(_: &mut App) -> Vec<Effect> {
    vec![Effect::Repaint]
}

fn suspend(_: &mut App) -> Vec<Effect> {
    vec![Effect::Suspend]
}

fn quit(_: &mut App) -> Vec<Effect> {
    vec![Effect::Quit(0)]
}
