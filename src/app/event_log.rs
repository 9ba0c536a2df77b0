//! The page of the event log: what happened in a simulated run, the newest first, each with what caused it.

use crate::app::{App, CellStyle, Level, Overlay, Page};
use crate::model::{PartitionIx, human_count, plural};
use crate::sim::{PartitionRecords, SimView};

/// The event log so far.
pub(super) fn page(app: &App) -> Page {
    let mut page = Page::new("Event log, newest first");
    page.is_event_log = true;
    let Some(detail) = &app.detail else { return page };
    let lost = detail.counters.lost_acked > 0;
    page.add(if lost { CellStyle::Level(Level::Bad) } else { CellStyle::Strong }, counters(detail));
    for producer in detail.counters.producers_apart() {
        page.add(CellStyle::Plain, format!("producer {}: {producer}", producer.producer));
    }
    if detail.counters.schemas_refused > 0 {
        let refused = plural(detail.counters.schemas_refused as usize, "schema");
        page.add(CellStyle::Strong, format!("the registry refused {refused} (schemas are a model)"));
    }
    for group in detail.groups.iter() {
        let told = group.processing.map(|counted| counted.to_string()).unwrap_or_default();
        if !told.is_empty() {
            page.add(CellStyle::Level(Level::Warn), format!("group {}: {told}", group.group));
        }
    }
    for (at, records) in detail.records.iter().enumerate().filter(|(_, records)| records.lost > 0) {
        page.add(CellStyle::Level(Level::Bad), loss_line(app, at, records));
    }
    page.gap();
    for line in detail.lines.iter().rev() {
        let seconds = line.at_ms as f64 / 1000.0;
        let number = format!("#{}", line.seq);
        let cause = line.cause.map_or(String::new(), |cause| format!("  [caused by #{cause}]"));
        let is_loss = line.text.starts_with("DATA LOSS");
        let style = if is_loss { CellStyle::Level(Level::Bad) } else { CellStyle::Plain };
        page.add(style, format!("{seconds:>9.3}  {number:>6}  {}{cause}", line.text));
    }
    page
}

/// What a partition has lost: when, which offsets and at which event, as far as that is known.
fn loss_line(app: &App, at: usize, records: &PartitionRecords) -> String {
    let name = app.cluster().filter(|cluster| at < cluster.partitions.len());
    let name = name.map_or("?".into(), |cluster| cluster.partition_name(PartitionIx(at as u32)));
    let lost = plural(records.lost as usize, "acknowledged record");
    let text = format!("LOST {lost} of {name}");
    match records.losses.first() {
        None => format!("{text}: no replica that may lead has them"),
        Some(loss) => {
            let offsets = loss.offsets.first().zip(loss.offsets.last());
            let offsets = offsets.map_or(String::new(), |(first, last)| {
                format!(", from offsets {} to {}", human_count(first.start), human_count(last.end - 1))
            });
            format!("{text}{offsets}, at {:.3} s (#{})", loss.at_ms as f64 / 1000.0, loss.seq)
        }
    }
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
