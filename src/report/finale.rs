//! The scoreboard of the finale: presets as rows, what the same faults cost each of them as columns.

use crate::model::{human_count, human_duration_ms};
use crate::report::json::document;
use crate::report::layout::labelled;
use crate::workshop::{FinaleRun, ScoreKind};
use serde_json::{Value, json};

/// Columns of the name of a preset, and of each number.
const NAME: usize = 13;
const NUMBER: usize = 12;

/// The scoreboard for people. The best of each column is marked; of a run that was ended nothing is.
pub fn finale_text(runs: &[FinaleRun]) -> String {
    let mut out = format!("Four presets, the same faults\n\n{}\n", finale_head());
    for run in runs {
        out.push_str(&finale_row(run, runs));
        out.push('\n');
    }
    out.push_str("\n* the best of its column\n\n");
    for run in runs {
        labelled(&mut out, 0, run.preset.id, NAME, run.preset.doc);
        if !run.left.is_empty() {
            let left: Vec<String> = run.left.iter().map(ToString::to_string).collect();
            labelled(&mut out, NAME, "not simulated:", 15, &left.join(", "));
        }
    }
    if runs.iter().any(|run| !run.is_over) {
        out.push_str("\nINTERRUPTED: not every run came to its end; those have no best\n");
    }
    out
}

/// The heads of the columns.
pub fn finale_head() -> String {
    let heads: String = ScoreKind::ALL.iter().map(|kind| format!("{:>NUMBER$}", head(*kind))).collect();
    format!("{:<NAME$}{heads}", "")
}

/// The numbers of a preset. What is the best of these runs is marked.
pub fn finale_row(run: &FinaleRun, runs: &[FinaleRun]) -> String {
    let number = |kind| {
        let mark = if run.is_best(kind, runs) { "*" } else { " " };
        format!("{:>NUMBER$}", format!("{}{mark}", shown(run, kind)))
    };
    let numbers: String = ScoreKind::ALL.into_iter().map(number).collect();
    format!("{:<NAME$}{numbers}", run.preset.id)
}

fn head(kind: ScoreKind) -> &'static str {
    match kind {
        ScoreKind::Acked => "acked",
        ScoreKind::LostAcked => "lost, acked",
        ScoreKind::Duplicated => "duplicated",
        ScoreKind::AckP50 => "ack p50",
        ScoreKind::WritesDown => "writes down",
    }
}

fn shown(run: &FinaleRun, kind: ScoreKind) -> String {
    let Some(score) = run.score(kind) else { return "?".into() };
    match kind {
        ScoreKind::Acked | ScoreKind::LostAcked | ScoreKind::Duplicated => human_count(score as i64),
        ScoreKind::AckP50 if score < 1000.0 => format!("{score:.1} ms"),
        ScoreKind::AckP50 | ScoreKind::WritesDown => human_duration_ms(score as i64),
    }
}

/// The same as `klever.finale/1`.
pub fn finale_json(runs: &[FinaleRun]) -> String {
    let one = |run: &FinaleRun| {
        let best: Vec<&str> =
            ScoreKind::ALL.into_iter().filter(|kind| run.is_best(*kind, runs)).map(ScoreKind::name).collect();
        let left: Vec<String> = run.left.iter().map(ToString::to_string).collect();
        json!({
            "preset": run.preset.id, "best_in": best, "not_simulated": left, "ended_early": !run.is_over, "run": run.report,
        })
    };
    document(json!({
        "schema": "klever.finale/1",
        "presets": runs.iter().map(one).collect::<Vec<Value>>(),
    }))
}
