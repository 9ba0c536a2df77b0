//! `klever.assessment/1`.

use crate::consequences::{
    Advice, Assessment, Availability, Comparison, Delta, FailuresTolerated, Figure, FrontierRow,
    FrontierTable, GoalPlan, Section, SectionFigure, differences,
};
use crate::knobs::Change;
use crate::report::json::{complete, document, finding};
use crate::report::roll::restart_value;
use crate::report::{AssessmentReport, GoalReport};
use crate::rules::Finding;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// An assessment as JSON. A range over an unknown is `{min, max}`, what is not known at all is `null`.
pub fn assessment_json(report: &AssessmentReport<'_>) -> String {
    let now = &report.now;
    let mut value = json!({
        "schema": "klever.assessment/1",
        "scope": now.subject.scope(),
        "subject": now.name,
        "partitions": now.partitions,
        "complete": complete(report.cluster),
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
            "bottleneck": now.throughput.bottleneck,
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
    on_request(report, &mut value);
    document(value)
}

/// What is there only when it was asked for.
fn on_request(report: &AssessmentReport<'_>, value: &mut Value) {
    if let Some(loss) = &report.loss {
        value["loss_verdict"] = json!({"verdict": loss.verdict.word(), "because": loss.because});
    }
    if let Some(restart) = &report.restart {
        value["restart"] = restart_value(report.cluster, restart);
    }
    if let Some((now, was)) = &report.findings {
        let (new, gone) = now.since(was);
        let list = |findings: Vec<&Finding>| findings.into_iter().map(finding).collect::<Vec<_>>();
        value["findings"] = json!({"new": list(new), "gone": list(gone)});
    }
    if !report.compared.is_empty() {
        value["compare"] = report.compared.iter().map(compared).collect();
    }
    if let Some(report) = &report.advice {
        let changes: Vec<Value> = report.advice.iter().map(advice).collect();
        value["advice"] = json!({"figure": report.figure, "changes": changes});
    }
    if let Some(table) = &report.frontier {
        value["frontier"] = frontier(table);
    }
    if let Some(goal_report) = &report.goal {
        value["goal"] = goal(goal_report, &report.now);
    }
}

/// `change` is `better`, `worse`, `same`, or null where nobody can say.
fn delta(delta: &Delta) -> Value {
    let change = delta.change.map(|change| match change {
        Ordering::Greater => "better",
        Ordering::Less => "worse",
        Ordering::Equal => "same",
    });
    json!({
        "id": delta.id, "label": delta.label, "was": delta.was, "now": delta.now,
        "change": change, "by": delta.by,
    })
}

fn deltas(deltas: &[Delta]) -> Vec<Value> {
    deltas.iter().map(delta).collect()
}

/// `goodness`: the larger the better, null where nobody can say.
fn frontier(table: &FrontierTable) -> Value {
    let row = |row: &FrontierRow| {
        let figures: Map<String, Value> = table
            .columns
            .iter()
            .zip(&row.values)
            .map(|((id, _), (text, goodness))| (id.to_string(), json!({"text": text, "goodness": goodness})))
            .collect();
        json!({
            "changes": words(&row.changes), "now": row.is_now(), "on_frontier": row.on_frontier,
            "figures": figures,
        })
    };
    let rows: Vec<Value> = table.rows.iter().map(row).collect();
    json!({"axes": [table.axes.0, table.axes.1], "outcomes": table.outcomes, "settings": rows})
}

fn words(changes: &[Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

fn compared((name, tried): &(String, Result<Comparison, String>)) -> Value {
    match tried {
        Ok(tried) => {
            json!({"preset": name, "changes": words(&tried.changes), "deltas": deltas(&tried.deltas)})
        }
        Err(why) => json!({"preset": name, "error": why}),
    }
}

fn advice(advice: &Advice) -> Value {
    json!({
        "change": advice.title(),
        "changes": words(&advice.changes),
        "gain": delta(&advice.gain),
        "price": deltas(&advice.price),
        "also": deltas(&advice.also),
    })
}

fn goal(report: &GoalReport, now: &Assessment) -> Value {
    let each = report.goals.iter().map(|goal| json!({"goal": goal.to_string(), "met": goal.verdict(now)}));
    let mut value = json!({"met": report.is_met(now), "goals": each.collect::<Vec<_>>()});
    match &report.plan {
        GoalPlan::Met => {}
        GoalPlan::Change { changes, assessment } => {
            value["changes"] = json!(words(changes));
            value["deltas"] = json!(deltas(&differences(now, assessment)));
        }
        GoalPlan::Impossible { within, alone, together } => {
            let pairs = together.iter().map(|(a, b)| [a.to_string(), b.to_string()]);
            let alone: Vec<String> = alone.iter().map(ToString::to_string).collect();
            value["impossible"] =
                json!({"within_changes": within, "alone": alone, "together": pairs.collect::<Vec<_>>()});
        }
    }
    value
}

fn setting(now: &Assessment) -> Value {
    let entries = now.knobs.iter().map(|(knob, value)| (knob.full_name(), json!(value.get())));
    Value::Object(entries.collect::<Map<_, _>>())
}

fn durability(now: &Assessment) -> Value {
    let durability = &now.durability;
    let causes =
        durability.by_cause.iter().map(|share| (share.cause.id().to_string(), json!(share.per_year)));
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
        SectionFigure::Quantity(figure) => {
            (own_name(figure.id), json!({"value": figure.value.value, "unit": figure.value.unit}))
        }
        SectionFigure::Qualitative(figure) => (own_name(figure.id), json!(figure.value.verdict)),
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

fn tolerated(figure: &Figure<FailuresTolerated>) -> Value {
    json!({"guaranteed": figure.value.guaranteed, "now": figure.value.now, "of": figure.value.of})
}

fn reasons(now: &Assessment) -> Vec<Value> {
    let figures = now.figures().into_iter();
    figures
        .map(|figure| json!({"id": figure.id, "headline": figure.headline, "affected": figure.affected, "why": figure.why}))
        .collect()
}
