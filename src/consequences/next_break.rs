//! The next single event that breaks a promise: the broker, the rack or the number of failures.

use crate::consequences::assessment::NextBreak;
use crate::consequences::case::Case;
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::elections::{brokers_that_decide, loses_majority, quorum_unseen};
use crate::consequences::figure::{Derivation, Input};
use crate::consequences::interning::Interner;
use crate::consequences::quorum;
use crate::consequences::tolerance::{FaultKind, Operation, durability};
use crate::consequences::what_if::{Transitions, lost_places};
use crate::model::{BrokerId, QuorumState, human_count, plural};
use std::sync::Arc;

/// What an event does, in partitions; ordered by how bad that is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
struct Damage {
    /// The controllers have no majority.
    leaderless: bool,
    lost: u32,
    offline: u32,
    refused: u32,
}

impl Damage {
    const LEADERLESS: Damage = Damage { leaderless: true, lost: 0, offline: 0, refused: 0 };

    fn add(&mut self, other: &Damage) {
        self.leaderless |= other.leaderless;
        self.lost += other.lost;
        self.offline += other.offline;
        self.refused += other.refused;
    }

    fn words(&self) -> String {
        // What happens to the partitions follows from which leaders die next, and nobody replaces them.
        if self.leaderless {
            return "no leader is elected and no ISR changes any more: the controllers have no majority"
                .into();
        }
        let said = |count: u32, what: &str| {
            (count > 0).then(|| format!("{what} on {}", plural(count as usize, "partition")))
        };
        let parts = [
            said(self.lost, "acknowledged records that followers lack are lost"),
            said(self.offline, "no leader"),
            said(self.refused, "no writes"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The next event that breaks something, the smallest kind first: now, one broker, one rack, several brokers.
pub(super) fn next_break(context: &AssessmentContext<'_>) -> NextBreak {
    // The fewer brokers an event takes the likelier it is: those are looked for first.
    let broken = broken_now(context);
    let found = broken.or_else(|| one_broker(context)).or_else(|| one_rack(context));
    let next = found.unwrap_or_else(|| several_brokers(context));
    match quorum_unseen(context.cluster).filter(|_| !next.brokers.is_empty()) {
        Some(unseen) => {
            NextBreak { consequence: format!("{}; perhaps sooner: {unseen}", next.consequence), ..next }
        }
        None => next,
    }
}

fn broken_now(context: &AssessmentContext<'_>) -> Option<NextBreak> {
    let mut damage = Damage::default();
    for class in &context.classes {
        if class.stops(Operation::Read, &class.live) {
            damage.offline += class.partitions;
        } else if class.stops(Operation::Write, &class.live) {
            damage.refused += class.partitions;
        }
    }
    let elections = quorum::lost(context.cluster);
    let partitions = (damage != Damage::default()).then(|| damage.words());
    let consequences: Vec<String> = elections.into_iter().chain(partitions).collect();
    (!consequences.is_empty()).then(|| NextBreak {
        event: "now".into(),
        consequence: consequences.join("; "),
        brokers: Vec::new(),
        why: why(context, "the current state"),
    })
}

/// What the loss of these replicas does to a partition of this class.
fn damage(
    context: &AssessmentContext<'_>,
    transitions: &Transitions,
    class: &PartitionClass,
    lost: &[u8],
) -> Damage {
    let after = transitions.lose(&context.table, &context.table.rows[class.row], lost);
    let offline = class.stops(Operation::Read, &after);
    Damage {
        leaderless: false,
        lost: u32::from(loses_tail(class, lost)),
        offline: u32::from(offline),
        refused: u32::from(!offline && class.stops(Operation::Write, &after)),
    }
}

/// The leader dies and the setting loses acknowledged records at the first crash.
fn loses_tail(class: &PartitionClass, lost: &[u8]) -> bool {
    let leader_dies = class.live.leader.is_some_and(|leader| lost.contains(&leader));
    leader_dies && class.cases.iter().any(|case| durability(case, &class.live, FaultKind::Crash).now.0 == 0)
}

fn one_broker(context: &AssessmentContext<'_>) -> Option<NextBreak> {
    let transitions = Transitions::of(context.cluster);
    let of_place = |class: &PartitionClass, place: u8| damage(context, &transitions, class, &[place]);
    let per_class = per_class(context, |class| {
        let live = |place: u8| class.live.up >> place & 1 == 1;
        let none = Damage::default();
        let replicas = class.layout.replicas as u8;
        (0..replicas).map(|place| if live(place) { of_place(class, place) } else { none }).collect()
    });
    let brokers = &context.cluster.brokers;
    let mut total = vec![Damage::default(); brokers.len()];
    for_each_hit(context, &per_class, |broker, damage| {
        if let Ok(at) = brokers.binary_search_by_key(&broker, |other| other.id) {
            total[at].add(damage);
        }
    });
    for (broker, damage) in brokers.iter().zip(&mut total) {
        damage.leaderless = takes_majority(context, &[broker.id]);
    }
    let (at, worst) = first_worst(&total)?;
    let broker = brokers[at].id;
    Some(NextBreak {
        event: format!("lose broker {broker}"),
        consequence: worst.words(),
        brokers: vec![broker],
        why: why(context, "the controller's own election after the crash of each broker; the worst is shown"),
    })
}

fn one_rack(context: &AssessmentContext<'_>) -> Option<NextBreak> {
    let cluster = context.cluster;
    let mut racks: Vec<&Arc<str>> =
        cluster.brokers.iter().filter_map(|one| cluster.rack_of(one.id)).collect();
    racks.sort();
    racks.dedup();
    if racks.len() < 2 {
        return None;
    }
    let transitions = Transitions::of(cluster);
    let per_class = per_class(context, |class| rack_damage(context, &transitions, class));
    let mut total = vec![Damage::default(); racks.len()];
    for_each_hit(context, &per_class, |broker, damage| {
        let rack = cluster.rack_of(broker).and_then(|rack| racks.binary_search(&rack).ok());
        if let Some(at) = rack {
            total[at].add(damage);
        }
    });
    let members = |rack: &Arc<str>| -> Vec<BrokerId> {
        let here = cluster.brokers.iter().filter(|one| cluster.rack_of(one.id) == Some(rack));
        here.map(|one| one.id).collect()
    };
    for (rack, damage) in racks.iter().zip(&mut total) {
        damage.leaderless = takes_majority(context, &members(rack));
    }
    let (at, worst) = first_worst(&total)?;
    let rack = racks[at];
    Some(NextBreak {
        event: format!("lose rack {rack}"),
        consequence: worst.words(),
        brokers: members(rack),
        why: why(context, "the controller's own election after each rack is gone; the worst is shown"),
    })
}

fn takes_majority(context: &AssessmentContext<'_>, gone: &[BrokerId]) -> bool {
    match context.cluster.quorum_state() {
        QuorumState::Works(quorum) => loses_majority(quorum, gone),
        _ => false,
    }
}

/// The damage of each rack, at the place of the first replica in it.
fn rack_damage(
    context: &AssessmentContext<'_>,
    transitions: &Transitions,
    class: &PartitionClass,
) -> Vec<Damage> {
    let layout = class.layout;
    let mut per_place = vec![Damage::default(); layout.replicas as usize];
    let crate::consequences::classes::RackSpread::Known(racks) = layout.spread else { return per_place };
    for rack in 0..racks.count {
        let here: Vec<u8> =
            (0..layout.replicas as u8).filter(|place| racks.of[usize::from(*place)] == rack).collect();
        if let Some(first) = here.first() {
            per_place[usize::from(*first)] = damage(context, transitions, class, &here);
        }
    }
    per_place
}

/// No single event breaks anything: how many brokers of one partition do.
fn several_brokers(context: &AssessmentContext<'_>) -> NextBreak {
    let Some(worst) = context.classes.first() else {
        return NextBreak {
            event: "none".into(),
            consequence: "there are no partitions".into(),
            brokers: Vec::new(),
            why: Derivation::default(),
        };
    };
    let margin = |operation: Operation| {
        let of_replicas = |case: &Case| operation.margin(&case.with_elections_given(), &worst.live).now.0;
        worst.cases.iter().map(of_replicas).min().unwrap_or(0)
    };
    let (writes, reads) = (margin(Operation::Write), margin(Operation::Read));
    // Nothing breaks at one broker or one rack, so the margin of the worst partition says how many it takes.
    let count = writes.min(reads) + 1;
    if let Some(brokers) = brokers_that_decide(context.cluster).filter(|few| few.len() <= count as usize) {
        return NextBreak {
            event: format!("lose brokers {}", names(&brokers)),
            consequence: Damage::LEADERLESS.words(),
            why: why(context, "these brokers are voters of the controller quorum"),
            brokers,
        };
    }
    let example = worst.example;
    let partition = context.cluster.partitions.view(example);
    let leaving = partition.isr().filter(|id| context.cluster.is_up(*id)).take(count as usize);
    let brokers: Vec<BrokerId> = leaving.collect();
    NextBreak {
        event: format!("lose brokers {}", names(&brokers)),
        consequence: damage_together(context, &brokers).words(),
        why: why(context, "no single broker or rack breaks anything; the smallest number that does"),
        brokers,
    }
}

/// What the loss of all of these does to the partitions that are assessed.
fn damage_together(context: &AssessmentContext<'_>, gone: &[BrokerId]) -> Damage {
    let columns = &context.cluster.partitions;
    let transitions = Transitions::of(context.cluster);
    let places = lost_places(columns, gone);
    let mut class_of = vec![None; context.table.rows.len()];
    context.classes.iter().for_each(|class| class_of[class.row] = Some(class));
    // The controller's rule is asked once per class and sequence of lost places.
    let mut known: Interner<(u32, u32)> = Interner::default();
    let mut damages: Vec<Damage> = Vec::new();
    let mut total = Damage::default();
    for (at, row) in context.table.range.clone().zip(&context.table.row_of) {
        let lost = &places[columns.replicas[at as usize] as usize];
        let Some(((sequence, lost), class)) = lost.as_ref().zip(class_of[*row as usize]) else { continue };
        let outcome = known.intern((*row, *sequence)) as usize;
        if outcome == damages.len() {
            damages.push(damage(context, &transitions, class, lost));
        }
        total.add(&damages[outcome]);
    }
    total
}

fn names(brokers: &[BrokerId]) -> String {
    brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// What each replica's loss does, per class; indexed as [`crate::consequences::classes::ClassTable::rows`].
fn per_class(
    context: &AssessmentContext<'_>,
    of: impl Fn(&PartitionClass) -> Vec<Damage>,
) -> Vec<Vec<Damage>> {
    let mut per_class = vec![Vec::new(); context.table.rows.len()];
    for class in &context.classes {
        let damage = of(class);
        if damage.iter().any(|one| *one != Damage::default()) {
            per_class[class.row] = damage;
        }
    }
    per_class
}

fn for_each_hit(
    context: &AssessmentContext<'_>,
    per_class: &[Vec<Damage>],
    mut hit: impl FnMut(BrokerId, &Damage),
) {
    if per_class.iter().all(Vec::is_empty) {
        return;
    }
    let columns = &context.cluster.partitions;
    for (at, class) in context.table.range.clone().zip(&context.table.row_of) {
        let damage = &per_class[*class as usize];
        if damage.is_empty() {
            continue;
        }
        let set = &columns.sets[columns.replicas[at as usize] as usize];
        for (broker, damage) in set.iter().zip(damage) {
            if *damage != Damage::default() {
                hit(*broker, damage);
            }
        }
    }
}

fn first_worst(total: &[Damage]) -> Option<(usize, Damage)> {
    let worst = total.iter().max().copied().filter(|damage| *damage != Damage::default())?;
    total.iter().position(|damage| *damage == worst).map(|at| (at, worst))
}

fn why(context: &AssessmentContext<'_>, formula: &str) -> Derivation {
    let partitions = Input {
        name: "partitions".into(),
        value: human_count(i64::from(context.partitions())),
        source: "assessed".into(),
    };
    Derivation { formula: formula.into(), inputs: vec![partitions], ..Default::default() }
}
