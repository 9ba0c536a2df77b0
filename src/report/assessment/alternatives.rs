//! The parts of an assessment that explore: what a change brings, presets beside it, advice, goals.

use crate::consequences::{Advice, Comparison, Delta, FrontierRow, GoalPlan, differences};
use crate::knobs::Change;
use crate::report::AssessmentReport;
use crate::report::clean;
use crate::report::layout::labelled;
use crate::rules::{Finding, FindingStatus};

/// Columns of a figure's label.
const LABEL: usize = 26;
/// Pieces of advice that are written out.
pub(super) const MAX_ADVICE: usize = 12;

pub(super) fn push(out: &mut String, report: &AssessmentReport<'_>) {
    push_goal(out, report);
    push_findings(out, report);
    for (name, tried) in &report.compared {
        push_compared(out, name, tried);
    }
    push_advice(out, report);
    push_frontier(out, report);
}

fn push_goal(out: &mut String, report: &AssessmentReport<'_>) {
    let Some(goal) = &report.goal else { return };
    out.push_str("\nGoal\n");
    for goal in &goal.goals {
        let word = match goal.verdict(&report.now) {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "unknown",
        };
        labelled(out, 2, word, 9, &goal.to_string());
    }
    for line in goal.lines(&report.now) {
        labelled(out, 2, "=>", 9, &clean(&line));
    }
    if let GoalPlan::Change { assessment, .. } = &goal.plan {
        push_deltas(out, &differences(&report.now, assessment));
    }
}

fn push_findings(out: &mut String, report: &AssessmentReport<'_>) {
    let Some((now, was)) = &report.findings else { return };
    let (new, gone) = now.since(was);
    if new.is_empty() && gone.is_empty() {
        return;
    }
    out.push_str("\nFindings with the change\n");
    for (word, findings) in [("- new", new), ("+ gone", gone)] {
        findings.iter().for_each(|finding| labelled(out, 2, word, 8, &clean(&line_of(finding))));
    }
}

/// `HIGH min-isr-one, topic orders: what was seen`
pub(super) fn line_of(finding: &Finding) -> String {
    let word = match finding.status {
        FindingStatus::Finding => finding.severity.word().to_uppercase(),
        FindingStatus::Unknown => "UNKNOWN".into(),
        FindingStatus::Waived => "WAIVED".into(),
    };
    format!("{word} {}, {}: {}", finding.rule.id, finding.subject.title(), finding.evidence)
}

fn push_compared(out: &mut String, name: &str, tried: &Result<Comparison, String>) {
    out.push_str(&format!("\nPreset {name}\n"));
    match tried {
        Err(why) => labelled(out, 2, "not possible:", 14, &clean(why)),
        Ok(tried) if tried.changes.is_empty() => out.push_str("  in force already\n"),
        Ok(tried) => {
            labelled(out, 2, "sets", 6, &clean(&words(&tried.changes)));
            push_deltas(out, &tried.deltas);
        }
    }
}

/// Changes as `--set` takes them.
pub(super) fn words(changes: &[Change]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn push_deltas(out: &mut String, deltas: &[Delta]) {
    if deltas.is_empty() {
        out.push_str("  no figure differs\n");
    }
    for delta in deltas {
        let text = format!("{} -> {} ({})", delta.was, delta.now, delta.verdict());
        labelled(out, 2, delta.label, LABEL, &text);
    }
}

fn push_advice(out: &mut String, report: &AssessmentReport<'_>) {
    let Some(advice) = &report.advice else { return };
    let label = report.now.figure(advice.figure).map_or(advice.figure, |figure| figure.label);
    out.push_str(&format!("\nChanges that improve: {label}\n"));
    if advice.advice.is_empty() {
        out.push_str("  none\n");
    }
    for advice in advice.advice.iter().take(MAX_ADVICE) {
        push_one(out, advice);
    }
    let more = advice.advice.len().saturating_sub(MAX_ADVICE);
    if more > 0 {
        out.push_str(&format!("  ... and {more} more that improve it less (--format json has all)\n"));
    }
}

fn push_one(out: &mut String, advice: &Advice) {
    labelled(out, 2, "", 0, &clean(&advice.title()));
    let gain = &advice.gain;
    labelled(out, 4, "brings", 8, &format!("{} -> {} ({})", gain.was, gain.now, gain.verdict()));
    labelled(out, 4, "costs", 8, &price(advice));
}

/// What gets worse, in words.
pub(super) fn price(advice: &Advice) -> String {
    let one = |delta: &Delta| format!("{} {} -> {}", delta.label, delta.was, delta.now);
    if advice.price.is_empty() {
        "nothing that klever measures".into()
    } else {
        advice.price.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// What it is about, in words.
pub(super) fn frontier_head(report: &AssessmentReport<'_>) -> Option<String> {
    let table = report.frontier.as_ref()?;
    let axis =
        |id: &str| table.columns.iter().find(|(figure, _)| *figure == id).map_or("", |(_, name)| *name);
    let (x, y) = table.axes;
    Some(if table.rows.is_empty() {
        format!("{} or {} is not known here", axis(x), axis(y))
    } else {
        format!("best trade-offs between {} and {}, of {} outcomes", axis(x), axis(y), table.outcomes)
    })
}

/// `@` is the setting as it is, `.` that it is beaten.
pub(super) fn mark(row: &FrontierRow) -> &'static str {
    match (row.is_now(), row.on_frontier) {
        (true, true) => "@",
        (true, false) => "@.",
        _ => "",
    }
}

pub(super) fn frontier_changes(row: &FrontierRow) -> String {
    match (row.is_now(), row.on_frontier) {
        (true, true) => "no change".into(),
        (true, false) => "no change; another setting is better and in nothing worse".into(),
        _ => words(&row.changes),
    }
}

fn push_frontier(out: &mut String, report: &AssessmentReport<'_>) {
    let Some((head, table)) = frontier_head(report).zip(report.frontier.as_ref()) else { return };
    out.push_str("\nFrontier\n");
    labelled(out, 2, "", 0, &head);
    let widths: Vec<usize> = (0..table.columns.len())
        .map(|at| {
            let cells = table.rows.iter().map(|row| row.values[at].0.chars().count());
            cells.chain([table.columns[at].1.chars().count()]).max().unwrap_or(0)
        })
        .collect();
    let line = |mark: &str, cells: &[&str]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:width$}"));
        format!("{mark:<2}{}", cells.collect::<String>()).trim_end().to_string()
    };
    let names: Vec<&str> = table.columns.iter().map(|(_, name)| *name).collect();
    out.push_str(&format!("{}\n", line("", &names)));
    for row in &table.rows {
        let values: Vec<&str> = row.values.iter().map(|(text, _)| text.as_str()).collect();
        out.push_str(&format!("{}\n", line(mark(row), &values)));
        labelled(out, 6, "", 0, &clean(&frontier_changes(row)));
    }
}
