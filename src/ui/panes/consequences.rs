//! What the setting means: guarantees, time and throughput, and what breaks next.
//!
//! ```text
//! ─5 Consequences──────────────────────── ~ what if
//!  Next: lose broker 1 -> no writes on 12 partitions
//!                          now            was
//!  • Data survives crashes 1              (0) better
//! >! Writes, crashes       0
//!  Writes stop at the next crash of a broker: the ISR is at its minimum.
//! ```

use crate::app::{App, Pane};
use crate::theme::Role;
use crate::ui::canvas::Canvas;
use crate::ui::hits::HitMap;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let Some(assessment) = app.assessment() else {
        let text = if app.is_computing() { "computing" } else { "no cluster yet" };
        return super::nothing(canvas, area, Role::Muted, text);
    };
    let mut list = area;
    if let Some(next) = assessment.next_break.as_ref().filter(|_| area.height > 0) {
        let x = canvas.put(area.x + 1, area.y, area.width, "Next: ", Role::Muted);
        canvas.put(x, area.y, area.right().saturating_sub(x), next, Role::Strong);
        list = Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    let (list, foot) = super::with_foot(list, 2, 6);
    super::rows(app, Pane::Consequences, canvas, list, hits);
    let selected = app.selected_item(Pane::Consequences);
    if let Some(row) = selected.and_then(|item| assessment.consequences.get(item as usize)) {
        canvas.paragraph(foot, &row.headline, Role::Text);
    }
}
