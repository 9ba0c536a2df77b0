//! The loops of a scene's clients as pseudocode beside the picture: the lines that run now have a mark and a colour.
//!
//! ```text
//! ─Code of group/billing───────────────────────
//!    while True:
//! >      records = consumer.poll()         0
//! >      for r in records: charge(r)       1 2
//!        consumer.commit_sync()
//! ```

use super::canvas::{Canvas, columns_of};
use crate::app::{App, CodeRow};
use crate::theme::Role;
use ratatui::layout::Rect;

/// Columns that the code takes beside a picture.
pub(super) const WIDTH: u16 = 54;

/// Lines that the code takes.
pub(super) fn lines(app: &App) -> u16 {
    app.code_rows().len() as u16
}

/// Draws as many of its rows as there is room for.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    for (row, y) in app.code_rows().iter().zip(area.top()..area.bottom()) {
        match row {
            CodeRow::Heading(of) => {
                canvas.rule(area.x, y, area.width, Role::Border);
                canvas.put(
                    area.x + 1,
                    y,
                    area.width.saturating_sub(1),
                    &format!("Code of {of}"),
                    Role::Title,
                );
            }
            CodeRow::Line(text, by) => line(canvas, Rect { y, height: 1, ..area }, text, by.as_deref()),
            CodeRow::Note(text) => {
                canvas.put(area.x + 3, y, area.width.saturating_sub(3), text, Role::Warn);
            }
        }
    }
}

/// Who runs it stands on the right.
fn line(canvas: &mut Canvas<'_>, area: Rect, text: &str, by: Option<&str>) {
    let role = if by.is_some() { Role::Notice } else { Role::Muted };
    let by_width = by.map_or(0, columns_of);
    if let Some(by) = by {
        let cursor = canvas.theme.glyphs().cursor;
        canvas.mark(area.x + 1, area.y, cursor, role);
        canvas.put_right(area.x, area.y, area.width.saturating_sub(1), by, role);
    }
    canvas.put(area.x + 3, area.y, area.width.saturating_sub(by_width + 5), text, role);
}
