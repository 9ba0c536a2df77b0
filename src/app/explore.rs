//! The pages of exploring: what is asked of the engine, and the rows that come back. Each kind is a file.
//!
//! It may take long, so it runs on another thread than the screen ([`crate::app::Effect::Explore`]); the latest
//! inquiry wins, and an older one stops as soon as it is no longer wanted.

mod advice;
mod compare;
mod frontier;
mod goal;
mod roll;

pub(super) use roll::level_of;

use crate::app::{Cell, CellStyle, Column, Pin};
use crate::consequences::{Delta, Goal, Subject};
use crate::knobs::{Change, Scope};
use crate::model::Cluster;
use std::cmp::Ordering;
use std::sync::Arc;

#[derive(Clone, PartialEq, Debug)]
pub enum SheetKind {
    /// Settings side by side.
    Compare,
    /// Two figures over a sweep of the knobs; which of [`crate::consequences::OBJECTIVES`] each axis is.
    Frontier {
        /// From left to right.
        x: usize,
        y: usize,
    },
    /// Single changes that improve this figure.
    Advice(&'static str),
    /// What it takes to meet goals.
    Goal(Vec<Goal>),
    /// Restarting the brokers one by one.
    Roll,
}

impl SheetKind {
    /// The title of the page.
    pub fn title(&self) -> &'static str {
        match self {
            SheetKind::Compare => "Compare",
            SheetKind::Frontier { .. } => "Frontier",
            SheetKind::Advice(_) => "Advice",
            SheetKind::Goal(_) => "Goal",
            SheetKind::Roll => "Restart the brokers one by one",
        }
    }
}

#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The number of the inquiry; answers to older ones are not shown.
    pub generation: u64,
    /// Which page it is for.
    pub kind: SheetKind,
    /// The cluster with the knobs.
    pub now: Arc<Cluster>,
    /// What it is compared with: the real one or the first pin, then the other pins.
    pub others: Vec<Pin>,
    /// The topic under study.
    pub topic: Option<Arc<str>>,
}

/// One row of a page.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageRow {
    /// What it is about, whatever its place.
    pub key: String,
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What is told of it when it is selected, a line each.
    pub detail: Vec<(CellStyle, String)>,
    /// What Enter changes; empty where there is nothing to apply.
    pub changes: Vec<Change>,
    /// Where it lies on the plot, each from 0, the worst, to 1.
    pub at: Option<(f64, f64)>,
    /// Whether it is the setting as it is.
    pub is_now: bool,
}

/// What an axis measures.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AxisLabel {
    pub label: String,
    /// Its worst value on the plot.
    pub worst: String,
    pub best: String,
}

/// What is plotted behind the rows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Plot {
    /// From left, the worst, to right.
    pub x: AxisLabel,
    /// From below, the worst, upwards.
    pub y: AxisLabel,
    /// What is beaten by a row.
    pub dots: Vec<(f64, f64)>,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageData {
    pub intro: Vec<(CellStyle, String)>,
    /// How wide the columns are.
    pub columns: Vec<Column>,
    /// What stands above each.
    pub headings: Vec<String>,
    pub rows: Vec<PageRow>,
    /// Where the rows are places on a plot.
    pub plot: Option<Plot>,
}

/// Answers an inquiry. What it says means nothing once `keep_going` has said no.
pub fn explore(request: &PageRequest, keep_going: &dyn Fn() -> bool) -> PageData {
    match &request.kind {
        SheetKind::Compare => compare::data(request),
        SheetKind::Frontier { x, y } => frontier::data(request, (*x, *y), keep_going),
        SheetKind::Advice(figure) => advice::data(request, figure, keep_going),
        SheetKind::Goal(goals) => goal::data(request, goals, keep_going),
        SheetKind::Roll => roll::data(&request.now),
    }
}

/// From how many partitions on one topic stands for all where every change would mean to judge them all again.
const MANY: usize = 20_000;

impl PageRequest {
    /// What is judged: the topic under study, else the whole cluster.
    fn subject(&self) -> Subject {
        let studied = self.topic.as_ref().and_then(|name| self.now.topic_named(name));
        studied.map_or(Subject::Cluster, |(ix, _)| Subject::Topic(ix))
    }

    /// The same, where many settings are tried; and what is told of that.
    fn tried_on(&self) -> (Subject, Option<String>) {
        let subject = self.subject();
        let shown = crate::app::knob_rows::shown_topic(&self.now, self.topic.as_ref());
        match shown.filter(|_| subject == Subject::Cluster && self.now.partitions.len() > MANY) {
            Some(ix) => {
                let name = &self.now.topic(ix).name;
                (Subject::Topic(ix), Some(format!("Tried on topic {name} alone; study another with e.")))
            }
            None => (subject, None),
        }
    }
}

/// A difference by its look: better or worse.
fn style_of(change: Option<Ordering>) -> CellStyle {
    match change {
        Some(Ordering::Greater) => CellStyle::Better,
        Some(Ordering::Less) => CellStyle::Worse,
        Some(Ordering::Equal) => CellStyle::Muted,
        None => CellStyle::Unknown,
    }
}

/// `Ack p50/p99: 8.0 / 12 ms -> 2.1 / 8.0 ms (+ better, 33% less)`
fn told(delta: &Delta) -> (CellStyle, String) {
    let text = format!("{}: {} -> {} ({})", delta.label, delta.was, delta.now, delta.verdict());
    (style_of(delta.change), text)
}

/// A change as short as it is clear: without its scope where that is plain.
fn short(change: &Change) -> String {
    let text = format!("{}={}", change.knob.name, change.value);
    match (&change.subject, change.knob.scope) {
        (Some(subject), _) => format!("{text} ({subject})"),
        (None, Scope::Topic | Scope::Producer) => text,
        (None, scope) => format!("{scope}:{text}"),
    }
}

#[cfg(test)]
mod tests;
