//! The single changes that improve a figure most, with what they cost elsewhere.

use crate::consequences::compare::{Delta, assess_with, differences};
use crate::consequences::{Assessment, KeepGoing, Subject, assess};
use crate::knobs::{ALL, Change, Knob, Scope, cluster, resolve};
use crate::model::Cluster;
use std::cmp::Ordering;

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
    let topic = subject.topic(cluster);
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
/// one on its ladder, which often does most of it. It stops early, with what it has, once `keep_going` says no.
pub fn advise(cluster: &Cluster, subject: Subject, figure: &str, keep_going: KeepGoing<'_>) -> Vec<Advice> {
    let was = assess(cluster, subject);
    let mut found: Vec<(f64, Advice)> = candidates(cluster, subject)
        .into_iter()
        .take_while(|_| keep_going())
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
    let present = resolve(cluster, subject.topic(cluster), change.knob);
    let Some(present) = present.get() else { return false };
    [true, false].into_iter().any(|up| change.knob.step(present, up).as_ref() == Some(&change.value))
}

fn advice(
    cluster: &Cluster,
    subject: Subject,
    figure: &str,
    was: &Assessment,
    change: Change,
) -> Option<(f64, Advice)> {
    let now = assess_with(cluster, subject, std::slice::from_ref(&change))?;
    let (before, after) = (was.figure(figure)?.value.score()?, now.figure(figure)?.value.score()?);
    let deltas = differences(was, &now);
    let gain = deltas.iter().find(|delta| delta.id == figure && after > before)?.clone();
    let others = |change: Ordering| -> Vec<Delta> {
        let others = deltas.iter().filter(|delta| delta.id != figure && delta.change == Some(change));
        others.cloned().collect()
    };
    Some((after, Advice { change, gain, price: others(Ordering::Less), also: others(Ordering::Greater) }))
}
