//! Consumer groups: their lag, whether it grows, and when they have caught up.
//!
//! ```text
//! ─3 Groups────────────────────────────────────────────────────
//!  group           state         members       lag   change ETA       trend
//! >billing         • stable            3    12,345    -50/s 4m06s     ▇▇▆▅▅▄
//!  audit           i empty             0 no commit        - -
//!  search (share)  • stable            1      x 10        - beyond end
//! ```
//!
//! What retention has deleted unread is no lag, and a commit beyond the end of the log has none: both are said.

use super::declaration::{Height, LIST, PaneDeclaration, Place};
use crate::app::cell::{left, name, right};
use crate::app::filter::any_word;
use crate::app::page::MOST_LINKS;
use crate::app::sort::as_they_come;
use crate::app::{App, Cell, CellStyle, Field, FieldTest, GroupRow, Item, Level, Page, RowKey, SortOrder};
use crate::model::{
    Cluster, Group, GroupOffset, GroupState, Lag, about, human_count, human_duration_ms, plural,
};
use std::cmp::Reverse;

/// Below so many records a second a lag neither grows nor shrinks.
const STEADY_PER_S: f64 = 0.5;

/// The widest that the last column gets.
const ETA_COLUMNS: usize = 10;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Groups",
    go_to: "Go to the consumer groups and their lag.",
    place: Place::Cluster(Height::RowsOrMost),
    columns: &[
        name("group", 9, 40, 0),
        left("state", 13, 14, 0),
        right("members", 7, 7, 2),
        right("lag", 9, 15, 0),
        right("change", 8, 10, 1),
        left("ETA", 9, ETA_COLUMNS as u16, 3),
        left("trend", 8, 32, 4),
    ],
    count: |app| app.summary.groups.len(),
    cells,
    text: |app, item, text| {
        if let Some(group) = group(app, item) {
            text.push_str(&group.id);
        }
    },
    fields: &[
        Field { name: "lag", test: FieldTest::Number(records_behind) },
        Field {
            name: "members",
            test: FieldTest::Number(|app, item| Some(group(app, item)?.members?.into())),
        },
        Field { name: "state", test: FieldTest::Word(any_word, is_in_state) },
        Field { name: "type", test: FieldTest::Word(any_word, is_of_type) },
    ],
    filter_help: "word !word lag>1000 state:empty",
    orders: &[
        SortOrder { name: "name", sort: as_they_come },
        SortOrder { name: "lag", sort: by_lag },
        SortOrder { name: "growth", sort: by_growth },
    ],
    key: |app, item| Some(RowKey::named(group(app, item)?.id.clone())),
    page,
    placeholder,
    ..LIST
};

fn group(app: &App, item: u32) -> Option<&GroupRow> {
    app.summary.groups.get(item as usize)
}

fn records_behind(app: &App, item: u32) -> Option<i64> {
    match group(app, item)?.lag {
        Lag::Records(records) | Lag::AtLeast(records) => Some(records),
        Lag::NoCommit | Lag::Unknown => None,
    }
}

fn is_in_state(app: &App, item: u32, word: &str) -> bool {
    group(app, item).is_some_and(|group| group.state.word().starts_with(&word.to_lowercase()))
}

fn is_of_type(app: &App, item: u32, word: &str) -> bool {
    group(app, item).is_some_and(|group| group.protocol.starts_with(&word.to_lowercase()))
}

fn by_lag(app: &App, rows: &mut [u32]) {
    rows.sort_by_key(|item| Reverse(lag_rank(app.summary.groups[*item as usize].lag)));
}

/// What is not known comes after what is.
fn lag_rank(lag: Lag) -> i64 {
    match lag {
        Lag::Records(records) | Lag::AtLeast(records) => records,
        Lag::NoCommit => -1,
        Lag::Unknown => -2,
    }
}

fn by_growth(app: &App, rows: &mut [u32]) {
    let growth = |item: &u32| app.summary.groups[*item as usize].growth_per_s.unwrap_or(f64::NEG_INFINITY);
    rows.sort_by(|a, b| growth(b).total_cmp(&growth(a)));
}

fn placeholder(app: &App) -> Option<Cell> {
    let Some(cluster) = app.cluster() else { return Some(super::declaration::no_cluster()) };
    match cluster.groups.reason() {
        Some(reason) => Some(Cell::new(CellStyle::Unknown, format!("? groups: {reason}"))),
        None if app.summary.groups.is_empty() => Some(none_seen(cluster)),
        None => None,
    }
}

/// That there are none is known only where none can be hidden.
fn none_seen(cluster: &Cluster) -> Cell {
    match cluster.completeness().groups.reason() {
        Some(reason) => Cell::new(CellStyle::Unknown, format!("? no groups were seen; {reason}")),
        None => Cell::new(CellStyle::Muted, "no groups"),
    }
}

fn cells(app: &App, item: u32) -> Vec<Cell> {
    let Some(row) = group(app, item) else { return Vec::new() };
    let state = match row.state {
        GroupState::Stable => Level::Ok,
        GroupState::Unknown => Level::Unknown,
        GroupState::Empty | GroupState::Dead => Level::Notice,
        GroupState::PreparingRebalance
        | GroupState::CompletingRebalance
        | GroupState::Assigning
        | GroupState::Reconciling
        | GroupState::NotReady => Level::Warn,
    };
    vec![
        Cell::new(CellStyle::Plain, named_with_type(row)),
        Cell::new(CellStyle::Status(state), row.state.word()),
        Cell::known(row.members.map(|members| members.to_string())),
        match row.lag {
            Lag::Records(records) => Cell::count(lag_style(row), records),
            Lag::AtLeast(records) => Cell::new(lag_style(row), at_least(records))
                .or(about(records).map(|about| format!("{about}+"))),
            Lag::NoCommit => Cell::new(CellStyle::Muted, "no commit"),
            Lag::Unknown => Cell::new(CellStyle::Unknown, "?"),
        },
        match row.growth_per_s {
            Some(growth) => Cell::new(CellStyle::Plain, format!("{growth:+.0}/s")),
            None => Cell::new(CellStyle::Muted, "-"),
        },
        eta(row),
        trend(app, row),
    ]
}

/// The lag as it was, in bars up to the highest.
fn trend(app: &App, row: &GroupRow) -> Cell {
    let highest = app.lags.trend(&row.id).flatten().max().unwrap_or(0);
    let bars = app.lags.trend(&row.id).map(|lag| Some(percent(lag?, highest)));
    Cell::bars(CellStyle::Muted, bars.collect())
}

/// What there is, is never rounded to nothing.
fn percent(lag: i64, highest: i64) -> u8 {
    if lag <= 0 {
        return 0;
    }
    (i128::from(lag) * 100 / i128::from(highest.max(1))).clamp(1, 100) as u8
}

/// Its name, and its type where that is none of a usual consumer.
fn named_with_type(row: &GroupRow) -> String {
    match &*row.protocol {
        "" | "classic" | "consumer" => row.id.to_string(),
        other => format!("{} ({other})", row.id),
    }
}

/// How many were deleted unread, as far as there is room: a number that is cut is a wrong number.
fn lost(records: i64) -> String {
    let text = format!("{} lost", human_count(records));
    if text.len() <= ETA_COLUMNS { text } else { "many lost".into() }
}

/// Records that are gone, or a commit beyond the end, are marked: the lag alone would look well.
fn lag_style(row: &GroupRow) -> CellStyle {
    if row.is_beyond_end || row.deleted > 0 { CellStyle::Status(Level::Bad) } else { CellStyle::Strong }
}

/// When the lag is gone, if it goes on as it does; where it says nothing, what is wrong.
fn eta(row: &GroupRow) -> Cell {
    if row.is_beyond_end {
        return Cell::new(CellStyle::Level(Level::Bad), "beyond end");
    }
    if row.deleted > 0 {
        return Cell::new(CellStyle::Level(Level::Bad), lost(row.deleted));
    }
    match (row.lag, row.growth_per_s) {
        (Lag::Records(0), _) => Cell::new(CellStyle::Muted, "caught up"),
        (Lag::Records(records), Some(growth)) if growth < -STEADY_PER_S => {
            Cell::new(CellStyle::Plain, human_duration_ms((records as f64 * 1000.0 / -growth) as i64))
        }
        (Lag::Records(_), Some(growth)) if growth > STEADY_PER_S => {
            Cell::new(CellStyle::Level(Level::Warn), "growing")
        }
        (Lag::Records(_), Some(_)) => Cell::new(CellStyle::Muted, "holding"),
        (Lag::Records(_), None) | (Lag::NoCommit | Lag::Unknown | Lag::AtLeast(_), _) => {
            Cell::new(CellStyle::Muted, "-")
        }
    }
}

/// A lower bound, as short as the column needs it.
fn at_least(records: i64) -> String {
    format!("{}+", human_count(records))
}

fn page(app: &App, item: u32) -> Option<Page> {
    let (row, cluster) = (group(app, item)?, app.cluster()?);
    let group = cluster.groups.get()?.iter().find(|group| group.id == row.id)?;
    let mut page = Page::new(format!("Group {}", row.id));
    page.add_cells(PANE.columns, cells(app, item));
    if let Lag::AtLeast(records) = row.lag {
        let records = plural(records as usize, "record");
        page.add(CellStyle::Unknown, format!("at least {records} behind: some partitions were not read"));
    }
    add_members(&mut page, group);
    page.gap();
    match group.offsets.reason() {
        Some(reason) => page.add(CellStyle::Unknown, format!("offsets: {reason}")),
        None => {
            page.add(CellStyle::Strong, "Lag by partition");
            let offsets = group.offsets.get()?;
            for offset in offsets.iter().take(MOST_LINKS) {
                let (style, text) = lag_line(cluster, group, offset);
                page.add_link(style, text, Item::Partition(cluster.partition_name(offset.partition)));
            }
            page.add_rest(offsets.len());
        }
    }
    Some(page)
}

fn add_members(page: &mut Page, group: &Group) {
    page.gap();
    let Some(members) = group.members.get() else {
        let reason = group.members.reason().map_or_else(String::new, ToString::to_string);
        return page.add(CellStyle::Unknown, format!("members: {reason}"));
    };
    page.add(CellStyle::Strong, "Members");
    if members.is_empty() {
        page.add(CellStyle::Muted, "none");
    }
    for (at, member) in members.iter().enumerate().take(MOST_LINKS) {
        let partitions = plural(member.assigned.len(), "partition");
        let text = format!("{:>3}  {}  {}  {partitions}", at + 1, member.client_id, member.host);
        page.add_link(CellStyle::Plain, text, Item::Member(group.id.clone(), at));
    }
    page.add_rest(members.len());
}

/// The lag of one partition, and what it does not say.
pub(in crate::app) fn lag_line(
    cluster: &Cluster,
    group: &Group,
    offset: &GroupOffset,
) -> (CellStyle, String) {
    let beyond_end = cluster.beyond_end(group, offset);
    let lag = match cluster.lag_of(group, offset) {
        Lag::Records(_) if beyond_end.is_some() => "?".into(),
        Lag::Records(records) => human_count(records),
        Lag::AtLeast(records) => at_least(records),
        Lag::NoCommit => "no commit".into(),
        Lag::Unknown => "?".into(),
    };
    let line = format!("{lag:>12}  {}", cluster.partition_name(offset.partition));
    if group.has_not_begun(offset) {
        return (CellStyle::Muted, format!("{line}  no start offset yet: share.auto.offset.reset decides"));
    }
    if let (Some(ahead), Some(committed)) = (beyond_end, offset.committed) {
        let (committed, end) = (human_count(committed), human_count(committed - ahead));
        return (
            CellStyle::Level(Level::Bad),
            format!("{line}  committed {committed}, the log ends at {end}"),
        );
    }
    match cluster.deleted_unread(offset) {
        Some(deleted) => {
            (CellStyle::Level(Level::Bad), format!("{line}  {} deleted unread", human_count(deleted)))
        }
        None => (CellStyle::Plain, line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Filter, Origin, Start};

    /// An application that shows one group.
    fn showing(lag: Lag) -> App {
        let mut app = App::new(Start::new(Origin::Live("prod".into()))).unwrap();
        app.summary.groups.push(GroupRow {
            id: "billing".into(),
            state: GroupState::Empty,
            protocol: "classic".into(),
            members: Some(0),
            lag,
            deleted: 0,
            is_beyond_end: false,
            growth_per_s: None,
        });
        app
    }

    fn passes(app: &App, filter: &str) -> bool {
        let filter = Filter::parse(filter, PANE.fields).unwrap();
        !filter.passing(app, 0..1, PANE.text).is_empty()
    }

    #[test]
    fn a_lag_that_looks_well_is_marked() {
        let marked = |change: fn(&mut GroupRow)| {
            let mut app = showing(Lag::Records(10));
            change(&mut app.summary.groups[0]);
            let cells = cells(&app, 0);
            (cells[3].style, cells[5].text.clone())
        };
        let bad = CellStyle::Status(Level::Bad);
        assert_eq!(marked(|_| {}), (CellStyle::Strong, "-".into()));
        assert_eq!(marked(|row| row.is_beyond_end = true), (bad, "beyond end".into()));
        assert_eq!(marked(|row| row.deleted = 400), (bad, "400 lost".into()));
        assert_eq!(marked(|row| row.deleted = 12_345_678), (bad, "many lost".into()));
    }

    #[test]
    fn a_small_lag_is_no_bar_of_none() {
        assert_eq!([percent(0, 5_000), percent(1, 5_000), percent(5_000, 5_000)], [0, 1, 100]);
        assert_eq!([percent(0, 0), percent(i64::MAX, i64::MAX)], [0, 100]);
    }

    #[test]
    fn groups_are_found_by_lag() {
        let app = showing(Lag::Records(1500));
        assert!(passes(&app, "bill lag>1,000 state:empty members=0 type:classic"));
        assert!(!passes(&app, "type:share"));
        let mut share = showing(Lag::Records(5));
        share.summary.groups[0].protocol = "share".into();
        assert!(passes(&share, "type:share"));
        assert_eq!((&*cells(&share, 0)[0].text, &*cells(&app, 0)[0].text), ("billing (share)", "billing"));
        assert!(!passes(&app, "lag<1000"));
        assert!(passes(&app, "!lag<1000"));
        let partly = showing(Lag::AtLeast(1500));
        assert!(passes(&partly, "lag>1000"));
        assert_eq!(cells(&partly, 0)[3].text, "1,500+", "some partitions were not read");
        assert!(!passes(&showing(Lag::Unknown), "lag>0"), "what is not known is not above zero");
    }
}
