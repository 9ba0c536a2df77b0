//! A pane: its title line, then what it declares: a line, rows, and a foot. No pane has a file of its own here.

use super::canvas::{Canvas, columns_of};
use super::grid::{self, role_of, status_of};
use super::hits::HitMap;
use super::logs;
use super::time_line;
use crate::app::{App, Cell, CellStyle, Foot, FootText, Pane, Picture, Place, Target};
use crate::theme::Role;
use ratatui::layout::Rect;

/// Draws a pane into an area: its title on the first line.
pub(super) fn draw(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if area.height == 0 {
        return;
    }
    hits.add(area, Target::Pane(pane));
    title(app, pane, canvas, area);
    body(app, pane, canvas, below(area, 1), hits);
}

fn body(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let declared = pane.declaration();
    let mut area = area;
    if let Some(cells) = (declared.top_line)(app).filter(|_| area.height > 0) {
        let lines = top_line(canvas, area, &cells);
        area = below(area, lines);
    }
    let foot = (declared.foot)(app);
    let lines = foot.as_ref().map_or(0, |foot| foot_height(foot, area.height));
    let list = Rect { height: area.height - lines, ..area };
    match (declared.placeholder)(app) {
        Some(cell) => line(canvas, list, &[cell], 1),
        None if declared.picture == Some(Picture::Logs) => logs::draw(app, canvas, list, hits),
        None if declared.picture == Some(Picture::TimeLine) => time_line::draw(app, canvas, list, hits),
        None => rows(app, pane, canvas, list, hits),
    }
    if let Some(foot) = foot {
        draw_foot(canvas, below(area, list.height), &foot.text);
    }
}

/// So many rows must be left below a line above them that is broken over two.
const ROWS_BELOW_TWO: u16 = 6;

/// The line above the rows; where it does not fit, its last cell goes on below itself. Yields its lines.
fn top_line(canvas: &mut Canvas<'_>, area: Rect, cells: &[Cell]) -> u16 {
    let needed: u16 = cells.iter().map(|cell| columns_of(&cell.text) + 1).sum();
    let Some((last, before)) = cells.split_last() else { return 0 };
    if needed < area.width || area.height < ROWS_BELOW_TWO + 2 || before.is_empty() {
        line(canvas, area, cells, 1);
        return 1;
    }
    line(canvas, area, before, 1);
    let indent: u16 = before.iter().map(|cell| columns_of(&cell.text) + 1).sum();
    let rest = Rect { x: area.x + indent, width: area.width - indent, height: 2, ..area };
    canvas.paragraph(rest, &last.text, role_of(last.style));
    2
}

/// What is left of an area below so many lines.
fn below(area: Rect, lines: u16) -> Rect {
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

fn foot_height(foot: &Foot, room: u16) -> u16 {
    if room >= foot.min_rows + foot.height { foot.height } else { 0 }
}

fn draw_foot(canvas: &mut Canvas<'_>, area: Rect, text: &FootText) {
    match text {
        FootText::Line(cells) => line(canvas, area, cells, 2),
        FootText::Paragraph(cell) => canvas.paragraph(area, &cell.text, role_of(cell.style)),
    }
}

/// Cells side by side, so many columns apart.
fn line(canvas: &mut Canvas<'_>, area: Rect, cells: &[Cell], gap: u16) {
    if area.height == 0 {
        return;
    }
    let mut x = area.x + 1;
    for cell in cells {
        let mut text = cell.text.clone();
        if let CellStyle::Status(level) = cell.style {
            text = format!("{} {text}", status_of(level).glyph(canvas.theme.glyphs()));
        }
        x = canvas.put(x, area.y, area.right().saturating_sub(x), &text, role_of(cell.style)) + gap;
    }
}

/// The rows, or why there are none.
fn rows(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if app.list(pane).is_empty() && !app.filter(pane).is_empty() {
        hits.shows(pane, area.height);
        let cell = Cell::new(CellStyle::Muted, "no row matches; Esc clears the filter");
        return line(canvas, area, &[cell], 1);
    }
    grid::draw(app, pane, canvas, area, hits);
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
    if let Some(about) = (pane.declaration().about)(app) {
        x = canvas.put(x, area.y, end.saturating_sub(x), &about, Role::Strong) + 1;
    }
    let filter = app.filter(pane);
    if !filter.is_empty() {
        x = canvas.put(x, area.y, end.saturating_sub(x), &format!("/{}", filter.text()), Role::Match) + 1;
        let count = crate::model::human_count(app.list(pane).len() as i64);
        x = canvas.put(x, area.y, end.saturating_sub(x), &format!("{count} rows"), Role::Muted) + 1;
    }
    let sort = app.sort(pane);
    if !sort.is_default() {
        let glyphs = canvas.theme.glyphs();
        let arrow = if sort.is_reversed() { glyphs.up } else { glyphs.down };
        x = canvas.put(
            x,
            area.y,
            end.saturating_sub(x),
            &format!("by {} {arrow}", sort.name(pane.declaration().orders)),
            text,
        ) + 1;
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
    if app.is_what_if() && (pane.is_assessment() || (pane.is_cluster() && !app.origin.acts())) {
        notes.push((Role::Hypothesis, "~ what if".to_string()));
    }
    if pane.is_cluster() && app.is_stale() {
        let age = crate::model::human_duration_ms(app.age_ms().unwrap_or(0));
        notes.push((Role::Stale, format!("{age} old")));
    }
    if pane.place() == Place::Knobs {
        let how =
            if app.origin.acts() { "changes apply immediately" } else { "what-if only, nothing is sent" };
        notes.push((Role::Muted, how.into()));
    }
    if pane.is_assessment() && app.is_computing() {
        notes.push((Role::Muted, "computing".into()));
    }
    notes
}
