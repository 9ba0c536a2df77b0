//! Figures along time, and what happened meanwhile. The screen draws them; as rows they are copied.
//!
//! ```text
//! ─8 Time─last 60.0 s────────────────────────────────────────────
//! >acked/s       1,012 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▂▂▂▂▂▂▂▂█▇▇▇▇▇
//!  LOST              4 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁████████
//!  under-repl.      14 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁████████
//!                                    !        x
//!  x  15.9 s  LOST 4 acked records of orders-2
//! ```

use super::declaration::{Height, LIST, PaneDeclaration, Picture, Place};
use crate::app::cell::{left, right};
use crate::app::{App, Cell, CellStyle, RowKey, Series};
use crate::model::human_count;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Time",
    go_to: "Go to the figures along time.",
    place: Place::Cluster(Height::Strip),
    columns: &[left("figure", 11, 11, 0), right("now", 9, 15, 0)],
    count: |app| app.time_series().count(),
    cells: |app, item| series(app, item).map_or_else(Vec::new, |series| cells(app, series)),
    text: |app, item, text| text.push_str(series(app, item).map_or("", |series| series.name)),
    key: |app, item| Some(RowKey::named(series(app, item)?.name)),
    placeholder,
    about: |app| app.cluster().map(|_| app.time_about()),
    picture: Some(Picture::TimeLine),
    ..LIST
};

fn series(app: &App, item: u32) -> Option<&'static Series> {
    app.time_series().nth(item as usize)
}

fn cells(app: &App, series: &Series) -> Vec<Cell> {
    let value = app.time_sample().and_then(|sample| series.of(&sample));
    let style = match (value, series.level) {
        (None, _) => CellStyle::Unknown,
        (Some(value), Some(level)) if value > 0.0 => CellStyle::Level(level),
        _ => CellStyle::Plain,
    };
    let text = value.map_or("?".into(), |value| {
        if value.fract() == 0.0 || value >= 100.0 { human_count(value as i64) } else { format!("{value:.1}") }
    });
    vec![Cell::new(CellStyle::Plain, series.name), Cell::new(style, text)]
}

fn placeholder(app: &App) -> Option<Cell> {
    let none = || Cell::new(CellStyle::Muted, "nothing was measured yet");
    (LIST.placeholder)(app).or_else(|| app.time_samples().is_empty().then(none))
}
