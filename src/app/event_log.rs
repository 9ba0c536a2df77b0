//! The page of the event log: what happened in a simulated run, the newest first, each with what caused it.

use crate::app::{App, CellStyle, Level, Overlay, Page};
use crate::model::human_count;
use crate::sim::SimView;

/// The event log so far.
pub(super) fn page(app: &App) -> Page {
    let mut page = Page::new("Event log, newest first");
    page.is_event_log = true;
    let Some(detail) = &app.detail else { return page };
    let lost = detail.counters.lost_acked > 0;
    page.add(if lost { CellStyle::Level(Level::Bad) } else { CellStyle::Strong }, counters(detail));
    page.gap();
    for line in detail.lines.iter().rev() {
        let seconds = line.at_ms as f64 / 1000.0;
        let number = format!("#{}", line.seq);
        let cause = line.cause.map_or(String::new(), |cause| format!("  [caused by #{cause}]"));
        page.add(CellStyle::Plain, format!("{seconds:>9.3}  {number:>6}  {}{cause}", line.text));
    }
    page
}

fn counters(detail: &SimView) -> String {
    let counters = &detail.counters;
    format!(
        "acknowledged {}  failed {}  lost {}  duplicated {}  reordered {}",
        human_count(counters.acked as i64),
        human_count(counters.failed as i64),
        human_count(counters.lost_acked as i64),
        human_count(counters.duplicated as i64),
        human_count(counters.reordered as i64)
    )
}

impl App {
    /// The event log on the screen goes on by itself.
    pub(super) fn refresh_event_log(&mut self) {
        let shown = matches!(&self.overlay, Some(Overlay::Page(page, _)) if page.is_event_log);
        if shown {
            let page = page(self);
            if let Some(Overlay::Page(shown, _)) = &mut self.overlay {
                *shown = page;
            }
        }
    }
}
