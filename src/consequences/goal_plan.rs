//! The cheapest changes of knobs that meet goals, or what forbids them.

use crate::consequences::advice::{Objections, candidates, is_large};
use crate::consequences::compare::assess_with;
use crate::consequences::goal::Goal;
use crate::consequences::promises::{data, given_up, is_empty, operations};
use crate::consequences::{Assessment, Judge, KeepGoing, Subject, assess};
use crate::knobs::{Change, Knob, cluster, producer, topic};
use crate::model::Cluster;

/// What it takes to meet goals.
#[derive(Clone, PartialEq, Debug)]
pub enum GoalPlan {
    /// They are met as things are.
    Met,
    /// The changes that meet them and store and give up least; of equals the fewest.
    Change { changes: Vec<Change>, assessment: Box<Assessment> },
    /// No few changes meet them without bringing what the judge objects to; which goals are missed by the nearest, and which goals forbid each other.
    Impossible {
        /// So many changes at most were tried together.
        within: usize,
        /// Goals that they do not meet even alone.
        alone: Vec<Goal>,
        /// Pairs of goals that can each be met but not together.
        together: Vec<(Goal, Goal)>,
    },
}

/// Changes that a plan makes at most; one less where there are very many partitions to assess each time.
pub const MAX_CHANGES: usize = 3;
/// A difference of price that is not worth one more change.
const NEXT_TO_NOTHING: f64 = 0.1;
/// Worth combining although alone they bring no goal nearer: other changes count only with them.
static DECISIVE: [&Knob; 3] = [&topic::REPLICATION_FACTOR, &cluster::BROKERS, &producer::ACKS];
/// Changes that are combined: those that bring some goal nearer, the best of each goal. Few or many partitions.
const MAX_COMBINED: (usize, usize) = (24, 10);

/// The cheapest changes of knobs that meet all goals and that `judge` has no more against than against the cluster as
/// it is, or what forbids it. What it says means nothing once `keep_going` has said no.
pub fn plan(
    cluster: &Cluster,
    subject: Subject,
    goals: &[Goal],
    judge: Judge<'_>,
    keep_going: KeepGoing<'_>,
) -> GoalPlan {
    let now = assess(cluster, subject);
    if goals.iter().all(|goal| goal.is_met(&now)) {
        return GoalPlan::Met;
    }
    let search = Search::of(cluster, subject, &now, judge, keep_going);
    if let Some((changes, assessment)) = search.cheapest(goals) {
        return GoalPlan::Change { changes, assessment: Box::new(assessment) };
    }
    let possible =
        |goals: &[Goal]| goals.iter().all(|goal| goal.is_met(&now)) || search.cheapest(goals).is_some();
    let (met, alone): (Vec<Goal>, Vec<Goal>) =
        goals.iter().cloned().partition(|goal| possible(std::slice::from_ref(goal)));
    let pairs = met.iter().enumerate().flat_map(|(at, a)| met[at + 1..].iter().map(move |b| (a, b)));
    let together = pairs
        .filter(|(a, b)| !possible(&[(*a).clone(), (*b).clone()]))
        .map(|(a, b)| (a.clone(), b.clone()))
        .collect();
    GoalPlan::Impossible { within: search.most_changes(), alone, together }
}

struct Search<'a> {
    cluster: &'a Cluster,
    subject: Subject,
    now: &'a Assessment,
    singles: Vec<(Change, Assessment)>,
    objections: Objections<'a>,
    keep_going: KeepGoing<'a>,
}

impl<'a> Search<'a> {
    fn of(
        cluster: &'a Cluster,
        subject: Subject,
        now: &'a Assessment,
        judge: Judge<'a>,
        keep_going: KeepGoing<'a>,
    ) -> Self {
        let affordable = candidates(cluster, subject).into_iter().filter(is_affordable);
        let singles = affordable
            .take_while(|_| keep_going())
            .filter_map(|change| {
                let assessment = assess_with(cluster, subject, std::slice::from_ref(&change))?;
                Some((change, assessment))
            })
            .collect();
        Search { cluster, subject, now, singles, objections: Objections::of(cluster, judge), keep_going }
    }

    /// One change, else two, else three: more of them only as long as fewer cost something.
    fn cheapest(&self, goals: &[Goal]) -> Option<(Vec<Change>, Assessment)> {
        let meets = |of: &Assessment| -> bool { goals.iter().all(|goal| goal.is_met(of)) };
        let single = self.singles.iter().filter(|(_, of)| meets(of));
        let mut singles: Vec<_> =
            single.map(|(change, of)| (self.price(of), vec![change.clone()], of)).collect();
        // Of changes that do alone, first the one after which most of what was asked of the data is promised.
        singles.sort_by(|(a, _, one), (b, _, other)| {
            unkept(goals, one).cmp(&unkept(goals, other)).then(a.total_cmp(b))
        });
        let sound = singles.into_iter().find(|(_, changes, _)| self.objections.admit(changes));
        let mut best = sound.map(|(price, changes, of)| (price, changes, of.clone()));
        let useful = self.useful(goals);
        for size in 2..=self.most_changes() {
            if best.as_ref().is_some_and(|(price, ..)| *price < NEXT_TO_NOTHING) {
                break;
            }
            self.combinations(&useful, size, &mut |changes| {
                let of =
                    if (self.keep_going)() { assess_with(self.cluster, self.subject, changes) } else { None };
                let Some(of) = of.filter(meets) else { return };
                let price = self.price(&of);
                let is_cheaper = best.as_ref().is_none_or(|(least, ..)| price + NEXT_TO_NOTHING < *least);
                if is_cheaper && self.objections.admit(changes) {
                    best = Some((price, changes.to_vec(), of));
                }
            });
        }
        best.map(|(_, changes, of)| (changes, of))
    }

    fn most_changes(&self) -> usize {
        MAX_CHANGES - usize::from(is_large(self.cluster))
    }

    /// Changes that bring a missed goal nearer or make one known, the best of each goal first; also
    /// replication factor, which other goals need room in.
    fn useful(&self, goals: &[Goal]) -> Vec<&Change> {
        let missed: Vec<&Goal> = goals.iter().filter(|goal| !goal.is_met(self.now)).collect();
        let mut useful: Vec<&Change> = Vec::new();
        let combined = if is_large(self.cluster) { MAX_COMBINED.1 } else { MAX_COMBINED.0 };
        let each = combined / missed.len().max(1);
        for goal in missed {
            let before = goal.shortfall(self.now).unwrap_or(f64::INFINITY);
            let mut nearer: Vec<(f64, &Change)> = self
                .singles
                .iter()
                .filter_map(|(change, of)| Some((goal.shortfall(of)?, change)))
                .filter(|(missing, change)| *missing < before || DECISIVE.contains(&change.knob))
                .collect();
            nearer.sort_by(|a, b| a.0.total_cmp(&b.0));
            useful.extend(nearer.into_iter().take(each).map(|(_, change)| change));
        }
        useful.dedup();
        useful
    }

    /// What a setting costs beside the present one: more bytes stored per byte, as much as one for every failure
    /// that acknowledged data no longer survives and for all of the throughput, half of it where writes or reads stop
    /// sooner, then time. To store less is no merit: nobody asked for it.
    fn price(&self, of: &Assessment) -> f64 {
        let more_stored = (stored(of) - stored(self.now)).max(0.0);
        let data = given_up(data(self.now), data(of));
        let operations = given_up(operations(self.now), operations(of));
        let latency = of.latency.ack.value.p99.high().unwrap_or(f64::INFINITY);
        // Ten seconds of latency weigh as much as one failure: time decides between what is equal otherwise.
        more_stored + data + self.throughput_lost(of) + operations / 2.0 + latency / 1e4
    }

    /// The share of what goes through that no longer would; none where it is not known.
    fn throughput_lost(&self, of: &Assessment) -> f64 {
        let most = |of: &Assessment| of.throughput.max.value.value.low();
        most(self.now).zip(most(of)).map_or(0.0, |(was, now)| (1.0 - now / was).max(0.0))
    }

    /// Every choice of so many changes of different knobs.
    fn combinations(&self, of: &[&Change], size: usize, visit: &mut impl FnMut(&[Change])) {
        fn extend(of: &[&Change], size: usize, chosen: &mut Vec<Change>, visit: &mut impl FnMut(&[Change])) {
            if chosen.len() == size {
                return visit(chosen);
            }
            for (at, change) in of.iter().enumerate() {
                if chosen.iter().all(|other| other.knob != change.knob) {
                    chosen.push((*change).clone());
                    extend(&of[at + 1..], size, chosen, visit);
                    chosen.pop();
                }
            }
        }
        extend(of, size, &mut Vec::new(), visit);
    }
}

/// Promises about data that hold for no failure, where a goal asks that data survive something.
fn unkept(goals: &[Goal], of: &Assessment) -> usize {
    let asked = goals.iter().any(|goal| goal.is_about_data());
    let unkept = data(of).into_iter().filter(|(_, value)| asked && is_empty(value));
    unkept.count()
}

fn stored(of: &Assessment) -> f64 {
    of.cost.storage.value.value.high().unwrap_or(f64::INFINITY)
}

/// Nobody buys many brokers to meet one goal.
fn is_affordable(change: &Change) -> bool {
    let brokers = *change.knob == cluster::BROKERS;
    !brokers || change.value.int().is_some_and(|count| count <= 6)
}
