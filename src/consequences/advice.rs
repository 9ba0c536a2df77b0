//! What people want more of, and the single changes that improve it most, with what they cost elsewhere.

use crate::consequences::compare::{Delta, differences, tried};
use crate::consequences::frontier::topic_of;
use crate::consequences::{Assessment, Subject, assess};
use crate::knobs::{ALL, Change, Knob, Scope, cluster, resolve};
use crate::model::Cluster;
use std::cmp::Ordering;

/// Something that people want more of, and the figure that measures it.
#[derive(PartialEq, Eq, Debug)]
pub struct Objective {
    /// As `--advise` takes it.
    pub id: &'static str,
    /// The figure that measures it.
    pub figure: &'static str,
    /// What the figure is, as an axis names it.
    pub axis: &'static str,
}

/// All objectives, in the order in which they are offered.
pub static OBJECTIVES: [Objective; 7] = [
    Objective { id: "durability", figure: "durability.loss_per_year", axis: "loss a year" },
    Objective { id: "latency", figure: "latency.ack", axis: "ack p50/p99" },
    Objective { id: "throughput", figure: "throughput.max", axis: "throughput" },
    Objective { id: "availability", figure: "writes.unavailable", axis: "writes down a year" },
    Objective { id: "end-to-end", figure: "latency.end_to_end", axis: "end-to-end p50/p99" },
    Objective { id: "cost", figure: "cost.storage", axis: "bytes stored per byte" },
    Objective { id: "fail-over", figure: "failover.crash", axis: "fail-over" },
];

/// The figure that an objective's name or a figure's own id means.
pub fn figure_of(cluster: &Assessment, name: &str) -> Option<&'static str> {
    let objective =
        OBJECTIVES.iter().find(|objective| objective.id == name).map(|objective| objective.figure);
    objective.or_else(|| cluster.figure(name).map(|figure| figure.id))
}

/// One change, what it gains and what it costs.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    pub change: Change,
    /// The figure that was asked for.
    pub gain: Delta,
    /// Figures that get worse, in the order of the panel.
    pub price: Vec<Delta>,
    /// Figures that get better beside it.
    pub also: Vec<Delta>,
}

/// Values of the knobs' ladders other than the present one; surroundings (load, distances, failure rates)
/// are not for us to choose.
pub(super) fn candidates(cluster: &Cluster, subject: Subject) -> Vec<Change> {
    let topic = topic_of(cluster, subject);
    let choosable = |knob: &&&'static Knob| {
        !matches!(knob.scope, Scope::Load | Scope::Net | Scope::Env | Scope::Group)
            && **knob != &cluster::KAFKA_VERSION
    };
    let mut changes = Vec::new();
    for knob in ALL.iter().filter(choosable) {
        let present = resolve(cluster, topic, knob);
        for value in knob.rungs().into_iter().filter(|value| present.get() != Some(value)) {
            let subject = match (knob.scope, topic) {
                (Scope::Topic, Some(ix)) => Some(cluster.topic(ix).name.to_string()),
                _ => None,
            };
            changes.push(Change { subject, ..Change::new(knob, value) });
        }
    }
    changes
}

/// Single changes that improve a figure, the best first and of equals the one that costs least. Of a knob
/// the value that gains most is named, and beside it those that gain less and cost fewer figures, and the next
/// one on its ladder, which often does most of it. It stops early, with what it has, once `go_on` says no.
pub fn advise(cluster: &Cluster, subject: Subject, figure: &str, go_on: &dyn Fn() -> bool) -> Vec<Advice> {
    let was = assess(cluster, subject);
    let mut found: Vec<(f64, Advice)> = candidates(cluster, subject)
        .into_iter()
        .take_while(|_| go_on())
        .filter_map(|change| advice(cluster, subject, figure, &was, change))
        .collect();
    found.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.price.len().cmp(&other.price.len())));
    let mut kept: Vec<Advice> = Vec::new();
    for (_, advice) in found {
        let mut of_knob = kept.iter().filter(|other| other.change.knob == advice.change.knob);
        if is_next(cluster, subject, &advice.change)
            || of_knob.all(|other| other.price.len() > advice.price.len())
        {
            kept.push(advice);
        }
    }
    kept
}

/// Whether a value is the neighbour of the present one on the knob's ladder.
fn is_next(cluster: &Cluster, subject: Subject, change: &Change) -> bool {
    let present = resolve(cluster, topic_of(cluster, subject), change.knob);
    let next = |up| present.get().and_then(|value| change.knob.step(value, up));
    [true, false].into_iter().any(|up| next(up).as_ref() == Some(&change.value))
}

fn advice(
    cluster: &Cluster,
    subject: Subject,
    figure: &str,
    was: &Assessment,
    change: Change,
) -> Option<(f64, Advice)> {
    let now = tried(cluster, subject, std::slice::from_ref(&change))?;
    let score = |of: &Assessment| of.figure(figure).and_then(|figure| figure.value.score());
    let (before, after) = (score(was)?, score(&now)?);
    let deltas = differences(was, &now);
    let gain = deltas.iter().find(|delta| delta.id == figure && after > before)?.clone();
    let of = |wanted: Ordering| -> Vec<Delta> {
        let others = deltas.iter().filter(|delta| delta.id != figure && delta.change == Some(wanted));
        others.cloned().collect()
    };
    Some((after, Advice { change, gain, price: of(Ordering::Less), also: of(Ordering::Greater) }))
}
