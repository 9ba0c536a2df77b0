//! The knobs: what each is, what it was, and what the selected one does.
//!
//! ```text
//! ─4 Knobs─────────────────────────────────── act at once
//!           knob                 now       was
//!  producer acks                  1         (all)
//! >         enable.idempotence    false     (true)
//!  topic    min.insync.replicas   1
//!  The broker drops repeated batches and refuses gaps ...
//! ```

use crate::app::{App, Pane, cells};
use crate::theme::Role;
use crate::ui::canvas::Canvas;
use crate::ui::grid;
use crate::ui::hits::HitMap;
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, area: Rect, hits: &mut HitMap) {
    if app.cluster().is_none() {
        return super::nothing(canvas, area, Role::Muted, "no cluster yet");
    }
    if app.list(Pane::Knobs).is_empty() {
        return super::rows(app, Pane::Knobs, canvas, area, hits);
    }
    let (list, foot) = super::with_foot(area, 2, 8);
    let items = app.items(Pane::Knobs);
    let scope_of = |item: u32| app.knob_rows()[item as usize].knob.scope;
    grid::draw(app, Pane::Knobs, canvas, list, hits, |item, first_in_view| {
        let mut cells = cells(app, Pane::Knobs, item);
        let at = items.partition_point(|other| *other < item);
        // A scope is named once, where it begins.
        if !first_in_view && at > 0 && scope_of(items[at - 1]) == scope_of(item) {
            cells[0].text.clear();
        }
        cells
    });
    if let Some(row) = app.selected_item(Pane::Knobs).and_then(|item| app.knob_rows().get(item as usize)) {
        let why = row.now.as_ref().err().map(|why| format!("not known: {why}. "));
        let what_if = row.what_if.map(|why| format!("~ What if: {why}. ")).unwrap_or_default();
        let text = format!("{what_if}{}{}", why.unwrap_or_default(), row.knob.doc);
        canvas.paragraph(foot, &text, Role::Muted);
    }
}
