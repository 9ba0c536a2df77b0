//! An explore page over the whole body: what it says, its rows or its plot, and the selected row in full.
//!
//! ```text
//! ─Compare──────────────────────────────────────────────────────────────── computing
//!  Against start: + better, - worse. What differs comes first.
//!                       start          now             now is
//! >acks                 all            1               moved
//!  Data survives crashes  any          - 0             - worse, 2 fewer
//! ────────────────────────────────────────────────────────────────────────────────────
//!  start: any
//!  now: 0  - worse, 2 fewer
//! ```

use super::canvas::{Canvas, columns_of};
use super::grid::{Table, role_of};
use super::hits::HitMap;
use super::plot;
use crate::app::{CellStyle, ExplorePage, PageData, Target};
use crate::theme::Role;
use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on the points of a plot are listed beside it.
const WIDE: u16 = 110;
/// Below this height a plot says nothing, and its points are listed instead.
const FLAT: u16 = 8;

pub(super) fn draw(page: &ExplorePage, canvas: &mut Canvas<'_>, body: Rect, hits: &mut HitMap) {
    if body.height < 2 {
        return;
    }
    title(page, canvas, body);
    let area = Rect { y: body.y + 1, height: body.height - 1, ..body };
    let Some(data) = &page.data else {
        canvas.put(area.x + 1, area.y, area.width, "computing", Role::Muted);
        return;
    };
    let layout = page.layout((area.width, area.height));
    let intro = layout.intro.len() as u16;
    lines(canvas, area, &layout.intro);
    let rows = Rect { y: area.y + intro, height: layout.rows.min(area.height - intro), ..area };
    content(page, data, canvas, rows, hits);
    let below = Rect { y: rows.bottom(), height: area.bottom() - rows.bottom(), ..area };
    if below.height > 1 && !layout.detail.is_empty() {
        canvas.rule(below.x, below.y, below.width, Role::Border);
        let room = Rect { y: below.y + 1, height: below.height - 1, ..below };
        lines(canvas, room, &layout.detail);
    }
}

fn title(page: &ExplorePage, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.rule(area.x, area.y, area.width, Role::BorderFocus);
    canvas.put(area.x + 1, area.y, area.width, page.kind.title, Role::TitleFocus);
    if page.is_computing() {
        let note = "computing";
        let columns = columns_of(note);
        canvas.put(area.right().saturating_sub(columns + 1), area.y, columns, note, Role::Muted);
    }
}

fn lines(canvas: &mut Canvas<'_>, area: Rect, lines: &[(CellStyle, String)]) {
    for ((style, text), y) in lines.iter().zip(area.top()..area.bottom()) {
        canvas.put(area.x + 1, y, area.width.saturating_sub(1), text, role_of(*style));
    }
}

fn content(page: &ExplorePage, data: &PageData, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let Some(shown) = data.plot.as_ref().filter(|_| area.height >= FLAT) else {
        return table(page, data, canvas, area, hits);
    };
    if area.width < WIDE {
        return plot::draw(page, data, shown, canvas, area);
    }
    let [left, right] = Layout::horizontal([Constraint::Percentage(50), Constraint::Fill(1)]).areas(area);
    plot::draw(page, data, shown, canvas, left);
    table(page, data, canvas, right, hits);
}

fn table(page: &ExplorePage, data: &PageData, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if data.rows.is_empty() {
        return;
    }
    let titles: Vec<&str> = data.headings.iter().map(String::as_str).collect();
    let table = Table { columns: &data.columns, titles: &titles };
    let cells = |row: usize| data.rows.get(row).map_or_else(Vec::new, |row| row.cells.clone());
    let (body, view) = table.draw(canvas, area, page.list(), true, cells);
    for (row, y) in view.clone().zip(body.top()..body.bottom()) {
        hits.add(Rect { y, height: 1, ..body }, Target::PageRow((row - view.start) as u16));
    }
}
