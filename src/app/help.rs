//! The page of keys: every action with its keys, those of the present pane first.

use crate::app::{Action, App, CellStyle, Group, Page, Pane, places};
use crate::keymap::Context;

/// All keys.
pub(super) fn page(app: &App) -> Page {
    let mut page = Page::new("Keys");
    page.is_help = true;
    for group in Group::ALL {
        let contexts = contexts(app, group);
        page.add(CellStyle::Strong, group.title());
        for action in Action::all().filter(|action| action.group == group) {
            let style = if action.disabled(app).is_some() { CellStyle::Muted } else { CellStyle::Plain };
            page.add(style, format!("  {:<18} {}", keys_text(app, &contexts, action), action.doc));
        }
        page.gap();
    }
    page.add(CellStyle::Muted, "`x (1)` is a key of pane 1. Actions without a key are in the palette.");
    page
}

/// Where the actions of a group are done.
fn contexts(app: &App, group: Group) -> Vec<Context> {
    match group {
        Group::Typing => vec![places::PALETTE, places::INPUT],
        Group::Exploring => vec![places::EXPLORE, places::LIST, places::GLOBAL],
        Group::Workshop => vec![places::LEARN, places::WORKSHOP],
        Group::Challenge => vec![places::CHALLENGE],
        Group::Knobs | Group::Cluster | Group::View | Group::Movement | Group::Program => {
            places::of_pane(app.focus()).to_vec()
        }
    }
}

/// The keys of an action here, else in the first pane that has one.
fn keys_text(app: &App, contexts: &[Context], action: &'static Action) -> String {
    let here: Vec<String> = app.keymap.keys_of(contexts, action).iter().map(ToString::to_string).collect();
    if here.is_empty() {
        let in_pane = Pane::ALL.into_iter().find_map(|pane| key_in(app, pane, action));
        return in_pane.or_else(|| beside(app, action)).unwrap_or_default();
    }
    here.join(", ")
}

/// The key of an action where two runs are shown.
fn beside(app: &App, action: &'static Action) -> Option<String> {
    let keys = app.keymap.keys_of(&[places::SIDE_BY_SIDE], action);
    keys.first().map(|keys| format!("{keys} (side by side)"))
}

/// The key of an action in a pane, with the pane's digit.
fn key_in(app: &App, pane: Pane, action: &'static Action) -> Option<String> {
    let keys = app.keymap.keys_of(&places::of_pane(pane), action);
    keys.first().map(|keys| format!("{keys} ({})", pane.digit()))
}
