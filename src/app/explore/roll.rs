//! The page of restarts: the verdict on each broker, an order, and what to wait for in between.

use super::{PageData, PageRow};
use crate::app::cells::{left, right};
use crate::app::{Cell, CellStyle, Level};
use crate::consequences::{RestartSafety, RestartVerdict, StopEffect, roll};
use crate::model::{BrokerId, Cluster, human_count};

/// Partitions that a verdict names.
const LISTED: usize = 40;

pub(super) fn data(cluster: &Cluster) -> PageData {
    let plan = roll(cluster);
    let ids = |ids: &[BrokerId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let order = match plan.order.is_empty() {
        true => (CellStyle::Level(Level::Bad), "Order: no broker may be stopped now".to_string()),
        false => (CellStyle::Strong, format!("Order: {}, one at a time", ids(&plan.order))),
    };
    let mut intro = vec![order, (CellStyle::Plain, format!("Wait for: {}", plan.wait_for))];
    let down: Vec<BrokerId> =
        cluster.brokers.iter().map(|broker| broker.id).filter(|id| !cluster.is_up(*id)).collect();
    if !down.is_empty() {
        intro.push((CellStyle::Level(Level::Warn), format!("Not up, and not judged: {}", ids(&down))));
    }
    PageData {
        intro,
        columns: vec![
            right("", 6, 6, 0),
            left("", 11, 12, 0),
            right("", 7, 9, 0),
            right("", 7, 9, 0),
            right("", 7, 9, 0),
            left("", 8, 30, 2),
        ],
        headings: ["broker", "verdict", "offline", "refuse", "at min", "rack"].map(String::from).to_vec(),
        rows: plan.brokers.iter().map(|verdict| row(cluster, verdict)).collect(),
        plot: None,
    }
}

/// How bad a verdict is, and its words.
pub(in crate::app) fn level_of(verdict: RestartSafety) -> (Level, &'static str) {
    let level = match verdict {
        RestartSafety::Safe => Level::Ok,
        RestartSafety::AtFloor => Level::Warn,
        RestartSafety::Unknown => Level::Unknown,
        RestartSafety::Unsafe => Level::Bad,
    };
    (level, verdict.heading())
}

fn row(cluster: &Cluster, restart: &RestartVerdict) -> PageRow {
    let (level, word) = level_of(restart.verdict);
    let count = |count: u32, level: Level| {
        let style = if count > 0 { CellStyle::Level(level) } else { CellStyle::Muted };
        Cell::new(style, human_count(i64::from(count)))
    };
    let rack = match cluster.broker(restart.broker).map(|broker| broker.rack.get()) {
        Some(Some(Some(rack))) => Cell::new(CellStyle::Plain, rack.to_string()),
        Some(Some(None)) => Cell::new(CellStyle::Muted, "-"),
        _ => Cell::new(CellStyle::Unknown, "?"),
    };
    PageRow {
        key: restart.broker.to_string(),
        cells: vec![
            Cell::new(CellStyle::Strong, restart.broker.to_string()),
            Cell::new(CellStyle::Status(level), word),
            count(restart.offline, Level::Bad),
            count(restart.under_min_isr, Level::Bad),
            count(restart.at_min_isr, Level::Warn),
            rack,
        ],
        detail: detail(cluster, restart, level),
        ..PageRow::default()
    }
}

fn detail(cluster: &Cluster, restart: &RestartVerdict, level: Level) -> Vec<(CellStyle, String)> {
    let mut lines = vec![(CellStyle::Level(level), restart.headline())];
    let kinds = [
        (StopEffect::Offline, restart.offline, "Nobody could lead"),
        (StopEffect::UnderMinIsr, restart.under_min_isr, "Refuse acks=all"),
        (StopEffect::AtMinIsr, restart.at_min_isr, "At their minimum ISR"),
    ];
    for (effect, count, words) in kinds.into_iter().filter(|(_, count, _)| *count > 0) {
        let hit = restart.partitions.iter().filter(|(_, other)| *other == effect).take(LISTED);
        let mut names: Vec<String> = hit.map(|(ix, _)| cluster.partition_name(*ix)).collect();
        if (count as usize) > names.len() {
            names.push(format!("... {} in all", human_count(i64::from(count))));
        }
        lines.push((CellStyle::Plain, format!("{words}: {}", names.join(", "))));
    }
    lines
}
