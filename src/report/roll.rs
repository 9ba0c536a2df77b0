//! Restart verdicts as text and as `klever.roll/1`.

use crate::consequences::{NextFailure, RestartVerdict, RollPlan, RollStep, StopEffect, WayOut};
use crate::model::{BrokerId, Cluster, Nanos, Unknown, human_duration_ms};
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::json::{complete, document};
use crate::report::layout::labelled;
use crate::sim::ProcessTimes;
use serde_json::{Value, json};

/// Partitions that a verdict lists as text.
const LISTED: usize = 8;

/// A rolling restart for a terminal: a verdict per broker, the order, and what to wait for.
pub fn roll_text(cluster: &Cluster, plan: &RollPlan) -> String {
    let mut out = heading(cluster);
    out.push('\n');
    for verdict in &plan.brokers {
        restart_lines(&mut out, cluster, verdict);
    }
    if let Some(reason) = cluster.partitions.reassignments.reason().filter(|why| **why != Unknown::NotAsked) {
        labelled(&mut out, 0, "Unseen", 10, &clean(&format!("reassignments: {reason}")));
    }
    let order =
        if plan.order.is_empty() { plan.without_order().to_string() } else { comma_list(&plan.order) };
    out.push('\n');
    if plan.margin > 0 {
        let margin = format!("{} in sync above the minimum ISR at every stop", plan.margin);
        labelled(&mut out, 0, "Margin", 10, &margin);
    }
    labelled(&mut out, 0, "Order", 10, &order);
    for step in plan.steps(cluster) {
        labelled(&mut out, 10, "", 0, &format!("broker {} stopped: {}", step.broker, meanwhile(&step)));
    }
    if !plan.order.is_empty() {
        labelled(&mut out, 0, "A step", 10, &step_words());
    }
    labelled(&mut out, 0, "Wait for", 10, &clean(&plan.wait_for));
    for sentence in &plan.waiting_does_not_help {
        labelled(&mut out, 0, "No use", 10, &clean(&format!("waiting does not help {sentence}")));
    }
    push_ways_out(&mut out, &plan.ways_out(cluster));
    out
}

fn comma_list(ids: &[BrokerId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")
}

/// What breaks if one more broker fails during a step.
fn meanwhile(step: &RollStep) -> String {
    step.next_failure.map_or("no other broker is up".into(), |failure| failure.headline())
}

/// From a broker's stop until it is back in every ISR, in milliseconds: what its start took on real brokers of the lab,
/// then a heartbeat to be let in and a fetch to be in sync, each at Kafka's default.
fn step_ms() -> (i64, i64) {
    const HEARTBEAT_MS: i64 = 2_000;
    const FETCH_WAIT_MS: i64 = 500;
    let start = ProcessTimes::default().start_up;
    let ms = |nanos: Nanos| (nanos / 1_000_000) as i64;
    (ms(*start.start()), ms(*start.end()) + HEARTBEAT_MS + FETCH_WAIT_MS)
}

const STEP_ASSUMES: &str = "as on test brokers with short logs; what is installed meanwhile, long logs to read and \
                            records to catch up with come on top";

fn step_words() -> String {
    let (from, to) = step_ms();
    format!("lasts {} to {}, {STEP_ASSUMES}", human_duration_ms(from), human_duration_ms(to))
}

fn push_ways_out(out: &mut String, ways: &[WayOut]) {
    if ways.is_empty() {
        return;
    }
    out.push_str("\nWays out\n");
    for way in ways {
        let brokers = if way.brokers.len() == 1 { "broker" } else { "brokers" };
        let helps = format!("{} ({brokers} {})", way.action, comma_list(&way.brokers));
        labelled(out, 2, "-", 2, &clean(&helps));
        labelled(out, 4, "price", 8, &clean(&way.price));
    }
}

/// One broker's verdict with the partitions that decide.
pub(super) fn restart_lines(out: &mut String, cluster: &Cluster, restart: &RestartVerdict) {
    labelled(out, 0, restart.verdict.heading(), 10, &clean(&restart.headline()));
    for sentence in restart.moves() {
        labelled(out, 10, "", 0, &sentence);
    }
    let kinds = [
        (StopEffect::Offline, restart.offline, "offline"),
        (StopEffect::UnderMinIsr, restart.under_min_isr, "< min ISR"),
        (StopEffect::AtMinIsr, restart.at_min_isr, "= min ISR"),
        (StopEffect::ShortOfMargin, restart.above_min_isr_short_of_margin, "< min ISR + margin"),
    ];
    for (effect, count, words) in kinds.into_iter().filter(|(_, count, _)| *count > 0) {
        let hit = restart.partitions.iter().filter(|(_, other)| *other == effect).take(LISTED);
        let mut names: Vec<String> = hit.map(|(ix, _)| clean(&cluster.partition_name(*ix))).collect();
        if count as usize > names.len() {
            names.push(format!("... {count} in all"));
        }
        labelled(out, 10, "", 0, &format!("{words}: {}", names.join(", ")));
    }
}

/// `klever.roll/1`.
pub fn roll_json(cluster: &Cluster, plan: &RollPlan) -> String {
    let brokers: Vec<Value> = plan.brokers.iter().map(|verdict| restart_value(cluster, verdict)).collect();
    document(json!({
        "schema": "klever.roll/1",
        "complete": complete(cluster),
        "brokers": brokers,
        "margin": plan.margin,
        "order": plan.order,
        "steps": plan.steps(cluster).iter().map(step_value).collect::<Vec<Value>>(),
        "step_ms": { "from": step_ms().0, "to": step_ms().1, "assumes": STEP_ASSUMES },
        "wait_for": plan.wait_for,
        "waiting_does_not_help": plan.waiting_does_not_help,
        "ways_out": plan.ways_out(cluster).iter().map(way_value).collect::<Vec<Value>>(),
    }))
}

fn way_value(way: &WayOut) -> Value {
    json!({ "way": way.way.word(), "brokers": way.brokers, "action": way.action, "price": way.price })
}

fn step_value(step: &RollStep) -> Value {
    let failure = |failure: NextFailure| {
        json!({
            "broker": failure.broker,
            "offline": failure.offline,
            "under_min_isr": failure.under_min_isr,
            "quorum_lost": failure.quorum_lost,
        })
    };
    json!({ "broker": step.broker, "if_one_more_fails": step.next_failure.map(failure) })
}

pub(super) fn restart_value(cluster: &Cluster, restart: &RestartVerdict) -> Value {
    let names: Vec<String> = restart.partitions.iter().map(|(ix, _)| cluster.partition_name(*ix)).collect();
    let moves_known = cluster.partitions.reassignments.get().is_some();
    json!({
        "id": restart.broker,
        "together_with": restart.together_with,
        "verdict": restart.verdict.word(),
        "offline": restart.offline,
        "offline_already": restart.offline_already,
        "under_min_isr": restart.under_min_isr,
        "at_min_isr": restart.at_min_isr,
        "short_of_margin": restart.short_of_margin(),
        "unknown": restart.unknown,
        "moving_in": moves_known.then_some(restart.moving_in),
        "moving": moves_known.then_some(restart.moving),
        "quorum_lost": restart.quorum.is_lost(),
        "unseen": restart.unseen,
        "waiting_helps": restart.waiting_helps(),
        "partitions": names,
    })
}
