//! Single changes that improve one figure most, with what they cost the others; and the frontier of two.

use crate::consequences::compare::{Delta, differences};
use crate::consequences::{Assessment, Subject, assess};
use crate::hypothesis::apply;
use crate::knobs::{ALL, Change, Knob, Scope, resolve};
use crate::model::{Cluster, TopicIx};
use std::cmp::Ordering;

/// One change, what it gains and what it costs.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    /// The change.
    pub change: Change,
    /// The figure that was asked for.
    pub gain: Delta,
    /// Figures that get worse, in the order of the panel.
    pub price: Vec<Delta>,
    /// Figures that get better beside it.
    pub also: Vec<Delta>,
}

/// Values of the levers' ladders other than the present one; surroundings (load, distances, failure rates)
/// are not for us to choose.
pub(super) fn candidates(cluster: &Cluster, subject: Subject) -> Vec<Change> {
    let topic = topic_of(cluster, subject);
    let choosable = |knob: &&&'static Knob| {
        !matches!(knob.scope, Scope::Load | Scope::Net | Scope::Env | Scope::Group)
            && !matches!(knob.name, "kafka.version")
    };
    let mut changes = Vec::new();
    for knob in ALL.iter().filter(choosable) {
        let present = resolve(cluster, topic, knob);
        let rungs = knob.ladder.iter().filter_map(|text| knob.kind.parse(text).ok());
        for value in rungs.filter(|value| present.get() != Some(value)) {
            let subject = match (knob.scope, topic) {
                (Scope::Topic, Some(ix)) => Some(cluster.topic(ix).name.to_string()),
                _ => None,
            };
            changes.push(Change { subject, ..Change::new(knob, value) });
        }
    }
    changes
}

fn topic_of(cluster: &Cluster, subject: Subject) -> Option<TopicIx> {
    match subject {
        Subject::Topic(ix) => Some(ix),
        Subject::Partition(ix) => Some(cluster.partitions.view(ix).topic()),
        Subject::Cluster if cluster.topics.len() == 1 => Some(TopicIx(0)),
        Subject::Cluster => None,
    }
}

/// Single changes that improve a figure, the best first and of equals the one that costs least.
pub fn advise(cluster: &Cluster, subject: Subject, figure: &str) -> Vec<Advice> {
    let was = assess(cluster, subject);
    let mut found: Vec<(f64, Advice)> = candidates(cluster, subject)
        .into_iter()
        .filter_map(|change| advice(cluster, subject, figure, &was, change))
        .collect();
    found.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.price.len().cmp(&other.price.len())));
    found.into_iter().map(|(_, advice)| advice).collect()
}

fn advice(
    cluster: &Cluster,
    subject: Subject,
    figure: &str,
    was: &Assessment,
    change: Change,
) -> Option<(f64, Advice)> {
    let now = assess(&apply(cluster, std::slice::from_ref(&change)).ok()?, subject);
    let goodness = |of: &Assessment| of.figure(figure).and_then(|figure| figure.value.goodness());
    let (before, after) = (goodness(was)?, goodness(&now)?);
    let deltas = differences(was, &now);
    let gain = deltas.iter().find(|delta| delta.id == figure && after > before)?.clone();
    let of = |wanted: Ordering| -> Vec<Delta> {
        let others = deltas.iter().filter(|delta| delta.id != figure && delta.change == Some(wanted));
        others.cloned().collect()
    };
    Some((after, Advice { change, gain, price: of(Ordering::Less), also: of(Ordering::Greater) }))
}

/// One combination of values and where it lies.
#[derive(Clone, PartialEq, Debug)]
pub struct FrontierPoint {
    /// The values, one per knob that was swept.
    pub changes: Vec<Change>,
    /// The first figure, as shown.
    pub x: String,
    /// The second.
    pub y: String,
    /// Nothing else is better in one figure and no worse in the other.
    pub on_frontier: bool,
}

/// Combinations that a sweep tries at most.
pub const MOST_POINTS: usize = 2000;

/// Sweeps the ladders of some knobs and marks what nothing beats in both figures. Combinations that the
/// cluster cannot have, or whose figures are not known, are left out.
pub fn frontier(
    cluster: &Cluster,
    subject: Subject,
    knobs: &[&'static Knob],
    (x, y): (&str, &str),
) -> Vec<FrontierPoint> {
    let mut combinations: Vec<Vec<Change>> = vec![Vec::new()];
    for knob in knobs {
        let rungs: Vec<Change> = knob
            .ladder
            .iter()
            .filter_map(|text| knob.kind.parse(text).ok())
            .map(|value| Change::new(knob, value))
            .collect();
        combinations = combinations
            .iter()
            .flat_map(|before| {
                rungs.iter().map(|rung| [before.as_slice(), std::slice::from_ref(rung)].concat())
            })
            .take(MOST_POINTS)
            .collect();
    }
    let judged: Vec<(f64, f64, FrontierPoint)> =
        combinations.into_iter().filter_map(|changes| point(cluster, subject, changes, x, y)).collect();
    let beaten = |a: f64, b: f64| {
        judged
            .iter()
            .any(|(other_a, other_b, _)| *other_a >= a && *other_b >= b && (*other_a > a || *other_b > b))
    };
    let marked =
        judged.iter().map(|(a, b, point)| FrontierPoint { on_frontier: !beaten(*a, *b), ..point.clone() });
    marked.collect()
}

fn point(
    cluster: &Cluster,
    subject: Subject,
    changes: Vec<Change>,
    x: &str,
    y: &str,
) -> Option<(f64, f64, FrontierPoint)> {
    let assessment = assess(&apply(cluster, &changes).ok()?, subject);
    let (a, b) = (assessment.figure(x)?, assessment.figure(y)?);
    let at = (a.value.goodness()?, b.value.goodness()?);
    let point = FrontierPoint { changes, x: a.value.text(), y: b.value.text(), on_frontier: false };
    Some((at.0, at.1, point))
}
