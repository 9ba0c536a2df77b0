//! What an explore page asks the engine, and what comes back.

use crate::app::knob_rows::shown_topic;
use crate::app::{Cell, CellStyle, Column, Pin};
use crate::consequences::{Goal, OBJECTIVES, Subject};
use crate::knobs::Change;
use crate::model::Cluster;
use std::fmt;
use std::sync::Arc;

/// What an explore page is.
pub struct ExploreKind {
    /// What stands on its title line.
    pub title: &'static str,
    /// Finds out what it shows; the second argument says whether anybody still waits for it.
    pub(super) data: fn(&PageRequest, &dyn Fn() -> bool) -> PageData,
}

impl PartialEq for ExploreKind {
    fn eq(&self, other: &ExploreKind) -> bool {
        self.title == other.title
    }
}

impl Eq for ExploreKind {}

impl fmt::Debug for ExploreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
    }
}

/// What a page is about; each page reads what it needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameters {
    /// Which of [`OBJECTIVES`] lies along the x and the y axis of the frontier.
    pub axes: (usize, usize),
    /// The figure that advice improves.
    pub figure: &'static str,
    /// What a plan has to meet.
    pub goals: Vec<Goal>,
}

impl Default for Parameters {
    fn default() -> Parameters {
        Parameters { axes: (1, 0), figure: OBJECTIVES[0].figure, goals: Vec::new() }
    }
}

/// What is to be found out for a page.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// The number of the request; answers to older ones are not shown.
    pub generation: u64,
    /// Which page it is for.
    pub kind: &'static ExploreKind,
    pub parameters: Parameters,
    /// The cluster with the knobs.
    pub now: Arc<Cluster>,
    /// What it is compared with: the real one or the first pin, then the other pins.
    pub others: Vec<Pin>,
    /// The topic that is shown; all of them without one.
    pub topic: Option<Arc<str>>,
}

/// One row of a page.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageRow {
    /// What it is about, whatever its place.
    pub key: String,
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What is said of it when it is selected, a line each.
    pub detail: Vec<(CellStyle, String)>,
    /// What Enter changes; empty where there is nothing to apply.
    pub changes: Vec<Change>,
    /// Where it lies on the plot, each from 0, the worst, to 1.
    pub at: Option<(f64, f64)>,
    /// Whether it is the configuration as it is.
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
    /// Outcomes that a row beats.
    pub dots: Vec<(f64, f64)>,
}

/// What a page shows.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageData {
    /// What stands above the rows, a paragraph each.
    pub intro: Vec<(CellStyle, String)>,
    /// How wide the columns are.
    pub columns: Vec<Column>,
    /// What stands above each.
    pub headings: Vec<String>,
    pub rows: Vec<PageRow>,
    /// Where the rows are places on a plot.
    pub plot: Option<Plot>,
}

/// From how many partitions on one topic stands for all where every change would mean to assess them all again.
const MANY: usize = 20_000;

impl PageRequest {
    /// What is assessed: the selected topic, else the whole cluster.
    fn subject(&self) -> Subject {
        let selected = self.topic.as_ref().and_then(|name| self.now.topic_named(name));
        selected.map_or(Subject::Cluster, |(ix, _)| Subject::Topic(ix))
    }

    /// The same, where many configurations are tried; and what is said of that.
    pub(super) fn tried_on(&self) -> (Subject, Option<String>) {
        let subject = self.subject();
        let shown = shown_topic(&self.now, self.topic.as_ref());
        match shown.filter(|_| subject == Subject::Cluster && self.now.partitions.len() > MANY) {
            Some(ix) => {
                let name = &self.now.topic(ix).name;
                let note = format!("Tried on topic {name} only; e selects another topic.");
                (Subject::Topic(ix), Some(note))
            }
            None => (subject, None),
        }
    }
}
