//! Asks the engine: consequences and rules, with and without the knobs, as rows to show.

use crate::app::{AssessmentRequest, AssessmentView, Consequence, Level, Warning, WarningDelta};
use crate::consequences::{
    self, Assessment, Availability, Estimate, FailuresTolerated, Figure, FigureView, Subject,
};
use crate::model::Cluster;
use crate::rules::{self, Finding, FindingStatus, Findings, Severity};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Answers a request. It may take long: it belongs on another thread than the screen.
pub fn assess(request: &AssessmentRequest) -> AssessmentView {
    let now = figures_of(&request.now, request.topic.as_deref());
    let same = Arc::ptr_eq(&request.was, &request.now);
    let was = (!same).then(|| figures_of(&request.was, request.topic.as_deref()));
    let found = rules::examine(&request.now);
    let found_before = (!same).then(|| rules::examine(&request.was));
    AssessmentView {
        subject: format!("{} {}", now.subject.scope(), now.name),
        consequences: consequences(&now, was.as_ref()),
        next_break: Some(next_break(&now)),
        next_break_brokers: now.next_break.brokers.clone(),
        assumptions: now.assumptions.clone(),
        warnings: warnings(&found, found_before.as_ref()),
        not_examined: found.not_examined.iter().map(missed_line).collect(),
    }
}

/// The event and what follows; what has happened already follows from nothing.
fn next_break(of: &Assessment) -> String {
    let link = if of.next_break.event == "now" { ":" } else { ", then" };
    format!("{}{link} {}", of.next_break.event, of.next_break.consequence)
}

/// What advice and plans must not add to: findings of severity high and worse, as the rule and its subject.
pub fn objections(cluster: &Cluster) -> BTreeSet<String> {
    let found = rules::examine(cluster);
    found.at_or_above(Severity::High).map(|one| format!("{} {}", one.rule.id, one.subject.title())).collect()
}

fn missed_line(missed: &rules::NotExamined) -> String {
    format!("{} ({})", missed.chapter.title(), missed.words())
}

fn figures_of(cluster: &Cluster, topic: Option<&str>) -> Assessment {
    let studied = topic.and_then(|name| cluster.topic_named(name)).map(|(ix, _)| Subject::Topic(ix));
    consequences::assess(cluster, studied.unwrap_or(Subject::Cluster))
}

fn consequences(now: &Assessment, was: Option<&Assessment>) -> Vec<Consequence> {
    now.figures().iter().map(|figure| row(figure, was, level(now, figure.id))).collect()
}

fn row(figure: &FigureView<'_>, was: Option<&Assessment>, level: Level) -> Consequence {
    let before = was.and_then(|was| was.figure(figure.id));
    let now = figure.value.text();
    let was_text = before.as_ref().map(|before| before.value.text()).filter(|was| *was != now);
    let goodness = before.and_then(|before| Some((figure.value.score()?, before.value.score()?)));
    let change = goodness.and_then(|(now, was)| now.partial_cmp(&was)).unwrap_or(Ordering::Equal);
    Consequence {
        id: figure.id,
        label: figure.label.into(),
        level: if figure.value.score().is_none() { Level::Unknown } else { level },
        now,
        was: was_text,
        change,
        headline: figure.headline.into(),
        affected: figure.affected.cloned(),
        why: figure.why.clone(),
    }
}

/// How good a figure is: guarantees by how many failures they survive, operations by whether they work now.
fn level(assessment: &Assessment, id: &str) -> Level {
    let durability = &assessment.durability;
    let data = [&durability.crash, &durability.power_loss, &durability.disk_loss, &durability.rack];
    if let Some(figure) = data.into_iter().find(|figure| figure.id == id) {
        return survives(figure, Level::Bad);
    }
    for operation in [&assessment.writes, &assessment.reads, &assessment.visibility] {
        if [operation.crash.id, operation.rack.id].contains(&id) {
            let figure = if operation.crash.id == id { &operation.crash } else { &operation.rack };
            return if stands_still(operation) { Level::Bad } else { survives(figure, Level::Warn) };
        }
    }
    let words = [&assessment.ordering, &assessment.duplicates].into_iter().find(|figure| figure.id == id);
    match words.map(|figure| figure.value.rank) {
        Some(Some(0)) => Level::Warn,
        Some(_) | None => Level::Notice,
    }
}

fn stands_still(operation: &Availability) -> bool {
    operation.works_now == Estimate::Exact(false)
}

fn survives(figure: &Figure<FailuresTolerated>, none: Level) -> Level {
    match (figure.value.now.low(), figure.value.guaranteed.low()) {
        (None, _) | (_, None) => Level::Unknown,
        (Some(0), _) => none,
        (_, Some(0)) => Level::Warn,
        _ => Level::Ok,
    }
}

/// What is found with the knobs, what they brought first among what is as severe; then what they took away.
fn warnings(now: &Findings, was: Option<&Findings>) -> Vec<Warning> {
    let (new, gone) = was.map(|was| now.since(was)).unwrap_or_default();
    let is_new = |finding: &Finding| new.iter().any(|new| std::ptr::eq(*new, finding));
    let delta = |finding: &Finding| if is_new(finding) { WarningDelta::New } else { WarningDelta::Unchanged };
    let mut here: Vec<Warning> =
        now.findings.iter().map(|finding| warning(finding, delta(finding))).collect();
    for alike in here.chunk_by_mut(|one, next| one.word == next.word) {
        alike.sort_by_key(|warning| warning.delta != WarningDelta::New);
    }
    here.into_iter().chain(gone.into_iter().map(|finding| warning(finding, WarningDelta::Resolved))).collect()
}

fn warning(finding: &Finding, delta: WarningDelta) -> Warning {
    let (word, level) = match (finding.status, finding.severity) {
        (FindingStatus::Unknown, _) => ("unknown", Level::Unknown),
        (FindingStatus::Waived, _) => ("waived", Level::Notice),
        (FindingStatus::Finding, severity @ (Severity::Critical | Severity::High)) => {
            (severity.word(), Level::Bad)
        }
        (FindingStatus::Finding, severity @ Severity::Medium) => (severity.word(), Level::Warn),
        (FindingStatus::Finding, severity) => (severity.word(), Level::Notice),
    };
    Warning {
        rule: finding.rule.id,
        title: finding.rule.title,
        word,
        level,
        subject: finding.subject.title(),
        evidence: finding.evidence.clone(),
        why: finding.rule.why.into(),
        fix: finding.fix(),
        delta,
    }
}
