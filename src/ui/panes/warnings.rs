//! Anti-patterns found, worst first; what the knobs bring is marked `+`, what they take away `gone`.
//!
//! ```text
//! ─6 Warnings────────────────────────────────────────────────────────────────
//! >x +high      acks-one             producer app     acks=1 with 3 replicas
//!  ! medium     min-isr-one          topic orders     min.insync.replicas is 1
//!  9 chapters not examined in full: No idempotent consumer (consumer settings) ...
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
    let missed = !assessment.not_examined.is_empty();
    let (list, foot) = super::with_foot(area, u16::from(missed), 3);
    match assessment.warnings.is_empty() {
        true => super::nothing(canvas, list, Role::Ok, "nothing found in what was examined"),
        false => super::rows(app, Pane::Warnings, canvas, list, hits),
    }
    if foot.height > 0 {
        let chapters = match assessment.not_examined.len() {
            1 => "1 chapter".to_string(),
            count => format!("{count} chapters"),
        };
        let text = format!("{chapters} not examined in full: {}", assessment.not_examined.join("; "));
        canvas.put(foot.x + 1, foot.y, foot.width.saturating_sub(1), &text, Role::Muted);
    }
}
