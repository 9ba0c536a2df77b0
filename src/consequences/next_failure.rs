//! What breaks if one more broker fails while one is stopped, for every pair of brokers at once.

use crate::consequences::Subject;
use crate::consequences::case::LiveReplicas;
use crate::consequences::classes::{ClassRow, ClassTable};
use crate::consequences::elections::loses_majority;
use crate::consequences::restart_verdict::StopEffect;
use crate::consequences::stops::{StopOutcome, StopRules};
use crate::consequences::what_if::Transitions;
use crate::model::{BrokerId, Cluster, plural};

/// A crash during a stop, and what it brings on top of the stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NextFailure {
    /// The broker that crashes.
    pub broker: BrokerId,
    /// Partitions that nobody leads then.
    pub offline: u32,
    /// Partitions that refuse acks=all then, or whose writes wait, those that are offline not counted.
    pub under_min_isr: u32,
    /// Whether the controllers have no majority then, so that no other leader is elected.
    pub quorum_lost: bool,
}

impl NextFailure {
    /// Whether everything goes on.
    pub fn breaks_nothing(&self) -> bool {
        self.offline + self.under_min_isr == 0 && !self.quorum_lost
    }

    /// In a sentence.
    pub fn headline(&self) -> String {
        if self.breaks_nothing() {
            return "nothing stops, whichever other broker fails meanwhile".into();
        }
        let partitions = |count: u32| plural(count as usize, "partition");
        let controllers = if self.quorum_lost { "the controllers lose their majority; " } else { "" };
        format!(
            "if broker {} fails meanwhile, {controllers}{} offline, {} refuse acks=all",
            self.broker,
            partitions(self.offline),
            partitions(self.under_min_isr)
        )
    }
}

/// Partitions that are offline, and that refuse or keep waiting writes.
#[derive(Clone, Copy, Default)]
struct Broken([i64; 2]);

impl Broken {
    fn add(&mut self, effect: Option<StopEffect>, sign: i64) {
        match effect {
            Some(StopEffect::Offline) => self.0[0] += sign,
            Some(StopEffect::UnderMinIsr) => self.0[1] += sign,
            Some(StopEffect::AtMinIsr | StopEffect::ShortOfMargin) | None => {}
        }
    }
}

/// For each stop the crash of another broker that does most harm; stops are of brokers that may be stopped.
pub(super) fn next_failures(cluster: &Cluster, stops: &[BrokerId]) -> Vec<Option<NextFailure>> {
    let up: Vec<BrokerId> =
        cluster.brokers.iter().map(|broker| broker.id).filter(|id| cluster.is_up(*id)).collect();
    if stops.is_empty() {
        return Vec::new();
    }
    let pairs = Pairs::count(cluster, stops, &up);
    let of_stop = |at: usize| {
        let others = up.iter().enumerate().filter(|(_, id)| **id != stops[at]);
        let failures = others.map(|(other, id)| pairs.failure(at, other, *id));
        failures.reduce(|worst, next| if harm(&next) > harm(&worst) { next } else { worst })
    };
    (0..stops.len()).map(of_stop).collect()
}

fn harm(failure: &NextFailure) -> (bool, u32, u32) {
    (failure.quorum_lost, failure.offline, failure.under_min_isr)
}

/// What each pair of a stop and a crash breaks.
struct Pairs {
    /// By stop and crash: whether the controllers lose their majority.
    quorum_lost: Vec<Vec<bool>>,
    /// What a crash alone breaks, with leaders elected and without.
    alone: Vec<[Broken; 2]>,
    /// What it breaks more or less because of the stop.
    together: Vec<Vec<Broken>>,
}

impl Pairs {
    fn count(cluster: &Cluster, stops: &[BrokerId], up: &[BrokerId]) -> Pairs {
        let quorum = cluster.quorum.get();
        let loses = |stop: &BrokerId, crash: &BrokerId| {
            quorum.is_some_and(|quorum| loses_majority(quorum, &[*stop, *crash]))
        };
        let of_stop = |stop: &BrokerId| up.iter().map(|crash| loses(stop, crash)).collect();
        let mut pairs = Pairs {
            quorum_lost: stops.iter().map(of_stop).collect(),
            alone: vec![Default::default(); up.len()],
            together: vec![vec![Broken::default(); up.len()]; stops.len()],
        };
        let classes = ClassTable::of(cluster, Subject::Cluster);
        let transitions = Transitions::of(cluster);
        let rules = StopRules { transitions: &transitions, classes: &classes, margin: 0 };
        let effects: Vec<ClassEffects> =
            classes.rows.iter().map(|class| ClassEffects::of(&rules, class)).collect();
        let columns = &cluster.partitions;
        let place = |ids: &[BrokerId], id: &BrokerId| ids.iter().position(|other| other == id);
        let places: Vec<Vec<(Option<usize>, Option<usize>)>> = columns
            .sets
            .iter()
            .map(|set| set.iter().take(32).map(|id| (place(stops, id), place(up, id))).collect())
            .collect();
        for at in 0..columns.len() {
            let set = &places[columns.replicas[at] as usize];
            pairs.add(set, &effects[classes.row_of[at] as usize]);
        }
        pairs
    }

    /// Counts one partition, whose replicas are these stops and crashes.
    fn add(&mut self, replicas: &[(Option<usize>, Option<usize>)], effects: &ClassEffects) {
        for (crash_place, (_, crash)) in replicas.iter().enumerate() {
            let Some(crash) = *crash else { continue };
            let alone = effects.alone[crash_place];
            self.alone[crash][0].add(alone[0], 1);
            self.alone[crash][1].add(alone[1], 1);
            for (stop_place, (stop, _)) in replicas.iter().enumerate() {
                let Some(stop) = stop.filter(|_| stop_place != crash_place) else { continue };
                let unelected = usize::from(self.quorum_lost[stop][crash]);
                let pair = &mut self.together[stop][crash];
                pair.add(effects.pairs[stop_place][crash_place][unelected], 1);
                pair.add(alone[unelected], -1);
            }
        }
    }

    fn failure(&self, stop: usize, crash: usize, broker: BrokerId) -> NextFailure {
        let quorum_lost = self.quorum_lost[stop][crash];
        let (alone, together) = (self.alone[crash][usize::from(quorum_lost)].0, self.together[stop][crash].0);
        let sum = |kind: usize| (alone[kind] + together[kind]).max(0) as u32;
        NextFailure { broker, offline: sum(0), under_min_isr: sum(1), quorum_lost }
    }
}

/// What a crash does to a class, by the place of the replica that stopped before and of the one that crashes: while
/// leaders are elected, and while they are not.
struct ClassEffects {
    alone: Vec<[Option<StopEffect>; 2]>,
    pairs: Vec<Vec<[Option<StopEffect>; 2]>>,
}

impl ClassEffects {
    fn of(rules: &StopRules<'_>, class: &ClassRow) -> Self {
        let live = rules.classes.live(class);
        let replicas = rules.classes.layout(class).replicas as u8;
        let lose = |places: &[u8]| rules.transitions.lose(rules.classes, class, places);
        let after_stop = |stop: u8, crash: u8| {
            let stopped = lose(&[stop]);
            [elected(rules, class, &lose(&[stop, crash])), unelected(&stopped, crash)]
        };
        let crashes = |stop: u8| (0..replicas).map(|crash| after_stop(stop, crash)).collect();
        ClassEffects {
            alone: (0..replicas)
                .map(|crash| [elected(rules, class, &lose(&[crash])), unelected(&live, crash)])
                .collect(),
            pairs: (0..replicas).map(crashes).collect(),
        }
    }
}

/// What is so already is not the crash's doing.
fn elected(rules: &StopRules<'_>, class: &ClassRow, after: &LiveReplicas) -> Option<StopEffect> {
    let live = rules.classes.live(class);
    let already = rules.outcome_from(class, &live, &live);
    match rules.outcome_from(class, &live, after) {
        StopOutcome::Hit(effect) if already != StopOutcome::Hit(effect) => Some(effect),
        _ => None,
    }
}

/// Nobody elects another leader or takes the crashed one out of the ISR, for which acks=all then waits.
fn unelected(before: &LiveReplicas, crash: u8) -> Option<StopEffect> {
    if before.leader == Some(crash) {
        Some(StopEffect::Offline)
    } else {
        (before.isr >> crash & 1 == 1).then_some(StopEffect::UnderMinIsr)
    }
}
