//! What a row of a pane says, cell by cell, without colours or widths: the screen paints it, the clipboard copies it.

use crate::app::{App, Health, KnobRow, Level, Pane, Under};
use crate::model::{BrokerState, GroupState, Lag, PartitionIx, human_count, human_duration_ms};
use std::cmp::Ordering;
use std::fmt::Write;

/// How a cell is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    Plain,
    Strong,
    Muted,
    /// Good or bad; the mark goes before it.
    Status(Level),
    /// Good or bad, without a mark.
    Level(Level),
    /// Moved by a knob.
    Changed,
    /// As it was before.
    Was,
    Better,
    Worse,
    Unknown,
    /// The title of a section.
    Heading,
}

/// A text and how it is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    pub text: String,
    /// How it is meant.
    pub look: Look,
}

impl Cell {
    /// A text with its meaning.
    pub fn new(look: Look, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), look }
    }

    /// What is not known is shown as such, never as a zero.
    fn known(value: Option<impl Into<String>>) -> Cell {
        match value {
            Some(value) => Cell::new(Look::Plain, value),
            None => Cell::new(Look::Unknown, "?"),
        }
    }
}

/// On which side a column lines up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
}

/// A column of a pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    pub title: &'static str,
    /// On which side it lines up.
    pub align: Align,
    /// Columns that it takes at least.
    pub min: u16,
    /// Columns that it can use; more go to nobody.
    pub max: u16,
    /// The larger, the earlier it is left out on a narrow screen; 0 never.
    pub drop: u8,
    /// Whether it is a name, of which both ends tell.
    pub names: bool,
}

pub(super) const fn left(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { title, align: Align::Left, min, max, drop, names: false }
}

const fn name(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { names: true, ..left(title, min, max, drop) }
}

pub(super) const fn right(title: &'static str, min: u16, max: u16, drop: u8) -> Column {
    Column { title, align: Align::Right, min, max, drop, names: false }
}

/// The columns of a pane.
pub fn columns(pane: Pane) -> &'static [Column] {
    match pane {
        Pane::Topology => {
            const {
                &[
                    left("rack", 4, 14, 0),
                    right("broker", 6, 6, 0),
                    right("leads", 6, 7, 0),
                    right("follows", 7, 7, 2),
                    right("behind", 6, 6, 1),
                    left("state", 10, 22, 0),
                ]
            }
        }
        Pane::Partitions => {
            const {
                &[
                    name("partition", 12, 40, 0),
                    left("lead", 4, 5, 0),
                    left("replicas", 9, 24, 0),
                    left("isr", 5, 8, 2),
                    right("offset", 9, 15, 3),
                    left("state", 12, 14, 0),
                ]
            }
        }
        Pane::Groups => {
            const {
                &[
                    name("group", 10, 40, 0),
                    left("state", 11, 12, 0),
                    right("members", 7, 7, 2),
                    right("lag", 9, 15, 0),
                    right("per s", 8, 10, 1),
                    left("drained in", 10, 10, 3),
                ]
            }
        }
        Pane::Knobs => {
            const { &[left("", 8, 8, 1), name("knob", 16, 38, 0), name("now", 9, 18, 0), left("was", 9, 14, 0)] }
        }
        Pane::Consequences => {
            const { &[left("", 19, 24, 0), left("now", 13, 26, 0), left("was", 19, 30, 1)] }
        }
        Pane::Warnings => {
            const {
                &[
                    left("severity", 10, 10, 0),
                    left("rule", 18, 30, 0),
                    name("about", 12, 30, 0),
                    left("evidence", 10, 200, 1),
                ]
            }
        }
    }
}

/// The cells of an item of a pane, one for each of its [`columns`].
pub fn cells(app: &App, pane: Pane, item: u32) -> Vec<Cell> {
    match pane {
        Pane::Topology => broker(app, item),
        Pane::Partitions => partition(app, PartitionIx(item)),
        Pane::Groups => group(app, item),
        Pane::Knobs => app.knob_rows().get(item as usize).map_or_else(Vec::new, knob),
        Pane::Consequences => consequence(app, item),
        Pane::Warnings => warning(app, item),
    }
}

fn broker(app: &App, item: u32) -> Vec<Cell> {
    let Some(row) = app.facts.brokers.get(item as usize) else { return Vec::new() };
    let level = match row.state {
        BrokerState::Up => Level::Ok,
        BrokerState::Fenced | BrokerState::ShuttingDown | BrokerState::Paused => Level::Warn,
        BrokerState::Down => Level::Bad,
    };
    let mut state = row.state.word().to_string();
    if let (Some(since), Some(cluster), true) = (row.since, app.cluster(), row.state != BrokerState::Up) {
        let _ = write!(state, " {}", human_duration_ms((cluster.taken_at - since).max(0)));
    }
    let rack = match &row.rack {
        None => Cell::new(Look::Unknown, "?"),
        Some(None) => Cell::new(Look::Muted, "-"),
        Some(Some(rack)) => Cell::new(Look::Plain, rack.to_string()),
    };
    let behind = if row.out_of_sync > 0 { Look::Level(Level::Warn) } else { Look::Muted };
    vec![
        rack,
        Cell::new(Look::Strong, row.id.to_string()),
        Cell::new(Look::Plain, human_count(i64::from(row.leads))),
        Cell::new(Look::Plain, human_count(i64::from(row.follows))),
        Cell::new(behind, human_count(i64::from(row.out_of_sync))),
        Cell::new(Look::Status(level), state),
    ]
}

fn partition(app: &App, ix: PartitionIx) -> Vec<Cell> {
    let Some(cluster) = app.cluster() else { return Vec::new() };
    let view = cluster.partitions.view(ix);
    let health = app.facts.health_of(cluster, ix);
    let mut strip = String::from("[");
    for id in view.replicas() {
        let gap = if strip.len() > 1 { " " } else { "" };
        let _ = if view.in_isr(*id) { write!(strip, "{gap}{id}") } else { write!(strip, "{gap}.") };
    }
    strip.push(']');
    let full = view.isr_len() == view.replicas().len();
    let min = app.facts.min_isr(cluster, ix).map_or("?".into(), |min| min.to_string());
    vec![
        Cell::new(Look::Plain, cluster.partition_name(ix)),
        match view.leader() {
            Some(id) => Cell::new(Look::Plain, format!("L{id}")),
            None => Cell::new(Look::Level(Level::Bad), "none"),
        },
        Cell::new(if full { Look::Plain } else { Look::Level(Level::Warn) }, strip),
        Cell::new(Look::Plain, format!("{}/{min}", view.isr_len())),
        Cell::known(view.high_watermark().map(human_count)),
        Cell::new(Look::Status(health.level()), health.word()),
    ]
}

fn group(app: &App, item: u32) -> Vec<Cell> {
    let Some(row) = app.facts.groups.get(item as usize) else { return Vec::new() };
    let state = match row.state {
        GroupState::Stable => Level::Ok,
        GroupState::Unknown => Level::Unknown,
        GroupState::Empty | GroupState::Dead => Level::Notice,
        _ => Level::Warn,
    };
    let (lag, growth) = (row.lag, row.growth_per_s);
    let drained = match (lag, growth) {
        (Lag::Records(0), _) => Cell::new(Look::Muted, "drained"),
        (Lag::Records(records), Some(growth)) if growth < -0.5 => {
            Cell::new(Look::Plain, human_duration_ms((records as f64 * 1000.0 / -growth) as i64))
        }
        (Lag::Records(_), Some(growth)) if growth > 0.5 => Cell::new(Look::Level(Level::Warn), "never"),
        (Lag::Records(_), Some(_)) => Cell::new(Look::Muted, "steady"),
        _ => Cell::new(Look::Muted, "-"),
    };
    vec![
        Cell::new(Look::Plain, row.id.to_string()),
        Cell::new(Look::Status(state), row.state.word()),
        Cell::known(row.members.map(|members| members.to_string())),
        match lag {
            Lag::Records(records) => Cell::new(Look::Strong, human_count(records)),
            Lag::NoCommit => Cell::new(Look::Muted, "no commit"),
            Lag::Unknown => Cell::new(Look::Unknown, "?"),
        },
        match growth {
            Some(growth) => Cell::new(Look::Plain, format!("{growth:+.0}")),
            None => Cell::new(Look::Muted, "-"),
        },
        drained,
    ]
}

fn knob(row: &KnobRow) -> Vec<Cell> {
    let changed = row.is_changed();
    let now = match &row.now {
        Ok(value) if changed => Cell::new(Look::Changed, value.to_string()),
        Ok(value) => Cell::new(Look::Plain, value.to_string()),
        Err(_) => Cell::new(Look::Unknown, "?"),
    };
    let was = match &row.was {
        Ok(value) if changed => format!("({value})"),
        Err(_) if changed => "(?)".into(),
        _ => String::new(),
    };
    let was = match row.what_if {
        Some(_) if changed => format!("~ {was}"),
        Some(_) => "~ what if".into(),
        None => was,
    };
    let name = if changed { Look::Strong } else { Look::Plain };
    vec![
        Cell::new(Look::Muted, row.knob.scope.word()),
        Cell::new(name, row.knob.name),
        now,
        Cell::new(Look::Was, was),
    ]
}

fn consequence(app: &App, item: u32) -> Vec<Cell> {
    let rows = app.judgement().map_or(&[][..], |judgement| &judgement.consequences);
    let Some(row) = rows.get(item as usize) else { return Vec::new() };
    let now = match (row.level, row.change) {
        (Level::Unknown, _) => Look::Unknown,
        (_, Ordering::Greater) => Look::Better,
        (_, Ordering::Less) => Look::Worse,
        (_, Ordering::Equal) => Look::Strong,
    };
    let was = row.was.as_ref().map_or(String::new(), |was| {
        let word = match row.change {
            Ordering::Greater => ", better",
            Ordering::Less => ", worse",
            Ordering::Equal => "",
        };
        format!("{was}{word}")
    });
    vec![
        Cell::new(Look::Status(row.level), row.label.clone()),
        Cell::new(now, row.now.clone()),
        Cell::new(Look::Was, was),
    ]
}

fn warning(app: &App, item: u32) -> Vec<Cell> {
    let rows = app.judgement().map_or(&[][..], |judgement| &judgement.warnings);
    let Some(row) = rows.get(item as usize) else { return Vec::new() };
    let (look, word) = match row.under {
        Under::Gone => (Look::Was, "gone".to_string()),
        Under::New => (Look::Status(row.level), format!("+{}", row.word)),
        Under::Both => (Look::Status(row.level), row.word.to_string()),
    };
    let text = if row.under == Under::Gone { Look::Was } else { Look::Plain };
    vec![
        Cell::new(look, word),
        Cell::new(if row.under == Under::Gone { Look::Was } else { Look::Strong }, row.rule),
        Cell::new(text, row.subject.clone()),
        Cell::new(Look::Muted, row.evidence.clone()),
    ]
}

/// A row as plain text.
pub(super) fn plain(app: &App, pane: Pane, item: u32) -> String {
    let texts = cells(app, pane, item).into_iter().map(|cell| cell.text).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" ")
}

/// All rows as a Markdown table, up to what a clipboard takes.
pub(super) fn markdown(app: &App, pane: Pane) -> String {
    const MAX_ROWS: usize = 1000;
    let titles: Vec<&str> = columns(pane).iter().map(|column| column.title).collect();
    let rules: Vec<&str> = titles.iter().map(|_| "---").collect();
    let mut table = format!("| {} |\n| {} |\n", titles.join(" | "), rules.join(" | "));
    for item in app.items(pane).iter().take(MAX_ROWS) {
        let cells = cells(app, pane, *item).into_iter().map(|cell| cell.text.replace('|', "\\|"));
        let _ = writeln!(table, "| {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    table
}

/// How many partitions are in trouble, in words, the worst first.
pub(crate) fn troubles(app: &App) -> Vec<(Level, String)> {
    let worth = Health::ALL.into_iter().filter(|health| health.level() >= Level::Warn);
    let counted = worth.map(|health| (health, app.facts.count(health))).filter(|(_, count)| *count > 0);
    counted
        .map(|(health, count)| {
            (health.level(), format!("{} {}", human_count(i64::from(count)), health.word()))
        })
        .collect()
}
