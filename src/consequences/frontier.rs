//! The frontier of two figures: a sweep over the knobs, and what nothing beats in both.

use crate::consequences::compare::assess_with;
use crate::consequences::objective::{OBJECTIVES, Objective};
use crate::consequences::{Assessment, KeepGoing, Subject};
use crate::knobs::{Change, Knob, Scope, Value, producer, resolve, topic};
use crate::model::{Cluster, TopicIx};

/// One setting and where it lies.
#[derive(Clone, PartialEq, Debug)]
pub struct FrontierPoint {
    /// What to change to get there; empty for the setting as it is.
    pub changes: Vec<Change>,
    pub x: String,
    pub y: String,
    /// Both as numbers; the larger the better.
    pub at: (f64, f64),
    /// Nothing else is better in one figure and no worse in the other.
    pub on_frontier: bool,
}

impl FrontierPoint {
    /// Whether it is the setting as it is.
    pub fn is_now(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What nothing beats in two figures, with what it does to others.
#[derive(Clone, PartialEq, Debug)]
pub struct FrontierTable {
    /// Ids of the two figures.
    pub axes: (&'static str, &'static str),
    /// Ids and names of the columns.
    pub columns: Vec<(&'static str, &'static str)>,
    /// How many different outcomes the sweep had.
    pub outcomes: usize,
    /// The best in the first figure first; the setting as it is among them.
    pub rows: Vec<FrontierRow>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FrontierRow {
    /// What to change to get there; empty for the setting as it is.
    pub changes: Vec<Change>,
    /// Nothing else is better in one of the two figures and no worse in the other.
    pub on_frontier: bool,
    /// Each column's figure as shown, and as a number of which more is better.
    pub values: Vec<(String, Option<f64>)>,
}

impl FrontierRow {
    /// Whether it is the setting as it is.
    pub fn is_now(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Combinations that a sweep tries at most.
pub const MAX_POINTS: usize = 2000;

/// Objectives that a table tells whatever its axes are.
const TOLD: [&str; 4] = ["durability", "latency", "throughput", "cost"];

/// The knobs that a sweep turns unless told otherwise: what decides most about durability, latency,
/// throughput and cost, with the rungs worth trying. acks=0 is left out: it wins
/// every latency figure and promises nothing.
pub static SWEEP_KNOBS: [(&Knob, &[&str]); 7] = [
    (&producer::ACKS, &["1", "all"]),
    (&topic::REPLICATION_FACTOR, &["1", "2", "3", "4"]),
    (&topic::MIN_INSYNC_REPLICAS, &["1", "2", "3"]),
    (&topic::FLUSH_MESSAGES, &["1", "MAX_LONG"]),
    (&producer::LINGER_MS, &["0", "5", "20", "100"]),
    (&producer::COMPRESSION_TYPE, &["none", "lz4", "zstd"]),
    (&producer::BATCH_SIZE, &["16384", "131072"]),
];

/// A knob and the values that a sweep gives it.
pub type Sweep = (&'static Knob, Vec<Value>);

/// [`SWEEP_KNOBS`] as knobs and values.
pub fn default_sweep() -> Vec<Sweep> {
    let sweep = |(knob, rungs): &(&'static Knob, &[&str])| {
        (*knob, rungs.iter().filter_map(|rung| knob.kind.parse(rung).ok()).collect())
    };
    SWEEP_KNOBS.iter().map(sweep).collect()
}

/// Sweeps knobs and marks what nothing beats in both figures; the setting as it is comes first. Of settings
/// that come to the same, the one with the fewest changes is kept; those that the cluster cannot have, or
/// whose figures are not known, are left out. It stops early, with what it has, once `keep_going` says no.
pub fn frontier(
    cluster: &Cluster,
    subject: Subject,
    sweeps: &[Sweep],
    (x, y): (&str, &str),
    keep_going: KeepGoing<'_>,
) -> Vec<FrontierPoint> {
    let settings = settings(cluster, subject, sweeps);
    let tried = settings.into_iter().take_while(|_| keep_going());
    let mut points: Vec<FrontierPoint> =
        tried.filter_map(|changes| point(cluster, subject, changes, (x, y))).collect();
    // Of settings that come to the same, the one with the fewest changes is kept.
    points.sort_by_key(|point| point.changes.len());
    let mut kept: Vec<FrontierPoint> = Vec::new();
    for point in points {
        if kept.iter().all(|other| other.at != point.at) {
            kept.push(point);
        }
    }
    let places: Vec<(f64, f64)> = kept.iter().map(|point| point.at).collect();
    for point in &mut kept {
        point.on_frontier = !places.iter().any(|place| beats(*place, point.at));
    }
    kept
}

/// The frontier of two objectives as a table: durability, latency, throughput and cost of each setting that nothing beats,
/// and of the present one.
pub fn frontier_table(
    cluster: &Cluster,
    subject: Subject,
    (x, y): (&'static Objective, &'static Objective),
    keep_going: KeepGoing<'_>,
) -> FrontierTable {
    let points = frontier(cluster, subject, &default_sweep(), (x.figure, y.figure), keep_going);
    let always = OBJECTIVES.iter().filter(|objective| TOLD.contains(&objective.id));
    let mut columns: Vec<(&'static str, &'static str)> = Vec::new();
    for objective in [x, y].into_iter().chain(always) {
        if !columns.contains(&(objective.figure, objective.axis)) {
            columns.push((objective.figure, objective.axis));
        }
    }
    let outcomes = points.len();
    let mut kept: Vec<FrontierPoint> =
        points.into_iter().filter(|point| point.on_frontier || point.is_now()).collect();
    kept.sort_by(|a, b| b.at.0.total_cmp(&a.at.0).then(b.at.1.total_cmp(&a.at.1)));
    let row = |point: FrontierPoint| {
        let assessment = assess_with(cluster, subject, &point.changes)?;
        let read = |(id, _): &(&str, &str)| {
            let figure = assessment.figure(id);
            let text = figure.as_ref().map_or("?".to_string(), |figure| figure.value.text());
            (text, figure.and_then(|figure| figure.value.score()))
        };
        let values = columns.iter().map(read).collect();
        Some(FrontierRow { changes: point.changes, on_frontier: point.on_frontier, values })
    };
    let rows = kept.into_iter().filter_map(row).collect();
    FrontierTable { axes: (x.figure, y.figure), columns, outcomes, rows }
}

/// Better in one and no worse in the other.
fn beats(a: (f64, f64), b: (f64, f64)) -> bool {
    a.0 >= b.0 && a.1 >= b.1 && (a.0 > b.0 || a.1 > b.1)
}

/// Every combination as changes of what differs from the present one, which is the empty list and comes first.
fn settings(cluster: &Cluster, subject: Subject, sweeps: &[Sweep]) -> Vec<Vec<Change>> {
    let topic = subject.topic(cluster);
    let name = topic.map(|ix| cluster.topic(ix).name.to_string());
    let mut settings: Vec<Vec<Change>> = vec![Vec::new()];
    for (knob, values) in sweeps {
        let present = resolve(cluster, topic, knob);
        let subject = name.clone().filter(|_| knob.scope == Scope::Topic);
        let others: Vec<Change> = values
            .iter()
            .filter(|value| present.get() != Some(value))
            .map(|value| Change { knob, subject: subject.clone(), value: value.clone() })
            .collect();
        let more = settings.iter().flat_map(|before| {
            others.iter().map(|other| [before.as_slice(), std::slice::from_ref(other)].concat())
        });
        let more: Vec<Vec<Change>> = more.filter(|changes| makes_sense(cluster, topic, changes)).collect();
        settings.extend(more);
        settings.truncate(MAX_POINTS);
    }
    settings
}

/// A minimum ISR is turned only where it counts, with acks=all, and never above the number of replicas.
fn makes_sense(cluster: &Cluster, topic: Option<TopicIx>, changes: &[Change]) -> bool {
    let changed = |knob: &Knob| changes.iter().find(|change| change.knob == knob);
    let Some(min_isr) = changed(&topic::MIN_INSYNC_REPLICAS).and_then(|change| change.value.int()) else {
        return true;
    };
    let value = |knob: &Knob| match changed(knob) {
        Some(change) => Some(change.value.clone()),
        None => resolve(cluster, topic, knob).get().cloned(),
    };
    let all = value(&producer::ACKS).is_none_or(|acks| acks.word() == Some("all"));
    let replicas = value(&topic::REPLICATION_FACTOR).and_then(|replicas| replicas.int());
    all && replicas.is_none_or(|replicas| min_isr <= replicas)
}

fn point(
    cluster: &Cluster,
    subject: Subject,
    changes: Vec<Change>,
    (x, y): (&str, &str),
) -> Option<FrontierPoint> {
    let assessment = assess_with(cluster, subject, &changes)?;
    let ((a, x), (b, y)) = (coordinate(&assessment, x)?, coordinate(&assessment, y)?);
    Some(FrontierPoint { changes, x, y, at: (a, b), on_frontier: false })
}

/// Where a figure lies on its axis, and as it is shown; an unknown one lies nowhere.
fn coordinate(assessment: &Assessment, id: &str) -> Option<(f64, String)> {
    let figure = assessment.figure(id)?;
    let score = figure.value.score().filter(|score| score.is_finite())?;
    Some((score, figure.value.text()))
}
