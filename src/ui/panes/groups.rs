//! Consumer groups: their lag, whether it grows, and when it will be drained.
//!
//! ```text
//! ─3 Groups──────────────────────────────────────────────────
//!  group        state        members       lag   per s drained in
//! >billing      • stable           3    12,345     -50 4m06s
//!  audit        i empty            0 no commit       - -
//! ```

use crate::app::{App, Pane};
use crate::theme::Role;
use crate::ui::canvas::Canvas;
use crate::ui::hits::HitMap;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    let Some(cluster) = app.cluster() else {
        return super::nothing(canvas, area, Role::Muted, "no cluster yet");
    };
    match cluster.groups.reason() {
        Some(reason) => super::nothing(canvas, area, Role::Unknown, &format!("? groups: {reason}")),
        None if app.summary.groups.is_empty() => super::nothing(canvas, area, Role::Muted, "no groups"),
        None => super::rows(app, Pane::Groups, canvas, area, hits),
    }
}
