//! Restart verdicts as text and as `klever.roll/1`.

use crate::consequences::{RestartVerdict, RollPlan, StopEffect};
use crate::model::Cluster;
use crate::report::clean;
use crate::report::findings::heading;
use crate::report::json::{complete, document};
use crate::report::layout::labelled;
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
    let order: Vec<String> = plan.order.iter().map(ToString::to_string).collect();
    let order = if order.is_empty() { plan.without_order().to_string() } else { order.join(", ") };
    out.push('\n');
    labelled(&mut out, 0, "Order", 10, &order);
    labelled(&mut out, 0, "Wait for", 10, &clean(&plan.wait_for));
    for sentence in &plan.waiting_does_not_help {
        labelled(&mut out, 0, "No use", 10, &clean(&format!("waiting does not help {sentence}")));
    }
    out
}

/// One broker's verdict with the partitions that decide.
pub(super) fn restart_lines(out: &mut String, cluster: &Cluster, restart: &RestartVerdict) {
    labelled(out, 0, restart.verdict.heading(), 10, &clean(&restart.headline()));
    let kinds = [
        (StopEffect::Offline, restart.offline, "offline"),
        (StopEffect::UnderMinIsr, restart.under_min_isr, "< min ISR"),
        (StopEffect::AtMinIsr, restart.at_min_isr, "= min ISR"),
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
        "order": plan.order,
        "wait_for": plan.wait_for,
        "waiting_does_not_help": plan.waiting_does_not_help,
    }))
}

pub(super) fn restart_value(cluster: &Cluster, restart: &RestartVerdict) -> Value {
    let names: Vec<String> = restart.partitions.iter().map(|(ix, _)| cluster.partition_name(*ix)).collect();
    json!({
        "id": restart.broker,
        "together_with": restart.together_with,
        "verdict": restart.verdict.word(),
        "offline": restart.offline,
        "offline_already": restart.offline_already,
        "under_min_isr": restart.under_min_isr,
        "at_min_isr": restart.at_min_isr,
        "unknown": restart.unknown,
        "quorum_lost": restart.quorum.is_lost(),
        "unseen": restart.unseen,
        "waiting_helps": restart.waiting_helps(),
        "partitions": names,
    })
}
