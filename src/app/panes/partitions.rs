//! Partitions: who leads, who is in sync, how well that is. Only rows in view are built.
//!
//! ```text
//! ─2 Partitions─/orders─12 rows──────────────────────────────
//!  partition    leader replicas  ISR min    offset state
//!  orders-0     1      1 2 (3)   2/3 2      12,345 ! AT MIN
//! >orders-1     2      2 (3) 1   2/3 2      12,101 ! AT MIN
//!  x 2 NO LEADER  ! 10 AT MIN
//! ```

use super::declaration::{Foot, FootText, Height, LIST, PaneDeclaration, Place};
use crate::app::cell::{left, name, right};
use crate::app::drill_down::add_groups;
use crate::app::filter::any_word;
use crate::app::{
    App, Cell, CellStyle, Field, FieldTest, Health, Item, Level, Page, Pane, RowKey, SortOrder,
};
use crate::model::{BrokerId, Cluster, PartitionIx, PartitionView, Unknown, human_count, plural};
use crate::report::open_transaction_words;
use std::cmp::Reverse;
use std::fmt::Write;

pub(super) const PANE: PaneDeclaration = PaneDeclaration {
    title: "Partitions",
    go_to: "Go to the partitions and their ISR.",
    place: Place::Cluster(Height::Rest),
    columns: &[
        name("partition", 11, 40, 0),
        left("leader", 6, 6, 0),
        left("replicas", 9, 24, 0),
        left("ISR", 3, 5, 2),
        left("min", 3, 3, 2),
        right("offset", 9, 15, 3),
        left("state", 13, 24, 0),
    ],
    count: |app| app.cluster().map_or(0, |cluster| cluster.partitions.len()),
    cells,
    text,
    fields: &[
        Field { name: "isr", test: FieldTest::Number(|app, item| Some(view(app, item)?.isr_len() as i64)) },
        Field {
            name: "rf",
            test: FieldTest::Number(|app, item| Some(view(app, item)?.replicas().len() as i64)),
        },
        Field { name: "min", test: FieldTest::Number(|app, item| min_isr(app, item).map(i64::from)) },
        Field {
            name: "leader",
            test: FieldTest::Number(|app, item| Some(i64::from(view(app, item)?.leader()?.0))),
        },
        Field { name: "hw", test: FieldTest::Number(|app, item| view(app, item)?.high_watermark()) },
        Field { name: "on", test: FieldTest::OneOf(has_replica_on) },
        Field { name: "topic", test: FieldTest::Word(any_word, is_of_topic) },
        Field { name: "is", test: FieldTest::Word(a_state, is_in_state) },
    ],
    filter_help: "word !word isr<min leader:1 on:1 is:at-min",
    orders: &[
        SortOrder { name: "name", sort: internal_last },
        SortOrder { name: "trouble", sort: by_trouble },
        SortOrder { name: "leader", sort: by_leader },
        SortOrder { name: "offset", sort: by_offset },
    ],
    key: |app, item| Some(RowKey::numbered(topic_of(app, item)?, view(app, item)?.number())),
    find: Some(find),
    page,
    placeholder,
    foot,
    hidden,
    ..LIST
};

/// As a filter names a partition that has lost acknowledged records.
const LOST: &str = "lost";

fn view(app: &App, item: u32) -> Option<PartitionView<'_>> {
    Some(app.cluster()?.partitions.view(PartitionIx(item)))
}

fn topic_of(app: &App, item: u32) -> Option<std::sync::Arc<str>> {
    Some(app.cluster()?.topic(view(app, item)?.topic()).name.clone())
}

fn min_isr(app: &App, item: u32) -> Option<u32> {
    app.summary.min_isr(app.cluster()?, PartitionIx(item))
}

fn health(app: &App, item: u32) -> Option<Health> {
    Some(app.summary.health_of(app.cluster()?, PartitionIx(item)))
}

fn find(app: &App, key: &RowKey) -> Option<u32> {
    let (_, topic) = app.cluster()?.topic_named(&key.name)?;
    let number = u32::try_from(key.number).ok().filter(|number| *number < topic.count)?;
    Some(topic.first + number)
}

fn text(app: &App, item: u32, text: &mut String) {
    let (Some(cluster), Some(partition)) = (app.cluster(), view(app, item)) else { return };
    let _ = write!(text, "{}-{}", cluster.topic(partition.topic()).name, partition.number());
}

fn has_replica_on(app: &App, item: u32, broker: i64) -> bool {
    view(app, item).is_some_and(|view| view.replicas().iter().any(|id| i64::from(id.0) == broker))
}

fn is_of_topic(app: &App, item: u32, topic: &str) -> bool {
    topic_of(app, item).is_some_and(|name| *name == *topic)
}

/// Whether it belongs to a topic of Kafka's own.
fn is_internal(app: &App, item: u32) -> bool {
    let topic = || Some(app.cluster()?.topic(view(app, item)?.topic()).internal);
    topic().unwrap_or(false)
}

/// Kafka's own topics are hidden until they are asked for, by the switch or by a filter that names one.
fn hidden(app: &App, item: u32) -> bool {
    !app.shows_internal && !app.filter(Pane::Partitions).text().contains("__") && is_internal(app, item)
}

fn placeholder(app: &App) -> Option<Cell> {
    let only_internal = || {
        let none = app.items(Pane::Partitions).is_empty() && app.filter(Pane::Partitions).is_empty();
        let there = app.cluster().is_some_and(|cluster| !cluster.partitions.is_empty());
        let text = format!("only internal topics here; {} shows them", app.keys_text("internal-topics"));
        (none && there).then(|| Cell::new(CellStyle::Muted, text))
    };
    (LIST.placeholder)(app).or_else(only_internal)
}

/// How many of its acknowledged records are lost, as far as that can be seen.
fn lost(app: &App, item: u32) -> u64 {
    let records = app.detail.as_ref().and_then(|detail| detail.records.get(item as usize));
    records.map_or(0, |records| records.lost)
}

fn a_state(word: &str) -> Result<(), String> {
    if LOST.starts_with(word) {
        return Ok(());
    }
    match Health::beginning_with(word) {
        Some(_) => Ok(()),
        None => Err(
            "lost, no-leader, leader-silent, under-min, isr-silent, at-min, under-replicated, moved or ok"
                .into(),
        ),
    }
}

fn is_in_state(app: &App, item: u32, word: &str) -> bool {
    if LOST.starts_with(word) {
        return lost(app, item) > 0;
    }
    health(app, item).map(Health::name) == Health::beginning_with(word).map(Health::name)
}

fn internal_last(app: &App, rows: &mut [u32]) {
    if app.shows_internal {
        rows.sort_by_key(|item| is_internal(app, *item));
    }
}

fn by_trouble(app: &App, rows: &mut [u32]) {
    rows.sort_by_cached_key(|item| (Reverse(lost(app, *item)), health(app, *item)));
}

fn by_leader(app: &App, rows: &mut [u32]) {
    if let Some(cluster) = app.cluster() {
        rows.sort_by_key(|item| cluster.partitions.leader[*item as usize]);
    }
}

fn by_offset(app: &App, rows: &mut [u32]) {
    if let Some(cluster) = app.cluster() {
        rows.sort_by_key(|item| Reverse(cluster.partitions.high_watermark[*item as usize]));
    }
}

fn cells(app: &App, item: u32) -> Vec<Cell> {
    let (Some(cluster), Some(view), Some(health)) = (app.cluster(), view(app, item), health(app, item))
    else {
        return Vec::new();
    };
    let (isr, replicas) = (view.isr_len(), view.replicas().len());
    let short = view.is_under_replicated();
    let answer = view.replicas().iter().all(|id| app.summary.answers(*id));
    let in_sync = if !short && answer { CellStyle::Plain } else { CellStyle::Level(Level::Warn) };
    vec![
        Cell::new(CellStyle::Plain, cluster.partition_name(PartitionIx(item))),
        match view.leader() {
            Some(id) if !app.summary.answers(id) => Cell::new(CellStyle::Level(Level::Bad), id.to_string()),
            Some(id) => Cell::new(CellStyle::Plain, id.to_string()),
            None => Cell::new(CellStyle::Level(Level::Bad), "none"),
        },
        Cell::new(in_sync, replicas_text(app, view)),
        Cell::new(CellStyle::Plain, format!("{isr}/{replicas}")),
        Cell::known(min_isr(app, item).map(|min| min.to_string())),
        Cell::known_count(view.high_watermark()),
        state(health, lost(app, item)),
    ]
}

/// Its health; what it has lost comes first.
fn state(health: Health, lost: u64) -> Cell {
    if lost == 0 {
        return Cell::new(CellStyle::Status(health.level()), health.word());
    }
    let also = if health.level() >= Level::Warn { format!(", {}", health.word()) } else { String::new() };
    // What does not fit is left out from behind; the number must fit.
    let count = if lost < 100_000 { human_count(lost as i64) } else { format!("{} k", lost / 1000) };
    Cell::new(CellStyle::Status(Level::Bad), format!("LOST {count}{also}"))
}

/// Replicas in their order, those out of sync in brackets, those on brokers that do not answer marked, those that a
/// reassignment moves in and out with a sign: `1 (2) 3!`, `1 -2 (+3)`.
fn replicas_text(app: &App, view: PartitionView<'_>) -> String {
    let moved = view.reassignment();
    let one = |id: &BrokerId| {
        let mark = if app.summary.answers(*id) { "" } else { "!" };
        let sign = match moved {
            Some(moved) if moved.adding.contains(id) => "+",
            Some(moved) if moved.removing.contains(id) => "-",
            _ => "",
        };
        if view.in_isr(*id) { format!("{sign}{id}{mark}") } else { format!("({sign}{id}{mark})") }
    };
    view.replicas().iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What is lost, how many partitions are in trouble, the worst first, and how many are not listed.
fn foot(app: &App) -> Option<Foot> {
    app.cluster()?;
    let lost = app.refuted.lost;
    let gone = format!("LOST {}", plural(lost as usize, "acknowledged record"));
    let gone = (lost > 0).then(|| Cell::new(CellStyle::Status(Level::Bad), gone));
    let worth = Health::ALL.into_iter().filter(|health| health.level() >= Level::Warn);
    let counted = worth.map(|health| (health, app.summary.count(health))).filter(|(_, count)| *count > 0);
    let troubled = counted.map(|(health, count)| {
        let text = format!("{} {}", human_count(i64::from(count)), health.word());
        Cell::new(CellStyle::Status(health.level()), text)
    });
    let cells: Vec<Cell> = gone.into_iter().chain(troubled).chain(hidden_note(app)).collect();
    (!cells.is_empty()).then_some(Foot { height: 1, min_rows: 5, text: FootText::Line(cells) })
}

/// That internal topics are not listed, and how many of their partitions are in trouble all the same.
fn hidden_note(app: &App) -> Option<Cell> {
    let cluster = app.cluster()?;
    let internal = cluster.topics.iter().filter(|topic| topic.internal);
    let not_listed: Vec<u32> = internal
        .flat_map(|topic| topic.first..topic.first + topic.count)
        .filter(|item| hidden(app, *item))
        .collect();
    let in_trouble = |item: &&u32| health(app, **item).is_some_and(|health| health.level() >= Level::Warn);
    let troubled = not_listed.iter().filter(in_trouble).count();
    let key = app.keys_text("internal-topics");
    match (not_listed.len(), troubled) {
        (0, _) => None,
        (all, 0) => Some(Cell::new(CellStyle::Muted, format!("{all} internal ({key} shows)"))),
        (all, bad) => {
            let text = format!("{bad} of them among {all} internal ({key} shows)");
            Some(Cell::new(CellStyle::Level(Level::Warn), text))
        }
    }
}

fn page(app: &App, item: u32) -> Option<Page> {
    let (cluster, view) = (app.cluster()?, view(app, item)?);
    let mut page = Page::new(format!("Partition {}", cluster.partition_name(PartitionIx(item))));
    page.add_cells(PANE.columns, cells(app, item));
    page.gap();
    page.add(CellStyle::Plain, format!("replicas       {}", ids(view.replicas().iter().copied())));
    page.add(CellStyle::Plain, format!("in sync        {}", ids(view.isr())));
    match cluster.partitions.elr.reason() {
        Some(reason) => page.add(CellStyle::Unknown, format!("eligible       {reason}")),
        None => page.add(CellStyle::Plain, format!("eligible       {}", ids(view.elr()))),
    }
    add_reassignment(&mut page, cluster, view);
    let numbers = [
        ("leader epoch", view.leader_epoch().map(i64::from)),
        ("log start", view.log_start()),
        ("high watermark", view.high_watermark()),
        ("log end", view.log_end()),
    ];
    for (name, number) in numbers {
        page.add(CellStyle::Plain, format!("{name:<14} {}", number.map_or("?".into(), human_count)));
    }
    add_last_stable(cluster, &mut page, PartitionIx(item));
    add_replica_offsets(app, &mut page, item);
    page.gap();
    page.add(CellStyle::Strong, "Where it is");
    let topic = &cluster.topic(view.topic()).name;
    page.add_link(CellStyle::Plain, format!("topic {topic}"), Item::Topic(topic.clone()));
    for id in view.replicas() {
        let leads = if view.leader() == Some(*id) { ", leads" } else { "" };
        let isr = if view.in_isr(*id) { "in sync" } else { "out of sync" };
        page.add_link(CellStyle::Plain, format!("broker {id}  {isr}{leads}"), Item::Broker(*id));
    }
    add_groups(&mut page, cluster, |ix| ix.0 == item);
    Some(page)
}

/// Which replicas come and go, where the partition is being moved, or why that is not known.
fn add_reassignment(page: &mut Page, cluster: &Cluster, view: PartitionView<'_>) {
    match (view.reassignment(), cluster.partitions.reassignments.reason()) {
        (Some(moved), _) => {
            let (adding, removing) = (moved.adding.iter().copied(), moved.removing.iter().copied());
            page.add(CellStyle::Plain, format!("moving in      {}", ids(adding)));
            page.add(CellStyle::Plain, format!("moving out     {}", ids(removing)));
        }
        (None, None | Some(Unknown::NotAsked)) => {}
        (None, Some(reason)) => page.add(CellStyle::Unknown, format!("being moved    {reason}")),
    }
}

/// Where it was read, with who holds it back.
fn add_last_stable(cluster: &Cluster, page: &mut Page, ix: PartitionIx) {
    let view = cluster.partitions.view(ix);
    let Some(stable) = view.last_stable() else { return };
    page.add(CellStyle::Plain, format!("{:<14} {}", "last stable", human_count(stable)));
    let held = view.high_watermark().map_or(0, |end| end - stable);
    if held > 0 {
        let holder = open_transaction_words(cluster.open_transaction_of(ix), cluster.taken_at);
        let text = format!("{} behind {holder}", plural(held as usize, "record"));
        page.add(CellStyle::Level(Level::Warn), text);
    }
}

fn ids(ids: impl Iterator<Item = BrokerId>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    if ids.is_empty() { "none".into() } else { ids.join(" ") }
}

/// The offsets of each replica, which only a simulator sees.
fn add_replica_offsets(app: &App, page: &mut Page, item: u32) {
    let Some(replicas) = app.detail.as_ref().and_then(|detail| detail.replicas.get(item as usize)) else {
        return;
    };
    page.gap();
    page.add(CellStyle::Strong, "replica   log end  high watermark     flushed   epoch");
    for replica in replicas {
        let style = if replica.runs { CellStyle::Plain } else { CellStyle::Muted };
        let text = format!(
            "{:>7} {:>9} {:>15} {:>11} {:>7}{}",
            replica.broker.0,
            human_count(replica.log_end),
            human_count(replica.high_watermark),
            human_count(replica.flushed),
            replica.leader_epoch,
            if replica.runs { "" } else { "  not running" }
        );
        page.add(style, text);
    }
}
