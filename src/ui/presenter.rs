//! The line of presenter mode: the keys pressed last and what they do, and for how long it has been shown.
//!
//! ```text
//!  pressed  x  Kill the selected broker, or start it again.                              00:12:34
//! ```

use super::canvas::{Canvas, columns_of};
use crate::app::App;
use crate::theme::Role;
use ratatui::layout::Rect;

/// Draws the line, if it is shown to a room.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(presenter) = app.presenter.as_ref().filter(|_| area.height > 0) else { return };
    let timer = app.presented_ms().map_or(String::new(), |ms| {
        let seconds = ms / 1000;
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    });
    let room = area.width.saturating_sub(columns_of(&timer) + 2);
    canvas.put_right(area.x, area.y, area.width.saturating_sub(1), &timer, Role::Strong);
    if let Some((keys, action)) = presenter.pressed() {
        let x = canvas.put(area.x + 1, area.y, room, "pressed  ", Role::Text);
        let x = canvas.put(x, area.y, (area.x + room).saturating_sub(x), keys, Role::Key) + 2;
        canvas.put(x, area.y, (area.x + room).saturating_sub(x), action.doc, Role::Strong);
    }
}
