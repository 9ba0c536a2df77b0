//! Partitions: who leads, who is in sync, how well that is. Only rows in view are built.
//!
//! ```text
//! ─2 Partitions─/orders─12 rows────────────────────
//!  partition   lead replicas  isr     offset state
//!  orders-0    L1   [1 2 .]   2/2     12,345 ! AT MIN
//! >orders-1    L2   [2 . 1]   2/2     12,101 ! AT MIN
//!  2 NO LEADER  10 AT MIN
//! ```

use crate::app::{App, Pane, troubles};
use crate::theme::Role;
use crate::ui::canvas::Canvas;
use crate::ui::grid::status_of;
use crate::ui::hits::HitMap;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if app.cluster().is_none() {
        return super::nothing(canvas, area, Role::Muted, "no cluster yet");
    }
    let troubles = troubles(app);
    let (list, foot) = super::with_foot(area, u16::from(!troubles.is_empty()), 5);
    super::rows(app, Pane::Partitions, canvas, list, hits);
    if foot.height > 0 {
        let mut x = foot.x + 1;
        for (level, text) in troubles {
            let status = status_of(level);
            let text = format!("{} {text}", status.glyph(canvas.theme.glyphs()));
            x = canvas.put(x, foot.y, foot.right().saturating_sub(x), &text, status.role()) + 2;
        }
    }
}
