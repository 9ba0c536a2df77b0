//! The time line: a row of bars for each figure, and a row of marks for what happened.

use super::canvas::{Canvas, columns_of};
use super::grid::role_of;
use super::hits::HitMap;
use super::sparkline;
use crate::app::{App, CellStyle, Level, Pane, Series, Target, TimeWindow, mark_style, mark_text};
use crate::model::{Mark, MarkKind};
use crate::theme::Role;
use ratatui::layout::Rect;

/// Columns of the names and of the values.
const NAME: u16 = 12;
const VALUE: u16 = 10;

/// Draws the time line below a pane's title: the figures, the marks, and the last of them in words.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if area.height == 1 {
        hits.shows(Pane::Time, 1);
        return one_line(app, canvas, area);
    }
    let items = app.items(Pane::Time);
    let rows = items.len() as u16;
    let below = area.height.saturating_sub(rows).clamp(1.min(area.height), 2 + area.height / 8);
    let shown = area.height.saturating_sub(below).min(rows);
    hits.shows(Pane::Time, shown);
    let bars = Rect {
        x: area.x + 1 + NAME + VALUE,
        width: area.width.saturating_sub(NAME + VALUE + 2),
        height: shown,
        ..area
    };
    let window = app.time_window();
    let view = app.list(Pane::Time).view(usize::from(shown));
    for (row, y) in view.clone().zip(area.top()..) {
        let Some(series) = items.get(row).and_then(|item| app.time_series().nth(*item as usize)) else {
            continue;
        };
        let line = Rect { y, height: 1, ..area };
        figure(app, items[row], series, canvas, line);
        bars_of(app, series, &window, canvas, Rect { y, height: 1, ..bars });
        hits.add(line, Target::Row(Pane::Time, (row - view.start) as u16));
        if app.list(Pane::Time).selected() == Some(row) {
            canvas.mark(area.x, y, canvas.theme.glyphs().cursor, Role::Strong);
        }
    }
    let rest = Rect { y: area.y + shown, height: area.height - shown, ..area };
    marks(app, &window, canvas, rest, bars);
    if let Some(cell) = app.time_cursor().and_then(|at| window.cell_of(at, bars.width)) {
        let height = shown + u16::from(rest.height > 0);
        canvas.restyle(Rect { x: bars.x + cell, y: area.y, width: 1, height }, Role::Selected);
    }
}

fn figure(app: &App, item: u32, series: &Series, canvas: &mut Canvas<'_>, line: Rect) {
    let room = line.width.saturating_sub(1);
    canvas.put(line.x + 1, line.y, NAME.min(room), series.name, Role::Muted);
    let cells = (Pane::Time.declaration().cells)(app, item);
    if let Some(cell) = cells.get(1).filter(|_| room > NAME + VALUE) {
        canvas.put_right(line.x + NAME, line.y, VALUE, &cell.text, role_of(cell.style));
    }
}

/// Bars up to the highest value in view. A value of 0 is the lowest bar; what is not known is left blank.
fn bars_of(app: &App, series: &Series, window: &TimeWindow, canvas: &mut Canvas<'_>, area: Rect) {
    let dots = sparkline::per_cell(canvas);
    let values = window.values(series, app.time_samples(), area.width * dots);
    let highest = values.iter().flatten().fold(0.0, |highest: f64, value| highest.max(*value));
    let shares: Vec<Option<f64>> = values
        .iter()
        .map(|value| value.map(|value| if highest > 0.0 { value / highest } else { 0.0 }))
        .collect();
    for (cell, x) in shares.chunks(usize::from(dots)).zip(area.left()..area.right()) {
        let role = match series.level {
            _ if cell.iter().flatten().all(|share| *share <= 0.0) => Role::Muted,
            Some(level) => role_of(CellStyle::Level(level)),
            None => Role::Text,
        };
        if let Some(symbol) = sparkline::symbol(canvas, cell) {
            canvas.mark(x, area.y, &symbol, role);
        }
    }
}

/// Columns of the bars of a figure on one line at least, and of its value.
const SHORT_BARS: u16 = 8;
const SHORT_VALUE: u16 = 6;

/// `acked/s 1,001 ▇▇▇▇▂▂▇  lag 7,245 ▁▂▃▅▇`: as many figures as there is room for, side by side.
fn one_line(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let window = app.time_window();
    let mut figures = Vec::new();
    let mut used = 0;
    for item in app.items(Pane::Time) {
        let Some(series) = app.time_series().nth(*item as usize) else { continue };
        let cells = (Pane::Time.declaration().cells)(app, *item);
        let Some(cell) = cells.into_iter().nth(1) else { continue };
        let text = columns_of(series.name) + 1 + columns_of(&cell.text).max(SHORT_VALUE) + 1;
        if used + text + SHORT_BARS + 2 <= area.width {
            used += text + 2;
            figures.push((series, cell));
        }
    }
    let bars = area.width.saturating_sub(used + 1) / (figures.len() as u16).max(1);
    let mut x = area.x + 1;
    for (series, cell) in figures {
        x = canvas.put(x, area.y, area.right() - x, series.name, Role::Muted) + 1;
        let width = columns_of(&cell.text).max(SHORT_VALUE);
        canvas.put_right(x, area.y, width, &cell.text, role_of(cell.style));
        x += width + 1;
        bars_of(app, series, &window, canvas, Rect { x, width: bars, height: 1, ..area });
        x += bars + 2;
    }
}

/// Where something happened, and the last of it up to the moment looked at in words.
fn marks(app: &App, window: &TimeWindow, canvas: &mut Canvas<'_>, area: Rect, bars: Rect) {
    if area.height == 0 {
        return;
    }
    let marks = app.time_marks();
    canvas.put(area.x + 1, area.y, area.width.saturating_sub(1).min(NAME), "events", Role::Muted);
    let mut cells: Vec<(u16, MarkKind)> = Vec::new();
    for mark in &marks {
        if let Some(cell) = window.cell_of(mark.at_ms, bars.width) {
            match cells.iter_mut().find(|(known, _)| *known == cell) {
                Some((_, kind)) => *kind = mark.kind.max(*kind),
                None => cells.push((cell, mark.kind)),
            }
        }
    }
    for (cell, kind) in cells {
        let (glyph, role) = glyph_of(canvas, kind);
        canvas.mark(bars.x + cell, area.y, glyph, role);
    }
    let until = app.time_cursor().unwrap_or(window.end_ms);
    let told = marks.iter().rev().filter(|mark| mark.at_ms <= until && mark.at_ms > window.from_ms);
    for (mark, y) in told.zip(area.y + 1..area.bottom()) {
        line(app, mark, canvas, Rect { y, height: 1, ..area });
    }
}

fn line(app: &App, mark: &Mark, canvas: &mut Canvas<'_>, area: Rect) {
    let (glyph, role) = glyph_of(canvas, mark.kind);
    canvas.mark(area.x + 1, area.y, glyph, role);
    let at = if app.clock.is_some() { mark.at_ms } else { mark.at_ms - app.time_window().end_ms };
    let x = canvas.put(area.x + 3, area.y, 12, &format!("{:>7.1} s", at as f64 / 1000.0), Role::Muted) + 1;
    let room = area.right().saturating_sub(x + 1);
    canvas.put(x, area.y, room, &mark_text(mark), role_of(mark_style(mark.kind)));
}

fn glyph_of(canvas: &Canvas<'_>, kind: MarkKind) -> (&'static str, Role) {
    let glyphs = canvas.theme.glyphs();
    match kind {
        MarkKind::Loss => (glyphs.bad, role_of(CellStyle::Level(Level::Bad))),
        MarkKind::Fault | MarkKind::BrokerDown => (glyphs.warn, Role::Warn),
        MarkKind::Setting => (glyphs.up, Role::Changed),
        MarkKind::BrokerUp | MarkKind::Election | MarkKind::Controller => (glyphs.up, Role::Muted),
    }
}
