//! Points by two figures, better to the right and upwards; every mark is a letter, so that no colour is needed.
//!
//! ```text
//! ^ loss a year: 3.0e-8 /yr
//! |              o       o
//! |       .   .     [@]      o
//! | .  .                          o
//! +---------------------------------------
//! v 0.9 /yr                ack p50/p99: 40 / 120 ms to 0.1 / 0.5 ms
//! ```

use super::canvas::Canvas;
use crate::app::{ExplorePage, PageData, Plot};
use crate::theme::Role;
use ratatui::layout::Rect;

pub(super) fn draw(page: &ExplorePage, data: &PageData, plot: &Plot, canvas: &mut Canvas<'_>, area: Rect) {
    let field = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(3),
    };
    axes(canvas, plot, area, field);
    for at in &plot.dots {
        put(canvas, field, *at, ".", Role::Muted);
    }
    let selected = page.list().selected();
    let mut rows: Vec<usize> = (0..data.rows.len()).collect();
    // What is drawn last lies on top: the present setting, and then the selection.
    rows.sort_by_key(|row| (selected == Some(*row), data.rows[*row].is_now));
    for row in rows {
        let point = &data.rows[row];
        let Some(at) = point.at else { continue };
        let (mark, role) = if point.is_now { ("@", Role::Changed) } else { ("o", Role::Strong) };
        let (x, y) = put(canvas, field, at, mark, role);
        if selected == Some(row) {
            canvas.put(x.saturating_sub(1), y, 1, "[", Role::Strong);
            canvas.put(x + 1, y, 1, "]", Role::Strong);
            canvas.restyle(Rect { x: x.saturating_sub(1), y, width: 3, height: 1 }, Role::Selected);
        }
    }
}

/// Marks a place of the field; yields its column and line.
fn put(canvas: &mut Canvas<'_>, field: Rect, at: (f64, f64), mark: &str, role: Role) -> (u16, u16) {
    let along =
        |share: f64, size: u16| (share.clamp(0.0, 1.0) * f64::from(size.saturating_sub(1))).round() as u16;
    let x = field.x + along(at.0, field.width);
    let y = field.bottom().saturating_sub(1).max(field.y) - along(at.1, field.height);
    canvas.put(x, y, 1, mark, role);
    (x, y)
}

fn axes(canvas: &mut Canvas<'_>, plot: &Plot, area: Rect, field: Rect) {
    let lines = &canvas.theme.glyphs().frame;
    for y in field.top()..field.bottom() {
        canvas.mark(area.x, y, lines.vertical, Role::Border);
    }
    canvas.rule(area.x, field.bottom(), area.width.saturating_sub(1), Role::Border);
    canvas.mark(area.x, field.bottom(), lines.corners[2], Role::Border);
    let glyphs = canvas.theme.glyphs();
    let top = format!("{} {}: {}", glyphs.up, plot.y.label, plot.y.best);
    canvas.put(area.x, area.y, area.width, &top, Role::Heading);
    let foot = field.bottom() + 1;
    let left = format!("{} {}", glyphs.down, plot.y.worst);
    let right = format!("{}: {} to {}", plot.x.label, plot.x.worst, plot.x.best);
    let end = canvas.put(area.x, foot, area.width, &left, Role::Heading);
    let room = area.right().saturating_sub(end + 2);
    canvas.put_right(end + 1, foot, room, &right, Role::Heading);
}
