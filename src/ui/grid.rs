//! A table of which only the rows in view are built, however many there are.

use super::canvas::{Canvas, columns_of, cut_middle};
use super::hits::HitMap;
use super::sparkline;
use crate::app::{Align, App, Cell, CellStyle, Column, Level, List, Pane, Target};
use crate::theme::{Role, Status};
use ratatui::layout::Rect;
use std::ops::Range;

/// The role of a cell.
pub(super) fn role_of(style: CellStyle) -> Role {
    match style {
        CellStyle::Plain => Role::Text,
        CellStyle::Strong => Role::Strong,
        CellStyle::Muted => Role::Muted,
        CellStyle::Status(level) | CellStyle::Level(level) => status_of(level).role(),
        CellStyle::Changed => Role::Changed,
        CellStyle::Was => Role::Was,
        CellStyle::Better => Role::Better,
        CellStyle::Worse => Role::Worse,
        CellStyle::Unknown => Role::Unknown,
        CellStyle::Stale => Role::Stale,
        CellStyle::Heading => Role::Heading,
    }
}

/// A level as the theme knows it.
pub(super) fn status_of(level: Level) -> Status {
    match level {
        Level::Ok => Status::Ok,
        Level::Notice => Status::Notice,
        Level::Unknown => Status::Unknown,
        Level::Warn => Status::Warn,
        Level::Bad => Status::Bad,
    }
}

/// Draws headings and rows of a pane.
pub(super) fn draw(app: &App, pane: Pane, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let declared = pane.declaration();
    let columns = declared.columns;
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    let headed = titles.iter().any(|title| !title.is_empty()) && area.height > 1;
    let table = Table { columns, titles: if headed { &titles } else { &[] } };
    let (list, focused) = (app.list(pane), app.focus() == pane);
    let cells = |row: usize| (declared.cells)(app, app.items(pane)[row]);
    let (body, view) = table.draw(canvas, area, list, focused, cells);
    hits.shows(pane, body.height);
    for (row, y) in view.clone().zip(body.top()..body.bottom()) {
        hits.add(Rect { y, height: 1, ..body }, Target::Row(pane, (row - view.start) as u16));
    }
}

/// Columns and what stands above them; no titles, no line for them.
pub(super) struct Table<'a> {
    pub(super) columns: &'a [Column],
    pub(super) titles: &'a [&'a str],
}

impl Table<'_> {
    /// Draws the rows in view, the selected one marked; yields where they are and which they are.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        list: &List,
        focused: bool,
        cells: impl Fn(usize) -> Vec<Cell>,
    ) -> (Rect, Range<usize>) {
        let widths = widths(self.columns, area.width.saturating_sub(2));
        let mut body = area;
        if !self.titles.is_empty() && area.height > 0 {
            self.headings(canvas, area, &widths);
            body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        }
        let view = list.view(usize::from(body.height));
        let mut above: Vec<Cell> = Vec::new();
        for (row, y) in view.clone().zip(body.top()..body.bottom()) {
            let line = Rect { y, height: 1, ..body };
            let cells = cells(row);
            draw_row(canvas, line, self.columns, &widths, &without_repeats(self.columns, &cells, &above));
            above = cells;
            if list.selected() == Some(row) {
                canvas.mark(line.x, y, canvas.theme.glyphs().cursor, Role::Text);
                canvas.restyle(line, if focused { Role::Selected } else { Role::SelectedDim });
            }
        }
        (body, view)
    }

    fn headings(&self, canvas: &mut Canvas<'_>, area: Rect, widths: &[u16]) {
        let mut x = area.x + 1;
        let columns = self.columns.iter().zip(self.titles).zip(widths);
        for ((column, title), width) in columns.filter(|(_, width)| **width > 0) {
            match column.align {
                Align::Left => {
                    canvas.put(x, area.y, *width, title, Role::Muted);
                }
                Align::Right => canvas.put_right(x, area.y, *width, title, Role::Muted),
            }
            x += width + 1;
        }
    }
}

/// The cells without the texts that stand above them already, in columns that say so.
fn without_repeats(columns: &[Column], cells: &[Cell], above: &[Cell]) -> Vec<Cell> {
    let mut shown = cells.to_vec();
    for (column, (cell, above)) in columns.iter().zip(shown.iter_mut().zip(above)) {
        if column.once && cell.text == above.text {
            cell.text.clear();
        }
    }
    shown
}

fn draw_row(canvas: &mut Canvas<'_>, line: Rect, columns: &[Column], widths: &[u16], cells: &[Cell]) {
    let mut start = line.x + 1;
    let mut taken = start;
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate().filter(|(at, _)| widths[*at] > 0) {
        let mut place = Rect { x: start, width: widths[at], ..line };
        if column.flows {
            place = flowed(line, place, start.max(taken), behind(&cells[at + 1..], &widths[at + 1..]));
        }
        taken = draw_cell(canvas, place, column, cell) + 1;
        start += widths[at] + 1;
    }
}

/// The place of a cell that goes on from `x` as far as the texts behind it, which need so many columns, leave room.
fn flowed(line: Rect, place: Rect, x: u16, behind: u16) -> Rect {
    let room = line.right().saturating_sub(x + 1);
    Rect { x, width: room.saturating_sub(behind).max(place.width.min(room)), ..place }
}

/// Columns that the texts behind a cell need at least.
fn behind(cells: &[Cell], widths: &[u16]) -> u16 {
    let some = cells.iter().zip(widths).filter(|(cell, width)| **width > 0 && !cell.text.is_empty());
    some.map(|(cell, _)| cell.least(columns_of) + 1).sum()
}

/// Draws a cell; yields the column after it.
fn draw_cell(canvas: &mut Canvas<'_>, place: Rect, column: &Column, cell: &Cell) -> u16 {
    let role = role_of(cell.style);
    if !cell.bars.is_empty() {
        let shares: Vec<Option<f64>> =
            cell.bars.iter().map(|bar| bar.map(|percent| f64::from(percent) / 100.0)).collect();
        return sparkline::draw(canvas, place, &shares, role);
    }
    let (mut from, mut room) = (place.x, place.width);
    if let CellStyle::Status(level) = cell.style {
        canvas.mark(from, place.y, status_of(level).glyph(canvas.theme.glyphs()), role);
        (from, room) = (from + 2, room.saturating_sub(2));
    }
    let text = cell.fitting(room, columns_of);
    let text = if matches!(cell.style, CellStyle::Status(_)) {
        whole_parts(text, room).to_string()
    } else if column.names && columns_of(text) > room {
        cut_middle(text, room, canvas.theme.glyphs().ellipsis)
    } else {
        text.to_string()
    };
    match column.align {
        Align::Left => canvas.put(from, place.y, room, &text, role),
        Align::Right => {
            canvas.put_right(from, place.y, room, &text, role);
            place.right()
        }
    }
}

/// As many of the parts of a status as fit, the worst of which stands first: a part is whole or left out.
fn whole_parts(text: &str, room: u16) -> &str {
    let mut kept = text;
    while columns_of(kept) > room {
        match kept.rsplit_once(", ") {
            Some((before, _)) => kept = before,
            None => return if kept.len() < text.len() { kept } else { text },
        }
    }
    kept
}

/// How wide each column is in so many columns of screen; 0 is left out. It does not depend on the rows, so that
/// nothing moves while values change.
fn widths(columns: &[Column], room: u16) -> Vec<u16> {
    let mut shown: Vec<bool> = columns.iter().map(|_| true).collect();
    let needed = |shown: &[bool]| -> u16 {
        columns.iter().zip(shown).filter(|(_, on)| **on).map(|(column, _)| column.min + 1).sum()
    };
    while needed(&shown) > room + 1 {
        let droppable = (0..columns.len()).filter(|at| shown[*at] && columns[*at].drop > 0);
        match droppable.max_by_key(|at| columns[*at].drop) {
            Some(at) => shown[at] = false,
            None => break,
        }
    }
    let mut spare = (room + 1).saturating_sub(needed(&shown));
    let width = |(column, on): (&Column, &bool)| {
        let more = if *on { spare.min(column.max - column.min) } else { 0 };
        spare -= more;
        if *on { column.min + more } else { 0 }
    };
    columns.iter().zip(&shown).map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{Depth, Glyphs, Theme};
    use ratatui::buffer::Buffer;

    #[test]
    fn a_status_leaves_out_whole_parts_and_cuts_no_number() {
        let text = "LOST 12,345, UNDER-REPL";
        assert_eq!(whole_parts(text, 30), text);
        assert_eq!(whole_parts(text, 13), "LOST 12,345");
        assert_eq!(whole_parts("UNDER-REPL", 4), "UNDER-REPL", "the cell cuts it, visibly");
    }

    /// What a row of figures looks like in so many columns.
    fn drawn(room: u16, now: &str, before: Cell) -> String {
        let columns = Pane::Consequences.declaration().columns;
        let theme = Theme::built_in("mono", Depth::None, Glyphs::ASCII).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, room, 1));
        let mut canvas = Canvas::new(&mut buffer, &theme);
        let cells = [Cell::new(CellStyle::Plain, "Group capacity"), Cell::new(CellStyle::Plain, now), before];
        draw_row(&mut canvas, Rect::new(0, 0, room, 1), columns, &widths(columns, room - 2), &cells);
        let text: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn was(text: &str, shorter: &[&str]) -> Cell {
        let shorter = shorter.iter().map(|text| (*text).to_string()).collect();
        Cell { shorter, ..Cell::new(CellStyle::Was, text) }
    }

    #[test]
    fn a_number_flows_into_empty_columns_and_is_left_out_rather_than_cut() {
        let none = was("", &[]);
        assert_eq!(drawn(57, "9,800 records/s", none), "Group capacity 9,800 records/s");
        let short = was("6.1/19 ms", &[]);
        assert_eq!(drawn(57, "2.1 / 8.0 ms", short), "Group capacity 2.1 / 8.0 ms 6.1/19 ms");
        for (room, before) in [(90, "0 to 11,000 records, better"), (76, "+ 0 to 11,000 rec"), (57, "+")] {
            let long = was("0 to 11,000 records, better", &["+ 0 to 11,000 rec", "+"]);
            let row = drawn(room, "0 to 5,500 records", long);
            assert_eq!(row, format!("Group capacity 0 to 5,500 records {before}"));
        }
    }

    #[test]
    fn narrow_screens_drop_columns_and_wide_ones_fill_them() {
        let columns = Pane::Partitions.declaration().columns;
        assert_eq!(widths(columns, 100), [40, 6, 20, 3, 3, 9, 13]);
        let narrow = widths(columns, 42);
        assert_eq!(narrow.iter().filter(|width| **width == 0).count(), 3, "{narrow:?}");
        assert!(widths(columns, 0).iter().sum::<u16>() > 0);
    }
}
