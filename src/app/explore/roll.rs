//! The page of restarts: the verdict on each broker, an order with what breaks if one more fails meanwhile, what to
//! wait for in between, and the ways out where a broker must not be stopped.

use crate::app::action::actions;
use crate::app::cell::{left, right};
use crate::app::conditions::has_cluster;
use crate::app::page_request::{ExploreKind, PageData, PageRequest, PageRow, Parameters};
use crate::app::{App, Cell, CellStyle, Effect, Level};
use crate::consequences::{RestartVerdict, RollStep, StopEffect, WayOut, roll};
use crate::model::{BrokerId, Cluster, human_count};

/// Partitions that a verdict names.
const MAX_NAMED: usize = 40;

static PAGE: ExploreKind = ExploreKind { title: "Restart the brokers one by one", data };

actions! { Exploring
    "roll", "", has_cluster, open, "Show which brokers can be restarted now, and in which order.";
}

fn open(app: &mut App) -> Vec<Effect> {
    app.toggle_explore_page(&PAGE, Parameters::default())
}

fn data(request: &PageRequest, go_on: &dyn Fn() -> bool) -> PageData {
    let cluster = &request.now;
    let plan = roll(cluster);
    let steps = plan.steps(cluster);
    // Each way's price takes an assessment: not for a page that nobody waits for any more.
    let ways = if go_on() { plan.ways_out(cluster) } else { Vec::new() };
    let ids = |ids: &[BrokerId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let order = if plan.order.is_empty() {
        (CellStyle::Level(Level::Bad), format!("Order: {}", plan.without_order()))
    } else {
        (CellStyle::Strong, format!("Order: {}, one at a time", ids(&plan.order)))
    };
    let mut intro = vec![order, (CellStyle::Plain, format!("Wait for: {}", plan.wait_for))];
    for sentence in &plan.waiting_does_not_help {
        intro.push((CellStyle::Level(Level::Warn), format!("Waiting does not help {sentence}")));
    }
    let down: Vec<BrokerId> =
        cluster.brokers.iter().map(|broker| broker.id).filter(|id| !cluster.is_up(*id)).collect();
    if !down.is_empty() {
        intro.push((CellStyle::Level(Level::Warn), format!("Not running, and not assessed: {}", ids(&down))));
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
        rows: plan.brokers.iter().map(|verdict| row(cluster, verdict, &steps, &ways)).collect(),
        plot: None,
    }
}

fn row(cluster: &Cluster, restart: &RestartVerdict, steps: &[RollStep], ways: &[WayOut]) -> PageRow {
    let (level, word) = Level::of_restart(restart.verdict);
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
        detail: [detail(cluster, restart, level), next_failure(restart, steps), ways_out(restart, ways)]
            .concat(),
        ..PageRow::default()
    }
}

fn detail(cluster: &Cluster, restart: &RestartVerdict, level: Level) -> Vec<(CellStyle, String)> {
    let mut lines = vec![(CellStyle::Level(level), restart.headline())];
    lines.extend(restart.moves().into_iter().map(|sentence| (CellStyle::Plain, sentence)));
    let kinds = [
        (StopEffect::Offline, restart.offline, "Nobody could lead"),
        (StopEffect::UnderMinIsr, restart.under_min_isr, "Refuse acks=all"),
        (StopEffect::AtMinIsr, restart.at_min_isr, "At their minimum ISR"),
        (StopEffect::ShortOfMargin, restart.above_min_isr_short_of_margin, "Short of the margin"),
    ];
    for (effect, count, words) in kinds.into_iter().filter(|(_, count, _)| *count > 0) {
        let hit = restart.partitions.iter().filter(|(_, other)| *other == effect).take(MAX_NAMED);
        let mut names: Vec<String> = hit.map(|(ix, _)| cluster.partition_name(*ix)).collect();
        if (count as usize) > names.len() {
            names.push(format!("... {} in all", human_count(i64::from(count))));
        }
        lines.push((CellStyle::Plain, format!("{words}: {}", names.join(", "))));
    }
    lines
}

/// What breaks if one more broker fails while this one is stopped.
fn next_failure(restart: &RestartVerdict, steps: &[RollStep]) -> Vec<(CellStyle, String)> {
    let Some(step) = steps.iter().find(|step| step.broker == restart.broker) else { return Vec::new() };
    let line = match step.next_failure {
        None => (CellStyle::Level(Level::Warn), "No other broker is up".to_string()),
        Some(failure) => {
            let level = if failure.breaks_nothing() { Level::Ok } else { Level::Warn };
            (CellStyle::Level(level), format!("While it is stopped: {}", failure.headline()))
        }
    };
    vec![line]
}

/// How it becomes safe to stop, each way with its price.
fn ways_out(restart: &RestartVerdict, ways: &[WayOut]) -> Vec<(CellStyle, String)> {
    let helps = ways.iter().filter(|way| way.brokers.contains(&restart.broker));
    let lines = helps.flat_map(|way| {
        let price = (CellStyle::Muted, format!("  price: {}", way.price));
        [(CellStyle::Plain, format!("Way out: {}", way.action)), price]
    });
    lines.collect()
}
