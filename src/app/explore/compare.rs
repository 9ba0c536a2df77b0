//! The page of comparing: configurations side by side, what differs first, then what does not.

use super::style_of;
use crate::app::action::actions;
use crate::app::cell::left;
use crate::app::conditions::has_cluster;
use crate::app::knob_rows::shown_topic;
use crate::app::page_request::{ExploreKind, PageData, PageRequest, PageRow, Parameters};
use crate::app::{App, Cell, CellStyle, Column, Effect, Pin};
use crate::consequences::{Assessment, Delta, Subject, assess, differences};
use crate::knobs::{self, Knob, Scope};
use crate::model::Cluster;
use crate::rules::{FindingStatus, Findings, Severity, examine};
use std::collections::BTreeSet;
use std::sync::Arc;

static PAGE: ExploreKind = ExploreKind { title: "Compare", data };

actions! { Exploring
    "compare", "compare", has_cluster, open, "Compare the pinned configurations with the present one.";
}

fn open(app: &mut App) -> Vec<Effect> {
    app.toggle_explore_page(&PAGE, Parameters::default())
}

struct Side {
    name: String,
    cluster: Arc<Cluster>,
    assessment: Assessment,
    findings: Findings,
    /// What differs from the first one.
    deltas: Vec<Delta>,
}

fn data(request: &PageRequest, _: &dyn Fn() -> bool) -> PageData {
    let sides = sides(request);
    let Some(first) = sides.first() else { return PageData::default() };
    let (mut differ, mut same) = (Vec::new(), Vec::new());
    for knob in knobs::ALL {
        differ.extend(knob_row(&sides, request, knob));
    }
    for figure in first.assessment.figures() {
        let row = figure_row(&sides, figure.id, figure.label);
        let changed = sides.iter().any(|side| side.deltas.iter().any(|delta| delta.id == figure.id));
        if changed { differ.push(row) } else { same.push(row) }
    }
    let found = findings_row(&sides);
    if found.cells.iter().skip(1).any(|cell| cell.text != found.cells[1].text) {
        differ.push(found);
    } else {
        same.push(found);
    }
    let intro = match (differ.len(), sides.len()) {
        (0, 2) => "Nothing differs. Pin a configuration (p p), change knobs, and come back.".to_string(),
        _ => format!("Against {}: + better, - worse. What differs comes first.", first.name),
    };
    PageData {
        intro: vec![(CellStyle::Muted, intro)],
        columns: columns(sides.len()),
        headings: headings(&sides),
        rows: differ.into_iter().chain(same).collect(),
        plot: None,
    }
}

fn sides(request: &PageRequest) -> Vec<Side> {
    let now = Pin { name: "now".into(), cluster: request.now.clone() };
    let mut sides: Vec<Side> = Vec::new();
    for pin in request.others.iter().chain([&now]) {
        let topic = request.topic.as_ref().and_then(|name| pin.cluster.topic_named(name));
        let subject = topic.map_or(Subject::Cluster, |(ix, _)| Subject::Topic(ix));
        let assessment = assess(&pin.cluster, subject);
        let deltas = sides.first().map_or_else(Vec::new, |first| differences(&first.assessment, &assessment));
        let (name, cluster) = (pin.name.clone(), pin.cluster.clone());
        let findings = examine(&cluster);
        sides.push(Side { name, cluster, assessment, findings, deltas });
    }
    sides
}

/// The first and the present setting always, the pins between them as far as the screen is wide.
fn columns(sides: usize) -> Vec<Column> {
    let mut columns = vec![left("", 20, 26, 0)];
    columns.extend((0..sides).map(|at| {
        let between = at > 0 && at + 1 < sides;
        left("", 13, 22, if between { 1 + at as u8 } else { 0 })
    }));
    columns.push(left("", 18, 30, 0));
    columns
}

fn headings(sides: &[Side]) -> Vec<String> {
    let mut headings = vec![String::new()];
    headings.extend(sides.iter().map(|side| side.name.clone()));
    headings.push("now is".into());
    headings
}

/// A knob, if the settings differ in it.
fn knob_row(sides: &[Side], request: &PageRequest, knob: &'static Knob) -> Option<PageRow> {
    let text = |side: &Side| {
        let topic = shown_topic(&side.cluster, request.topic.as_ref());
        knobs::resolve(&side.cluster, topic, knob).get().map_or("?".to_string(), ToString::to_string)
    };
    let texts: Vec<String> = sides.iter().map(text).collect();
    let first = texts.first()?;
    if texts.iter().all(|text| text == first) {
        return None;
    }
    // Kafka calls a topic's setting and the brokers' default for it by one name.
    let name = if knob.scope == Scope::Broker { knob.full_name() } else { knob.name.to_string() };
    let mut cells = vec![Cell::new(CellStyle::Strong, name)];
    cells.extend(texts.iter().map(|text| {
        Cell::new(if text == first { CellStyle::Plain } else { CellStyle::Changed }, text.clone())
    }));
    cells
        .push(Cell::new(CellStyle::Muted, if texts.last() == Some(first) { "as it was" } else { "changed" }));
    let told =
        sides.iter().zip(&texts).map(|(side, text)| (CellStyle::Plain, format!("{}: {text}", side.name)));
    let mut detail = vec![(CellStyle::Strong, knob.full_name())];
    detail.extend(told);
    detail.push((CellStyle::Muted, knob.doc.into()));
    Some(PageRow { key: knob.full_name(), cells, detail, ..PageRow::default() })
}

fn figure_row(sides: &[Side], id: &str, label: &str) -> PageRow {
    let mut cells = vec![Cell::new(CellStyle::Plain, label)];
    let mut detail = Vec::new();
    for side in sides {
        let figure = side.assessment.figure(id);
        let text = figure.map_or("?".to_string(), |figure| figure.value.text());
        let delta = side.deltas.iter().find(|delta| delta.id == id);
        let (style, mark) = match delta {
            Some(delta) => (style_of(delta.change), format!("{} ", delta.mark())),
            None => (CellStyle::Plain, String::new()),
        };
        cells.push(Cell::new(style, format!("{mark}{text}")));
        let verdict = delta.map_or(String::new(), |delta| format!("  {}", delta.verdict()));
        detail.push((style, format!("{}: {text}{verdict}", side.name)));
    }
    let last = sides.last().and_then(|side| side.deltas.iter().find(|delta| delta.id == id));
    cells.push(match last {
        Some(delta) => Cell::new(style_of(delta.change), delta.verdict()),
        None => Cell::new(CellStyle::Muted, "the same"),
    });
    if let Some(figure) = sides.last().and_then(|side| side.assessment.figure(id)) {
        detail.push((CellStyle::Muted, figure.headline.to_string()));
    }
    PageRow { key: id.to_string(), cells, detail, ..PageRow::default() }
}

/// Findings by severity, and which come and go.
fn findings_row(sides: &[Side]) -> PageRow {
    let mut cells = vec![Cell::new(CellStyle::Plain, "Warnings")];
    cells.extend(sides.iter().map(|side| Cell::new(CellStyle::Plain, counted(&side.findings))));
    let mut detail = Vec::new();
    let first = sides.first().map(|side| rules_of(&side.findings)).unwrap_or_default();
    let (mut come, mut gone) = (0, 0);
    for side in sides.iter().skip(1) {
        let rules = rules_of(&side.findings);
        let list = |rules: Vec<&&str>| rules.into_iter().copied().collect::<Vec<_>>().join(", ");
        let (new, old): (Vec<_>, Vec<_>) =
            (rules.difference(&first).collect(), first.difference(&rules).collect());
        (come, gone) = (new.len(), old.len());
        if come > 0 {
            detail.push((CellStyle::Worse, format!("{}: - new {}", side.name, list(new))));
        }
        if gone > 0 {
            detail.push((CellStyle::Better, format!("{}: + gone {}", side.name, list(old))));
        }
    }
    cells.push(match (come, gone) {
        (0, 0) => Cell::new(CellStyle::Muted, "the same"),
        (0, gone) => Cell::new(CellStyle::Better, format!("+ {gone} gone")),
        (come, 0) => Cell::new(CellStyle::Worse, format!("- {come} new")),
        (come, gone) => Cell::new(CellStyle::Plain, format!("{come} new, {gone} gone")),
    });
    PageRow { key: "warnings".into(), cells, detail, ..PageRow::default() }
}

fn rules_of(findings: &Findings) -> BTreeSet<&'static str> {
    let found = findings.findings.iter().filter(|finding| finding.status == FindingStatus::Finding);
    found.map(|finding| finding.rule.id).collect()
}

/// `1 critical 2 high`
fn counted(findings: &Findings) -> String {
    let count = |severity: Severity| {
        let of = |finding: &&crate::rules::Finding| {
            finding.status == FindingStatus::Finding && finding.severity == severity
        };
        (severity, findings.findings.iter().filter(of).count())
    };
    let some: Vec<String> = Severity::ALL
        .into_iter()
        .map(count)
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{count} {}", severity.word()))
        .collect();
    if some.is_empty() { "none".into() } else { some.join(" ") }
}
