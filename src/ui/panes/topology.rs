//! Brokers by rack.
//!
//! ```text
//! ─1 Topology──────────────────────────────────
//!  rack  broker  leads  follows  behind  state
//!  a          1      4        8       0  • OK
//! >b          2      4        8       0  • OK
//!  c          3      0       12      12  x DOWN 12.0 s
//! ```

use crate::app::{App, Pane};
use crate::theme::Role;
use crate::ui::canvas::Canvas;
use crate::ui::hits::HitMap;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    match app.cluster() {
        None => super::nothing(canvas, area, Role::Muted, "no cluster yet"),
        Some(_) => super::rows(app, Pane::Topology, canvas, area, hits),
    }
}
