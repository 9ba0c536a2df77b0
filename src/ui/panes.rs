//! The panes: a title line, then rows; a file each.

mod consequences;
mod groups;
mod knobs;
mod partitions;
mod topology;
mod warnings;

use super::canvas::{Canvas, columns_of};
use super::grid;
use super::hits::HitMap;
use crate::app::{App, Pane, Target};
use crate::theme::Role;
use ratatui::layout::Rect;

/// Draws a pane into an area: its title on the first line.
pub(super) fn draw(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if area.height == 0 {
        return;
    }
    hits.add(area, Target::Pane(pane));
    title(app, pane, canvas, area);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    match pane {
        Pane::Topology => topology::draw(app, canvas, body, hits),
        Pane::Partitions => partitions::draw(app, canvas, body, hits),
        Pane::Groups => groups::draw(app, canvas, body, hits),
        Pane::Knobs => knobs::draw(app, canvas, body, hits),
        Pane::Consequences => consequences::draw(app, canvas, body, hits),
        Pane::Warnings => warnings::draw(app, canvas, body, hits),
    }
}

/// `─2 Partitions─12 of 40─/orders─by trouble───────── ~ what if`
fn title(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect) {
    let focused = app.focus() == pane;
    let (line, text) =
        if focused { (Role::BorderFocus, Role::TitleFocus) } else { (Role::Border, Role::Title) };
    canvas.rule(area.x, area.y, area.width, line);
    let end = area.right();
    let name = format!("{} {}", pane.digit(), pane.title());
    let mut x = canvas.put(area.x + 1, area.y, end - area.x - 1, &name, text) + 1;
    let filter = app.filter(pane);
    if !filter.is_empty() {
        x = canvas.put(x, area.y, end.saturating_sub(x), &format!("/{}", filter.text()), Role::Match) + 1;
        let count = crate::model::human_count(app.list(pane).len() as i64);
        x = canvas.put(x, area.y, end.saturating_sub(x), &format!("{count} rows"), Role::Muted) + 1;
    }
    let sort = app.sort(pane);
    if !sort.is_usual() {
        let glyphs = canvas.theme.glyphs();
        let arrow = if sort.is_reversed() { glyphs.up } else { glyphs.down };
        x = canvas.put(x, area.y, end.saturating_sub(x), &format!("by {} {arrow}", sort.name(pane)), text)
            + 1;
    }
    let mut right = end;
    for (role, note) in notes(app, pane) {
        let columns = columns_of(&note);
        if right.saturating_sub(x) > columns + 1 {
            canvas.put(right - columns - 1, area.y, columns, &note, role);
            right -= columns + 1;
        }
    }
}

/// What a title adds on its right: is it real, is it old, is it ready.
fn notes(app: &App, pane: Pane) -> Vec<(Role, String)> {
    let mut notes = Vec::new();
    // Where knobs act, a what-if is about figures and warnings: brokers and partitions are as they are.
    let judged = matches!(pane, Pane::Consequences | Pane::Warnings);
    if app.is_hypothetical() && (judged || (pane.is_cluster() && !app.origin.acts())) {
        notes.push((Role::Hypothesis, "~ what if".to_string()));
    }
    if pane.is_cluster() && app.is_stale() {
        let age = crate::model::human_duration_ms(app.age_ms().unwrap_or(0));
        notes.push((Role::Stale, format!("{age} old")));
    }
    if pane == Pane::Knobs {
        let how = if app.origin.acts() { "act at once" } else { "a hypothesis, nothing is sent" };
        notes.push((Role::Muted, how.into()));
    }
    if matches!(pane, Pane::Consequences | Pane::Warnings) && app.is_computing() {
        notes.push((Role::Muted, "computing".into()));
    }
    notes
}

/// A line in place of rows.
fn nothing(canvas: &mut Canvas<'_>, area: Rect, role: Role, text: &str) {
    if area.height > 0 {
        canvas.put(area.x + 1, area.y, area.width.saturating_sub(1), text, role);
    }
}

/// Rows as they come from the application.
fn rows(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if app.list(pane).is_empty() && !app.filter(pane).is_empty() {
        hits.shows(pane, area.height);
        return nothing(canvas, area, Role::Muted, "no row matches; Esc clears the filter");
    }
    grid::draw(app, pane, canvas, area, hits, |item, _| crate::app::cells(app, pane, item));
}

/// Splits so many lines off the foot of an area, when at least `least` rows stay above.
fn with_foot(area: Rect, lines: u16, least: u16) -> (Rect, Rect) {
    let lines = if area.height >= least + lines { lines } else { 0 };
    let above = Rect { height: area.height - lines, ..area };
    (above, Rect { y: above.bottom(), height: lines, ..area })
}
