//! An assessment as Markdown, for a comment on a change.

use super::alternatives::{MAX_ADVICE, frontier_changes, frontier_head, line_of, mark, price, words};
use super::text::{TELLING, is_answered, is_set, shown};
use crate::consequences::{Comparison, Delta, GoalPlan, differences};
use crate::report::AssessmentReport;
use crate::report::findings::heading;
use crate::report::markdown::cell;

/// The assessment as Markdown for a comment on a change: tables, names escaped.
pub fn assessment_markdown(report: &AssessmentReport<'_>) -> String {
    let now = &report.now;
    let mut out = format!("## klever\n\n{}\n", heading(report.cluster));
    out.push_str(&format!("Assessed: {} {}\n", now.subject.scope(), cell(&now.name)));
    if !report.changes.is_empty() {
        out.push_str(&format!("\nWhat if: {}\n", cell(&report.changes.join(", "))));
    }
    if !report.lost.is_empty() {
        let lost: Vec<String> = report.lost.iter().map(|id| format!("broker {id}")).collect();
        out.push_str(&format!("\nLost: {}\n", lost.join(", ")));
    }
    if let Some(loss) = &report.loss {
        out.push_str(&format!("\n**{}**: {}\n", cell(loss.verdict.word()), cell(&loss.headline())));
    }
    if let Some(restart) = &report.restart {
        out.push_str(&format!("\n**{}**: {}\n", cell(restart.verdict.word()), cell(&restart.headline())));
    }
    let next = &now.next_break;
    out.push_str(&format!("\nNext: **{}**: {}\n\n", cell(&next.event), cell(&next.consequence)));
    push_figures(&mut out, report);
    push_goal(&mut out, report);
    push_findings(&mut out, report);
    push_compared(&mut out, report);
    push_advice(&mut out, report);
    push_frontier(&mut out, report);
    push_setting(&mut out, report);
    out.push_str("\nAssumed:\n\n");
    now.assumptions.iter().for_each(|line| out.push_str(&format!("- {}\n", cell(line))));
    out
}

fn push_row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    out.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn push_head(out: &mut String, cells: &[&str]) {
    push_row(out, cells);
    out.push_str(&format!("|{}\n", "---|".repeat(cells.len())));
}

fn push_figures(out: &mut String, report: &AssessmentReport<'_>) {
    match &report.was {
        Some(_) => push_head(out, &["figure", "was", "now", ""]),
        None => push_head(out, &["figure", "now"]),
    }
    let deltas = report.was.as_ref().map_or_else(Vec::new, |was| differences(was, &report.now));
    for figure in report.now.figures().into_iter().filter(is_answered) {
        let value = figure.value.text();
        if report.was.is_none() {
            push_row(out, &[figure.label, &value]);
            continue;
        }
        match deltas.iter().find(|delta| delta.id == figure.id) {
            Some(delta) => push_row(out, &[figure.label, &delta.was, &delta.now, &delta.verdict()]),
            None => push_row(out, &[figure.label, &value, &value, ""]),
        }
    }
}

fn push_goal(out: &mut String, report: &AssessmentReport<'_>) {
    let Some(goal) = &report.goal else { return };
    out.push_str("\n### Goal\n\n");
    for goal in &goal.goals {
        let word = match goal.verdict(&report.now) {
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "unknown",
        };
        out.push_str(&format!("- {word}: {}\n", cell(&goal.to_string())));
    }
    for line in goal.lines(&report.now) {
        out.push_str(&format!("\n{}\n", cell(&line)));
    }
    if let GoalPlan::Change { assessment, .. } = &goal.plan {
        out.push('\n');
        push_deltas(out, &differences(&report.now, assessment));
    }
}

fn push_deltas(out: &mut String, deltas: &[Delta]) {
    push_head(out, &["figure", "was", "now", ""]);
    for delta in deltas {
        push_row(out, &[delta.label, &delta.was, &delta.now, &delta.verdict()]);
    }
}

fn push_findings(out: &mut String, report: &AssessmentReport<'_>) {
    let Some((now, was)) = &report.findings else { return };
    let (new, gone) = now.since(was);
    if new.is_empty() && gone.is_empty() {
        return;
    }
    out.push_str("\n### Findings with the change\n\n");
    for (word, findings) in [("new", new), ("gone", gone)] {
        findings.iter().for_each(|finding| out.push_str(&format!("- {word}: {}\n", cell(&line_of(finding)))));
    }
}

/// One column for each preset that can be; only figures that one of them moves.
fn push_compared(out: &mut String, report: &AssessmentReport<'_>) {
    if report.compared.is_empty() {
        return;
    }
    out.push_str("\n### Presets\n\n");
    let tried: Vec<(&str, &Comparison)> = report
        .compared
        .iter()
        .filter_map(|(name, tried)| Some((name.as_str(), tried.as_ref().ok()?)))
        .collect();
    let mut head = vec!["figure", "now"];
    head.extend(tried.iter().map(|(name, _)| *name));
    push_head(out, &head);
    for figure in report.now.figures() {
        let delta = |tried: &Comparison| tried.deltas.iter().find(|delta| delta.id == figure.id).cloned();
        let deltas: Vec<Option<Delta>> = tried.iter().map(|(_, tried)| delta(tried)).collect();
        if deltas.iter().all(Option::is_none) {
            continue;
        }
        let value = figure.value.text();
        let texts: Vec<String> = deltas
            .iter()
            .map(|delta| {
                delta.as_ref().map_or("=".into(), |delta| format!("{} ({})", delta.now, delta.verdict()))
            })
            .collect();
        let mut row = vec![figure.label, value.as_str()];
        row.extend(texts.iter().map(String::as_str));
        push_row(out, &row);
    }
    out.push('\n');
    for (name, tried) in &report.compared {
        let text = match tried {
            Err(why) => format!("not possible: {why}"),
            Ok(tried) if tried.changes.is_empty() => "in force already".into(),
            Ok(tried) => words(&tried.changes),
        };
        out.push_str(&format!("- {name}: {}\n", cell(&text)));
    }
}

fn push_advice(out: &mut String, report: &AssessmentReport<'_>) {
    let Some(advice) = &report.advice else { return };
    let label = report.now.figure(advice.figure).map_or(advice.figure, |figure| figure.label);
    out.push_str(&format!("\n### Changes that improve: {}\n\n", cell(label)));
    push_head(out, &["change", "brings", "costs"]);
    for advice in advice.advice.iter().take(MAX_ADVICE) {
        let gain = format!("{} ({})", advice.gain.now, advice.gain.verdict());
        push_row(out, &[&advice.title(), &gain, &price(advice)]);
    }
}

fn push_frontier(out: &mut String, report: &AssessmentReport<'_>) {
    let Some((head, table)) = frontier_head(report).zip(report.frontier.as_ref()) else { return };
    out.push_str(&format!("\n### Frontier\n\n{}\n\n", cell(&head)));
    let mut names = vec![""];
    names.extend(table.columns.iter().map(|(_, name)| *name));
    names.push("what to change");
    push_head(out, &names);
    for row in &table.rows {
        let changes = frontier_changes(row);
        let mut cells = vec![mark(row)];
        cells.extend(row.values.iter().map(|(text, _)| text.as_str()));
        cells.push(&changes);
        push_row(out, &cells);
    }
}

fn push_setting(out: &mut String, report: &AssessmentReport<'_>) {
    out.push_str("\nSettings (all others have their defaults):\n\n");
    for (knob, value) in report.now.knobs.iter() {
        if is_set(value) || TELLING.contains(&knob) {
            out.push_str(&format!("- {} = {}\n", cell(&knob.full_name()), cell(&shown(value))));
        }
    }
}
