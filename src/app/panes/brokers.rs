//! Brokers by rack.
//!
//! ```text
//! ─1 Brokers─────────────────────────────────────────
//!  rack  broker  leaders followers lagging state
//!  a          1        4         8       0 • OK
//! >b          2        4         8       0 • OK
//!  c          3        0        12      12 x DOWN 12.0 s
//! ```

use super::declaration::{LIST, PaneDeclaration};
use crate::app::cell::{left, right};
use crate::app::drill_down::add_settings;
use crate::app::page::MOST_LINKS;
use crate::app::sort::as_they_come;
use crate::app::{App, Cell, CellStyle, Item, Level, Page, RowKey, SortOrder};
use crate::consequences::restart;
use crate::model::{BrokerId, BrokerStatus, Cluster, human_duration_ms, plural};
use std::cmp::Reverse;
use std::fmt::Write;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Brokers",
    go_to: "Go to the brokers.",
    columns: &[
        left("rack", 4, 13, 0),
        right("broker", 6, 6, 0),
        right("leaders", 7, 7, 0),
        right("followers", 9, 9, 2),
        right("lagging", 7, 7, 1),
        left("state", 12, 22, 0),
    ],
    count: |app| app.summary.brokers.len(),
    cells,
    text,
    orders: &[
        SortOrder { name: "rack", sort: by_rack },
        SortOrder { name: "id", sort: as_they_come },
        SortOrder { name: "leaders", sort: by_leaders },
    ],
    key: |app, item| Some(RowKey::numbered("", app.summary.brokers.get(item as usize)?.id.0)),
    page,
    ..LIST
};

fn level_of(state: BrokerStatus) -> Level {
    match state {
        BrokerStatus::Up => Level::Ok,
        BrokerStatus::Slow | BrokerStatus::Fenced | BrokerStatus::ShuttingDown | BrokerStatus::Paused => {
            Level::Warn
        }
        BrokerStatus::Silent | BrokerStatus::Refused | BrokerStatus::Down => Level::Bad,
    }
}

fn cells(app: &App, item: u32) -> Vec<Cell> {
    let Some(row) = app.summary.brokers.get(item as usize) else { return Vec::new() };
    let level = level_of(row.state);
    let mut state = row.state.word().to_string();
    if let (Some(since), Some(cluster), true) = (row.since, app.cluster(), row.state != BrokerStatus::Up) {
        let age = Some(cluster.taken_at - since).filter(|age| *age >= 0);
        state.extend(age.map(|age| format!(" {}", human_duration_ms(age))));
    }
    let rack = match &row.rack {
        None => Cell::new(CellStyle::Unknown, "?"),
        Some(None) => Cell::new(CellStyle::Muted, "-"),
        Some(Some(rack)) => Cell::new(CellStyle::Plain, rack.to_string()),
    };
    let lagging = if row.out_of_sync > 0 { CellStyle::Level(Level::Warn) } else { CellStyle::Muted };
    vec![
        rack,
        Cell::new(CellStyle::Strong, row.id.to_string()),
        Cell::count(CellStyle::Plain, i64::from(row.leaders)),
        Cell::count(CellStyle::Plain, i64::from(row.followers)),
        Cell::count(lagging, i64::from(row.out_of_sync)),
        Cell::new(CellStyle::Status(level), state),
    ]
}

/// What klever's own probe says of a broker that the cluster calls alive.
fn seen_by_klever(state: BrokerStatus) -> Option<&'static str> {
    match state {
        BrokerStatus::Slow => Some("it has not answered klever for a second"),
        BrokerStatus::Silent => {
            Some("it has not answered klever for three seconds: it hangs, or the network does")
        }
        BrokerStatus::Refused => {
            Some("klever gets no connection: its process has ended, or it is not reached from here")
        }
        BrokerStatus::Up
        | BrokerStatus::Fenced
        | BrokerStatus::ShuttingDown
        | BrokerStatus::Paused
        | BrokerStatus::Down => None,
    }
}

fn text(app: &App, item: u32, text: &mut String) {
    let Some(broker) = app.summary.brokers.get(item as usize) else { return };
    let rack = broker.rack.as_ref().and_then(|rack| rack.as_deref()).unwrap_or_default();
    let _ = write!(text, "{} {rack} {}", broker.id, broker.state.word());
}

fn by_rack(app: &App, rows: &mut [u32]) {
    let brokers = &app.summary.brokers;
    rows.sort_by(|a, b| brokers[*a as usize].rack.cmp(&brokers[*b as usize].rack));
}

fn by_leaders(app: &App, rows: &mut [u32]) {
    rows.sort_by_key(|item| Reverse(app.summary.brokers[*item as usize].leaders));
}

fn page(app: &App, item: u32) -> Option<Page> {
    let (row, cluster) = (app.summary.brokers.get(item as usize)?, app.cluster()?);
    let broker = cluster.broker(row.id)?;
    let mut page = Page::new(format!("Broker {}", row.id));
    page.add_cells(PANE.columns, cells(app, item));
    page.add(CellStyle::Plain, format!("{:<11} {}:{}", "address", broker.host, broker.port));
    if let Some(seen) = seen_by_klever(row.state) {
        page.add(CellStyle::Level(level_of(row.state)), seen);
        if !row.state.answers() {
            page.add(
                CellStyle::Plain,
                "the cluster calls it alive; what it leads is marked until others lead it",
            );
        }
    }
    page.gap();
    if cluster.is_up(row.id) {
        let verdict = restart(cluster, row.id);
        let (level, word) = Level::of_restart(verdict.verdict);
        page.add(CellStyle::Strong, "If it is restarted");
        page.add(CellStyle::Level(level), format!("{word}: {}", verdict.headline()));
        page.gap();
    }
    add_settings(&mut page, &broker.config);
    add_topics(&mut page, cluster, row.id);
    Some(page)
}

/// The topics of which it has replicas.
fn add_topics(page: &mut Page, cluster: &Cluster, id: BrokerId) {
    let mut counts = vec![(0_u32, 0_u32); cluster.topics.len()];
    for partition in cluster.partitions.iter().filter(|one| one.replicas().contains(&id)) {
        let (leads, follows) = &mut counts[partition.topic().at()];
        *if partition.leader() == Some(id) { leads } else { follows } += 1;
    }
    let mut topics: Vec<_> =
        cluster.topics.iter().zip(counts).filter(|(_, (leads, follows))| leads + follows > 0).collect();
    topics.sort_by_key(|(topic, _)| topic.internal);
    page.gap();
    page.add(CellStyle::Strong, "Topics on it");
    if topics.is_empty() {
        page.add(CellStyle::Muted, "none");
    }
    for (topic, (leads, follows)) in topics.iter().take(MOST_LINKS) {
        let all = plural(topic.count as usize, "partition");
        let text = format!("{}  leads {leads}, follows {follows} of {all}", topic.name);
        page.add_link(CellStyle::Plain, text, Item::Topic(topic.name.clone()));
    }
    page.add_rest(topics.len());
}
