//! The replicas of the selected partition as logs. The screen draws them; as rows they are copied and opened.
//!
//! ```text
//! ─7 Log─orders-2, at the loss, 15.9 s───────────────────────────
//!  broker        650       660     log end      HW  flushed epoch
//!  producer      ••••••••••xxxx
//!  1 DOWN        █▓▓▓▓▓▓▓▓▓▓▓▓▓        663     659      640     0
//! >2 leader      █▓▓▓▓▓▓▓▓▓┃xxx        659     659      640     1
//!  x 4 acked records LOST: offsets 659 to 662
//! ```

use super::declaration::{Height, LIST, PaneDeclaration, Picture, Place};
use crate::app::cell::{left, right};
use crate::app::{App, Cell, CellStyle, Level, Page, RowKey};
use crate::model::{human_count, human_duration_ms};
use crate::report::{LifeStepKind, LogMoment, RecordLife, ReplicaLog, ReplicaRole};

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Log",
    go_to: "Go to the logs of the selected partition's replicas.",
    place: Place::Cluster(Height::Picture),
    columns: &[
        right("broker", 6, 6, 0),
        left("role", 11, 16, 0),
        right("log end", 9, 15, 0),
        right("high watermark", 9, 15, 0),
        right("flushed", 9, 15, 0),
        right("epoch", 5, 6, 0),
    ],
    count: |app| app.logs().map_or(0, |logs| logs.replicas.len()),
    cells: |app, item| replica(app, item).map_or_else(Vec::new, cells),
    text: |app, item, text| {
        if let Some(replica) = replica(app, item) {
            text.push_str(role_words(replica));
        }
    },
    key: |app, item| Some(RowKey::numbered("", replica(app, item)?.broker.0)),
    page,
    about,
    picture: Some(Picture::Logs),
    ..LIST
};

fn replica(app: &App, item: u32) -> Option<&ReplicaLog> {
    app.logs()?.replicas.get(item as usize)
}

fn role_words(replica: &ReplicaLog) -> &'static str {
    match (replica.is_down, replica.role) {
        (true, ReplicaRole::Leader) => "leader, DOWN",
        (true, _) => "DOWN",
        (false, ReplicaRole::Leader) => "leader",
        (false, ReplicaRole::InSync) => "in sync",
        (false, ReplicaRole::OutOfSync) => "out of sync",
    }
}

fn cells(replica: &ReplicaLog) -> Vec<Cell> {
    let epoch = replica.epochs.as_ref().map(|epochs| epochs.last().map_or(-1, |(epoch, _)| *epoch));
    vec![
        Cell::new(CellStyle::Strong, replica.broker.to_string()),
        Cell::new(CellStyle::Plain, role_words(replica)),
        Cell::known_count(replica.log_end),
        Cell::known_count(replica.high_watermark),
        Cell::known_count(replica.flushed),
        Cell::known(epoch.map(|epoch| epoch.to_string())),
    ]
}

/// Which partition, and when.
fn about(app: &App) -> Option<String> {
    let logs = app.logs()?;
    Some(match logs.moment {
        LogMoment::Now => logs.partition.clone(),
        LogMoment::Loss(at_ms) => format!("{}, at the loss, {:.1} s", logs.partition, at_ms as f64 / 1000.0),
    })
}

fn page(app: &App, item: u32) -> Option<Page> {
    let (logs, replica) = (app.logs()?, replica(app, item)?);
    let mut page = Page::new(format!("Log of {} on broker {}", logs.partition, replica.broker));
    page.add_cells(PANE.columns, cells(replica));
    page.gap();
    match &replica.epochs {
        None => page.add(CellStyle::Unknown, "leader epochs  ? only the simulator sees them"),
        Some(epochs) => {
            let starts: Vec<String> =
                epochs.iter().map(|(epoch, start)| format!("{epoch} from {}", human_count(*start))).collect();
            page.add(CellStyle::Plain, format!("leader epochs  {}", starts.join(", ")));
        }
    }
    if let Some(cut) = replica.cut {
        let at = human_duration_ms(cut.at_ms);
        let text = format!("cut            from {} to {} at {at}", cut.from, cut.to);
        page.add(CellStyle::Level(Level::Warn), text);
    }
    if let Some(life) = &logs.life {
        add_life(&mut page, life);
    }
    Some(page)
}

/// The life of a record, a step a line.
fn add_life(page: &mut Page, life: &RecordLife) {
    page.gap();
    let which = if life.is_lost { "The first lost record" } else { "The record acknowledged last" };
    page.add(CellStyle::Heading, which);
    for step in &life.steps {
        let at = step.at_ms.map_or(String::new(), |at| format!("{:.3} s", at as f64 / 1000.0));
        let style = match step.kind {
            LifeStepKind::Passed => CellStyle::Plain,
            LifeStepKind::Lost => CellStyle::Level(Level::Bad),
            LifeStepKind::Cause => CellStyle::Muted,
        };
        page.add(style, format!("{at:>11}  {:<10}  {}", step.label, step.text));
    }
}
