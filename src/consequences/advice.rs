//! The changes that improve a figure most: first what they promise, then the figure, then what they cost elsewhere.

use crate::consequences::compare::{Delta, assess_with, differences};
use crate::consequences::figure::{FigureValue, Scale};
use crate::consequences::promises::{broken, is_empty, of_figure};
use crate::consequences::{Assessment, KeepGoing, Subject, assess};
use crate::hypothesis::apply;
use crate::knobs::{ALL, Change, Knob, Scope, cluster, producer, resolve, topic};
use crate::model::Cluster;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A change, or two that only help together, what they gain and what they cost.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    pub changes: Vec<Change>,
    /// The figure that was asked for, or the promise that it stands on.
    pub gain: Delta,
    /// Figures that get worse, in the order of the panel.
    pub price: Vec<Delta>,
    /// Figures that get better beside it.
    pub also: Vec<Delta>,
}

impl Advice {
    /// `topic:min.insync.replicas=2`; two changes are joined by a plus.
    pub fn title(&self) -> String {
        self.changes.iter().map(Change::to_string).collect::<Vec<_>>().join(" + ")
    }
}

/// What somebody holds against a cluster: findings of the rules, say. Advice adds nothing to it.
pub type Judge<'a> = &'a dyn Fn(&Cluster) -> BTreeSet<String>;

/// What is held against a cluster as it is, so that nothing is advised that adds to it.
pub(super) struct Objections<'a> {
    cluster: &'a Cluster,
    judge: Judge<'a>,
    known: BTreeSet<String>,
}

impl<'a> Objections<'a> {
    pub(super) fn of(cluster: &'a Cluster, judge: Judge<'a>) -> Self {
        Objections { cluster, judge, known: judge(cluster) }
    }

    /// Whether changes bring nothing that is not held against the cluster already.
    pub(super) fn admit(&self, changes: &[Change]) -> bool {
        apply(self.cluster, changes).is_ok_and(|changed| (self.judge)(&changed).is_subset(&self.known))
    }
}

/// Improvements of less than this share are not worth a change.
const WORTHWHILE: f64 = 0.05;
/// Knobs that are tried in pairs: what they promise they promise together.
static PAIRED: [&Knob; 5] = [
    &topic::REPLICATION_FACTOR,
    &topic::MIN_INSYNC_REPLICAS,
    &topic::UNCLEAN_LEADER_ELECTION_ENABLE,
    &producer::ACKS,
    &cluster::RACKS,
];
/// From so many partitions on fewer combinations are tried.
const MANY_PARTITIONS: usize = 20_000;
/// Pairs that are listed.
const MAX_PAIRS: usize = 3;

/// Whether a cluster has so many partitions that each assessment takes its time.
pub(super) fn is_large(cluster: &Cluster) -> bool {
    cluster.partitions.len() > MANY_PARTITIONS
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

/// Changes that improve a figure or the promises that it stands on, the best first: those that break no promise, then
/// those after which fewest promises hold for no failure at all, then by the figure, and of equals the one that costs
/// least. Of a knob the best value is named, and beside it those that cost fewer figures, and the next one on its
/// ladder, which often does most of it. Two changes are named where one alone does not do. Nothing is advised that
/// `judge` has more against than against the cluster as it is. It stops early, with what it has, once `keep_going`
/// says no.
pub fn advise(
    cluster: &Cluster,
    subject: Subject,
    figure: &str,
    judge: Judge<'_>,
    keep_going: KeepGoing<'_>,
) -> Vec<Advice> {
    let adviser = Adviser { cluster, subject, figure, was: assess(cluster, subject), keep_going };
    let candidates = candidates(cluster, subject);
    let singles = sorted(candidates.iter().map(|change| vec![change.clone()]), &adviser);
    let objections = Objections::of(cluster, judge);
    let mut kept: Vec<Advised> = Vec::new();
    for one in singles {
        if adviser.stands_out(&one, &kept) && objections.admit(&one.advice.changes) {
            kept.push(one);
        }
    }
    let best = kept.iter().map(|one| (one.broken, one.unkept)).min();
    let enough = best.is_some_and(|best| best == (0, 0));
    if !enough && !is_large(cluster) {
        let better = |pair: &Advised| best.is_none_or(|best| (pair.broken, pair.unkept) < best);
        let pairs = sorted(pairs(&candidates), &adviser).into_iter();
        kept.extend(
            pairs.filter(|pair| better(pair) && objections.admit(&pair.advice.changes)).take(MAX_PAIRS),
        );
        kept.sort_by(Advised::order);
    }
    kept.into_iter().map(|one| one.advice).collect()
}

/// Changes of two different knobs of [`PAIRED`].
fn pairs(candidates: &[Change]) -> impl Iterator<Item = Vec<Change>> + '_ {
    let paired = move |change: &&Change| PAIRED.contains(&change.knob);
    candidates.iter().filter(paired).enumerate().flat_map(move |(at, one)| {
        let others = candidates.iter().filter(paired).skip(at + 1);
        others.filter(move |other| other.knob != one.knob).map(move |other| vec![one.clone(), other.clone()])
    })
}

/// Those of them that improve something, the best first.
fn sorted(changes: impl Iterator<Item = Vec<Change>>, adviser: &Adviser<'_>) -> Vec<Advised> {
    let going = changes.take_while(|_| (adviser.keep_going)());
    let mut found: Vec<Advised> = going.filter_map(|changes| adviser.advised(changes)).collect();
    found.sort_by(Advised::order);
    found
}

/// A piece of advice and what decides about its place.
struct Advised {
    /// Promises that it breaks.
    broken: usize,
    /// Promises of the figure that hold for no failure with it.
    unkept: usize,
    score: f64,
    advice: Advice,
}

impl Advised {
    fn order(&self, other: &Self) -> Ordering {
        let promises = (self.broken, self.unkept).cmp(&(other.broken, other.unkept));
        let figure = other.score.total_cmp(&self.score);
        promises.then(figure).then(self.advice.price.len().cmp(&other.advice.price.len()))
    }
}

struct Adviser<'a> {
    cluster: &'a Cluster,
    subject: Subject,
    figure: &'a str,
    was: Assessment,
    keep_going: KeepGoing<'a>,
}

impl Adviser<'_> {
    /// Whether it costs fewer figures than what is kept of the same knob, or is the next value.
    fn stands_out(&self, one: &Advised, kept: &[Advised]) -> bool {
        let [change] = one.advice.changes.as_slice() else { return true };
        let mut of_knob = kept.iter().filter(|other| other.advice.changes[0].knob == change.knob);
        self.is_next(change) || of_knob.all(|other| other.advice.price.len() > one.advice.price.len())
    }

    /// Whether a value is the neighbour of the present one on the knob's ladder.
    fn is_next(&self, change: &Change) -> bool {
        let present = resolve(self.cluster, self.subject.topic(self.cluster), change.knob);
        let Some(present) = present.get() else { return false };
        [true, false].into_iter().any(|up| change.knob.step(present, up).as_ref() == Some(&change.value))
    }

    /// What changes bring; `None` when it is not worth it.
    fn advised(&self, changes: Vec<Change>) -> Option<Advised> {
        let now = assess_with(self.cluster, self.subject, &changes)?;
        let (before, after) = (self.was.figure(self.figure)?.value, now.figure(self.figure)?.value);
        let deltas = differences(&self.was, &now);
        let broken = broken(&self.was, &now);
        let promise = if broken == 0 { self.promise(&now) } else { None };
        let id = if is_worthwhile(before, after) { Some(self.figure) } else { promise }?;
        let gain = deltas.iter().find(|delta| delta.id == id)?.clone();
        let others = |change: Ordering| -> Vec<Delta> {
            let others = deltas.iter().filter(|delta| delta.id != id && delta.change == Some(change));
            others.cloned().collect()
        };
        let (price, also) = (others(Ordering::Less), others(Ordering::Greater));
        let unkept = of_figure(&now, self.figure).iter().filter(|(_, value)| is_empty(value)).count();
        Some(Advised {
            broken,
            unkept,
            score: after.score().unwrap_or(f64::NEG_INFINITY),
            advice: Advice { changes, gain, price, also },
        })
    }

    /// The first promise of the figure that held for no failure and now does, when fewer hold for none.
    fn promise(&self, now: &Assessment) -> Option<&'static str> {
        let (before, after) = (of_figure(&self.was, self.figure), of_figure(now, self.figure));
        let pairs = before.iter().zip(&after);
        let mut kept = pairs.filter(|((_, was), (_, now))| is_empty(was) && !is_empty(now));
        kept.next().map(|((id, _), _)| *id)
    }
}

/// Whether a figure gets better by more than next to nothing.
fn is_worthwhile(before: &dyn FigureValue, after: &dyn FigureValue) -> bool {
    let (Some(was), Some(now)) = (before.score(), after.score()) else { return false };
    match (before.scale(), after.scale()) {
        (Scale::Ratio(_), Scale::Ratio(_)) => now - was >= WORTHWHILE * was.abs() && now > was,
        _ => now > was,
    }
}
