//! Actions that change what is shown, not what it is.

use crate::app::action::actions;
use crate::app::conditions::{always, has_selection, unless};
use crate::app::{App, Effect, Filter, Level, Overlay, Pane, Prompt, PromptKind};

actions! { View
    "open", "why", has_selection, open, "Show the selected row in full.";
    "page-back", "", has_page_before, page_back, "Back to the page that one came from.";
    "page-forward", "", has_page_behind, page_forward, "Forward to the page that one has come back from.";
    "filter", "filter", filters, filter, "Show only rows that match.";
    "sort", "", sorts, sort, "Sort by the next column.";
    "sort-reverse", "", sorts, sort_reverse, "Reverse the order.";
    "zoom", "zoom", always, zoom, "Toggle full screen of the pane.";
    "back", "", always, back, "Close what is open, clear the filter, leave full screen.";
    "next-pane", "pane", always, next_pane, "Go to the next pane.";
    "previous-pane", "", always, previous_pane, "Go to the previous pane.";
    "internal-topics", "", has_internal, internal_topics, "List internal topics too, or hide them.";
    "log-moment", "then/now", has_loss, log_moment, "Show the logs as they were at the loss, or as they are now.";
    "presenter", "", always, presenter, "Show it to a room, or no longer: echo of keys, timer, room between lines, nothing dim.";
    "next-theme", "", always, next_theme, "Switch to the next colour theme.";
}

fn filters(app: &App) -> Option<&'static str> {
    match app.overlay {
        Some(Overlay::Ask { .. }) => Some("answer the question first"),
        Some(Overlay::Explore(_)) => Some("this page has no filter"),
        Some(Overlay::Page(..)) | None => None,
    }
}

fn sorts(app: &App) -> Option<&'static str> {
    if app.explore_page().is_some() {
        return Some("this page has one order only");
    }
    unless(!app.focus.declaration().orders.is_empty(), "this pane has one order only")
}

fn has_page_before(app: &App) -> Option<&'static str> {
    unless(app.has_step(-1), "there is no page before")
}

fn has_page_behind(app: &App) -> Option<&'static str> {
    unless(app.has_step(1), "no page was left by going back")
}

fn page_back(app: &mut App) -> Vec<Effect> {
    app.go_along(-1);
    Vec::new()
}

fn page_forward(app: &mut App) -> Vec<Effect> {
    app.go_along(1);
    Vec::new()
}

fn presenter(app: &mut App) -> Vec<Effect> {
    app.toggle_presenter()
}

fn open(app: &mut App) -> Vec<Effect> {
    app.open_selected_row();
    Vec::new()
}

fn filter(app: &mut App) -> Vec<Effect> {
    let before = app.filter(app.focus).clone();
    let text = before.text().to_string();
    app.open_prompt(PromptKind::Filter(app.focus, before), &text);
    Vec::new()
}

fn sort(app: &mut App) -> Vec<Effect> {
    let next = app.sort(app.focus).next(app.focus.declaration().orders);
    app.set_sort(app.focus, next);
    Vec::new()
}

fn sort_reverse(app: &mut App) -> Vec<Effect> {
    app.set_sort(app.focus, app.sort(app.focus).reversed());
    Vec::new()
}

fn zoom(app: &mut App) -> Vec<Effect> {
    app.zoom = !app.zoom;
    Vec::new()
}

fn back(app: &mut App) -> Vec<Effect> {
    app.back();
    Vec::new()
}

fn next_pane(app: &mut App) -> Vec<Effect> {
    app.focus_on(app.focus.step(1));
    Vec::new()
}

fn previous_pane(app: &mut App) -> Vec<Effect> {
    app.focus_on(app.focus.step(-1));
    Vec::new()
}

fn has_internal(app: &App) -> Option<&'static str> {
    let there = app.cluster().is_some_and(|cluster| cluster.topics.iter().any(|topic| topic.internal));
    unless(there, "no internal topic has been seen here")
}

fn internal_topics(app: &mut App) -> Vec<Effect> {
    app.shows_internal = !app.shows_internal;
    let now =
        if app.shows_internal { "internal topics are listed, last" } else { "internal topics are hidden" };
    app.notify(Level::Notice, now);
    app.refresh_rows([Pane::Partitions].into_iter());
    Vec::new()
}

fn has_loss(app: &App) -> Option<&'static str> {
    let lost = app.is_side_by_side() || app.logs().is_some_and(|logs| !logs.lost.is_empty());
    unless(lost, "this partition has lost no acknowledged record that is known")
}

fn log_moment(app: &mut App) -> Vec<Effect> {
    app.switch_log_moment();
    Vec::new()
}

fn next_theme(app: &mut App) -> Vec<Effect> {
    app.theme = (app.theme + 1) % app.themes.len().max(1);
    let name = app.theme().to_string();
    app.notify(Level::Notice, format!("theme {name}"));
    vec![Effect::Theme(name), Effect::Repaint]
}

impl App {
    /// Everything about the selected row, as a page.
    pub(in crate::app) fn open_selected_row(&mut self) {
        if let Some(item) = self.selected_item(self.focus).and_then(|item| self.thing_at(item)) {
            return self.begin_trail(item);
        }
        let page =
            self.selected_item(self.focus).and_then(|item| (self.focus.declaration().page)(self, item));
        self.overlay = page.map(|page| Overlay::Page(page, 0));
    }

    /// Closes the innermost thing that is open. It never leaves the program.
    pub(in crate::app) fn back(&mut self) {
        match self.prompt.take() {
            Some(Prompt { kind: PromptKind::Filter(pane, before), .. }) => self.set_filter(pane, before),
            Some(_) => {}
            None if self.overlay.take().is_some() => {}
            None if self.focus == Pane::Time && self.leave_time_cursor() => {}
            None if self.side_by_side.is_some() => self.close_side_by_side(),
            None if !self.filter(self.focus).is_empty() => self.set_filter(self.focus, Filter::default()),
            None => self.zoom = false,
        }
    }
}
