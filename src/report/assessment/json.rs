//! `klever.assessment/1`.

use crate::consequences::{Assessment, Availability, Entry, Figure, Section, Tolerated};
use crate::report::AssessmentReport;
use crate::report::json::document;
use crate::report::roll::restart_value;
use serde_json::{Map, Value, json};

/// An assessment as JSON. A range over an unknown is `{min, max}`, what is not known at all is `null`.
pub fn assessment_json(report: &AssessmentReport<'_>) -> String {
    let now = &report.now;
    let mut value = json!({
        "schema": "klever.assessment/1",
        "scope": now.subject.scope(),
        "subject": now.name,
        "partitions": now.partitions,
        "setting": setting(now),
        "changes": report.changes,
        "lost_brokers": report.lost,
        "assumptions": now.assumptions,
        "durability": durability(now),
        "writes": availability(&now.writes),
        "reads": availability(&now.reads),
        "visibility": availability(&now.visibility),
        "ordering": now.ordering.value.verdict,
        "duplicates": now.duplicates.value.verdict,
        "quorum": tolerated(&now.quorum),
        "fail_over_ms": {
            "crash": now.fail_over.crash.value.value,
            "controlled": now.fail_over.controlled.value.value,
            "follower_stall": now.fail_over.follower_stall.value.value,
            "stuck_follower": now.fail_over.stuck_follower.value.value,
        },
        "latency": {
            "ack_ms": now.latency.ack.value,
            "end_to_end_ms": now.latency.end_to_end.value,
        },
        "throughput": {
            "max_mb_per_s": now.throughput.max.value.value,
            "bottleneck": known_word(&now.throughput.bottleneck),
        },
        "cost": {
            "stored_bytes_per_byte": now.cost.storage.value.value,
            "cross_rack_bytes_per_byte": now.cost.cross_rack.value.value,
            "disk_bytes": now.cost.disk.value.value,
        },
        "next_break": {"event": now.next_break.event, "consequence": now.next_break.consequence},
        "reasons": reasons(now),
    });
    for section in &now.sections {
        value[section.name] = section_value(section);
    }
    if let Some(restart) = &report.restart {
        value["restart"] = restart_value(report.cluster, restart);
    }
    document(value)
}

fn setting(now: &Assessment) -> Value {
    let entries = now.setting.iter().map(|line| (line.key.clone(), json!(line.value.get())));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn durability(now: &Assessment) -> Value {
    let durability = &now.durability;
    let causes = durability.by_cause.iter().map(|share| (share.cause.to_string(), json!(share.per_year)));
    json!({
        "failures_tolerated": {
            "crash": tolerated(&durability.crash),
            "power_loss": tolerated(&durability.power_loss),
            "disk_loss": tolerated(&durability.disk_loss),
            "rack": tolerated(&durability.rack),
        },
        "loss_probability_per_year": durability.loss_per_year.value.value,
        "by_cause": Value::Object(causes.collect::<Map<_, _>>()),
    })
}

/// Each figure under its own name, with its unit.
fn section_value(section: &Section) -> Value {
    let entries = section.figures.iter().map(|entry| match entry {
        Entry::Number(figure) => {
            (own_name(figure.id), json!({"value": figure.value.value, "unit": figure.value.unit}))
        }
        Entry::Words(figure) => (own_name(figure.id), json!(figure.value.verdict)),
    });
    Value::Object(entries.collect::<Map<_, _>>())
}

fn own_name(id: &str) -> String {
    id.split_once('.').map_or(id, |(_, name)| name).to_string()
}

fn availability(operation: &Availability) -> Value {
    json!({
        "works_now": operation.works_now,
        "failures_tolerated": {
            "crash": tolerated(&operation.crash),
            "rack": tolerated(&operation.rack),
        },
        "unavailable_minutes_per_year": operation.unavailable.value.value,
    })
}

fn tolerated(figure: &Figure<Tolerated>) -> Value {
    json!({"guaranteed": figure.value.guaranteed, "now": figure.value.now, "of": figure.value.of})
}

fn known_word(word: &str) -> Option<&str> {
    (!word.is_empty() && word != "?").then_some(word)
}

fn reasons(now: &Assessment) -> Vec<Value> {
    let figures = now.figures().into_iter();
    figures
        .map(|figure| json!({"id": figure.id, "headline": figure.headline, "affected": figure.affected, "why": figure.why}))
        .collect()
}
