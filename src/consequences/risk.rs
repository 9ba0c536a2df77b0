//! Yearly risk of the assessed partitions: loss by cause and minutes without service, from chains and closed forms.

use crate::consequences::Estimate;
use crate::consequences::case::{Acks, Case, mask_of};
use crate::consequences::chain::{ChainShape, EventRates, LeftOut, solve, too_large};
use crate::consequences::context::{AssessmentContext, PartitionClass};
use crate::consequences::loss_cause::LossCause;
use crate::consequences::tail;
use crate::consequences::tolerance::Operation;
use crate::model::plural;
use std::collections::BTreeSet;

const MINUTES_PER_YEAR: f64 = 525_600.0;
/// Chains of four and more replicas are large; that many possible cases are still solved.
const MAX_LARGE_CASES: usize = 2;

/// Parts of the loss rate of one chain: the first six of [`LossCause::ALL`], and unclean elections that follow an
/// outage of the site.
const PARTS: usize = 7;
const RACK: usize = 3;
const SITE: usize = 4;
const UNCLEAN: usize = 5;
const UNCLEAN_AFTER_SITE: usize = 6;

/// Losses a year by cause, and minutes a year, of one case.
#[derive(Clone, Copy, PartialEq, Debug)]
struct CaseRisk {
    losses: [f64; PARTS],
    writes: f64,
    reads: f64,
    visible: f64,
    left_out: LeftOut,
}

/// The same for a class; each end of a range over its possible cases.
struct ClassRisk {
    low: CaseRisk,
    high: CaseRisk,
}

/// The risk of everything assessed.
pub(super) struct Risk {
    /// Losses a year by cause, as in [`LossCause::ALL`].
    pub losses: Vec<Estimate<f64>>,
    /// Minutes a year without writes, of the worst partition.
    pub writes: Estimate<f64>,
    pub reads: Estimate<f64>,
    /// Without new records becoming visible.
    pub visible: Estimate<f64>,
    /// Share of the partitions that lose something in a year, the tails of acks=0 and 1 aside.
    pub share: Estimate<f64>,
    /// Sum over the copysets of the share of time in which they take no writes.
    pub unwritable_sets: Estimate<f64>,
    /// What chains that would have been too large do without, a sentence each.
    pub left_out: Vec<String>,
}

impl Risk {
    pub(super) fn of(context: &AssessmentContext<'_>) -> Self {
        let env = &context.cluster.assumed.env;
        let (events, guarded) = (EventRates::from(env), env.guarded_restarts);
        let classes: Result<Vec<ClassRisk>, String> =
            context.classes.iter().map(|class| class_risk(class, &events, guarded)).collect();
        let classes = classes.map(|classes| losing_data_only(context, classes));
        match classes {
            Err(why) => Risk::unknown(&why),
            Ok(classes) if classes.is_empty() => Risk::unknown("there are no partitions"),
            Ok(classes) => Risk::over(context, &classes),
        }
    }

    fn unknown(why: &str) -> Self {
        let unknown = || Estimate::Unknown(why.to_string());
        Risk {
            losses: LossCause::ALL.iter().map(|_| unknown()).collect(),
            writes: unknown(),
            reads: unknown(),
            visible: unknown(),
            share: unknown(),
            unwritable_sets: unknown(),
            left_out: Vec::new(),
        }
    }

    fn over(context: &AssessmentContext<'_>, classes: &[ClassRisk]) -> Self {
        let sets = sets_by_class(context, classes);
        let ends: [fn(&ClassRisk) -> CaseRisk; 2] = [|class| class.low, |class| class.high];
        let [low, high] = ends.map(|end| summed_over_sets(context, classes, &sets, end));
        let mut losses: Vec<Estimate<f64>> =
            (0..=UNCLEAN).map(|at| Estimate::between(loss_of(&low, at), loss_of(&high, at))).collect();
        losses.push(tail::crashes(context));
        losses.push(tail::moves(context));
        Risk {
            losses,
            writes: worst(classes, |risk| risk.writes),
            reads: worst(classes, |risk| risk.reads),
            visible: worst(classes, |risk| risk.visible),
            share: Estimate::between(share(context, classes, ends[0]), share(context, classes, ends[1])),
            unwritable_sets: Estimate::between(
                unwritable(classes, &sets, ends[0]),
                unwritable(classes, &sets, ends[1]),
            ),
            left_out: left_out(context, classes),
        }
    }

    /// Losses a year, all causes.
    pub(super) fn losses_per_year(&self) -> Estimate<f64> {
        let mut ends = (0.0, 0.0);
        for part in &self.losses {
            match (part.low(), part.high()) {
                (Some(low), Some(high)) => ends = (ends.0 + low, ends.1 + high),
                _ => return part.clone(),
            }
        }
        Estimate::between(ends.0, ends.1)
    }
}

/// What is not in the chains of some classes, and in how many partitions' ones.
fn left_out(context: &AssessmentContext<'_>, classes: &[ClassRisk]) -> Vec<String> {
    let without = |is_left_out: fn(&LeftOut) -> bool, what: &str| {
        let mut hit =
            context.classes.iter().zip(classes).filter(|(_, risk)| is_left_out(&risk.high.left_out));
        let (first, _) = hit.next()?;
        let partitions = first.partitions + hit.map(|(class, _)| class.partitions).sum::<u32>();
        let example = context.example(first);
        Some(format!(
            "{what} ({}, such as {example}: with it the chain has too many states)",
            plural(partitions as usize, "partition")
        ))
    };
    let sentences = [
        without(
            |left_out| left_out.rack_returns,
            "the brokers of a lost rack are taken to be back one by one after an outage of a broker, not after \
             env:rack_outage_minutes",
        ),
        without(
            |left_out| left_out.isr_leaves,
            "followers that leave the ISR without a failure are left out",
        ),
    ];
    sentences.into_iter().flatten().collect()
}

/// The minutes of the worst class, from the best case of its settings to the worst.
fn worst(classes: &[ClassRisk], minutes: fn(&CaseRisk) -> f64) -> Estimate<f64> {
    let low = classes.iter().map(|class| minutes(&class.low)).fold(0.0, f64::max);
    let high = classes.iter().map(|class| minutes(&class.high)).fold(0.0, f64::max);
    Estimate::between(low, high)
}

/// The losses of one cause: unclean elections are two parts of the chain.
fn loss_of(parts: &[f64; PARTS], cause: usize) -> f64 {
    match cause {
        UNCLEAN => parts[UNCLEAN] + parts[UNCLEAN_AFTER_SITE],
        _ => parts[cause],
    }
}

/// Losses are those of the users' own records; an internal topic counts for what it keeps from being served.
fn losing_data_only(context: &AssessmentContext<'_>, mut risks: Vec<ClassRisk>) -> Vec<ClassRisk> {
    for (class, risk) in context.classes.iter().zip(&mut risks) {
        if !class.data {
            risk.low.losses = [0.0; PARTS];
            risk.high.losses = [0.0; PARTS];
        }
    }
    risks
}

fn class_risk(class: &PartitionClass, events: &EventRates, guarded: bool) -> Result<ClassRisk, String> {
    let cases = apart_from_elections(class);
    let replicas = cases.iter().map(|case| case.replicas).max().unwrap_or(0);
    if replicas >= 4 && cases.len() > MAX_LARGE_CASES {
        return Err("too many settings are unknown to solve four and more replicas".into());
    }
    let risks: Vec<CaseRisk> = cases
        .iter()
        .map(|case| {
            let risk = case_risk(case, events, guarded);
            risk.ok_or_else(|| too_large(&shape_of(case, guarded)))
        })
        .collect::<Result<_, _>>()?;
    let end = |pick: fn(f64, f64) -> f64| {
        risks.iter().copied().reduce(|a, b| CaseRisk {
            losses: std::array::from_fn(|at| pick(a.losses[at], b.losses[at])),
            writes: pick(a.writes, b.writes),
            reads: pick(a.reads, b.reads),
            visible: pick(a.visible, b.visible),
            left_out: LeftOut {
                rack_returns: a.left_out.rack_returns || b.left_out.rack_returns,
                isr_leaves: a.left_out.isr_leaves || b.left_out.isr_leaves,
            },
        })
    };
    match (end(f64::min), end(f64::max)) {
        (Some(low), Some(high)) => Ok(ClassRisk { low, high }),
        _ => Err("there is nothing to assess".into()),
    }
}

/// The cases whose chains differ: what is not known of the controllers is told with the figures, not solved twice.
fn apart_from_elections(class: &PartitionClass) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for case in &class.cases {
        let case = case.with_elections_given();
        if !cases.contains(&case) {
            cases.push(case);
        }
    }
    cases
}

/// The chain of a case; the causes are what each adds to the ones before it.
fn case_risk(case: &Case, events: &EventRates, guarded: bool) -> Option<CaseRisk> {
    let floor = case.write_floor();
    if floor > case.replicas {
        // Before 3.7 a minimum above the replica count refuses every acks=all write (KAFKA-15583 clamps it): nothing is
        // acknowledged that could be lost, and writes are down all year.
        let reads = case_risk(&Case { min_isr: 1, ..*case }, events, guarded)?;
        return Some(CaseRisk { losses: [0.0; PARTS], writes: MINUTES_PER_YEAR, ..reads });
    }
    let shape = shape_of(case, guarded);
    let clean = ChainShape { unclean: false, ..shape.clone() };
    let no_site = EventRates { site_outages: 0.0, ..*events };
    let no_racks = EventRates { rack_outages: 0.0, ..no_site };
    let alone = EventRates { isr_leaves: 0.0, ..no_racks };
    // Each chain has one more kind of event than the one before; what it loses more is the part of that kind. What
    // two kinds lose together goes to the later one.
    let rate = |shape: &ChainShape, events: &EventRates| Some(solve(shape, events)?.losses_per_year);
    let (independent, lagging) = (rate(&clean, &alone)?, rate(&clean, &no_racks)?);
    let (racks, site) = (rate(&clean, &no_site)?, rate(&clean, events)?);
    // Only where one copy is enough for an acknowledgement may it be one in memory alone.
    let disks = if floor == 1 && !case.fsync && events.page_cache_loss > 0.0 {
        rate(&clean, &EventRates { page_cache_loss: 0.0, ..alone })?
    } else {
        independent
    };
    let all = solve(&shape, events)?;
    // Who may lead is decided by the minimum ISR, whatever producers wait for (KIP-966).
    let serving = ChainShape { floor: case.min_isr.clamp(1, case.replicas.max(1)) as u8, ..shape.clone() };
    let serving = solve(&serving, events)?;
    let unclean = if shape.unclean { (rate(&shape, &no_site)? - racks).max(0.0) } else { 0.0 };
    Some(CaseRisk {
        losses: shares([disks, independent, lagging, racks, site, site + unclean, all.losses_per_year]),
        writes: serving.minutes_below(floor),
        reads: serving.minutes_below(1),
        visible: serving.minutes_below(case.visible_floor().min(case.replicas)),
        left_out: all.left_out,
    })
}

/// What each part adds to those before it, together exactly the last. A cause that makes losses rarer (a
/// machine that is off cannot fail) adds nothing.
fn shares(cumulative: [f64; PARTS]) -> [f64; PARTS] {
    let before = |at: usize| if at == 0 { 0.0 } else { cumulative[at - 1] };
    let added: [f64; PARTS] = std::array::from_fn(|at| (cumulative[at] - before(at)).max(0.0));
    let sum: f64 = added.iter().sum();
    added.map(|part| if sum > 0.0 { part * cumulative[PARTS - 1] / sum } else { 0.0 })
}

fn shape_of(case: &Case, guarded: bool) -> ChainShape {
    ChainShape {
        racks: case.racks.loads(mask_of(case.replicas)).into_iter().map(|load| load as u8).collect(),
        floor: case.write_floor().min(case.replicas) as u8,
        elr: case.elr,
        unclean: case.unclean,
        fsync: case.fsync,
        guarded,
    }
}

/// How many copysets have each class as their worst: partitions of one set of brokers are lost together.
fn sets_by_class(context: &AssessmentContext<'_>, classes: &[ClassRisk]) -> Vec<u32> {
    let lists = &context.cluster.partitions.replicas;
    let total = |at: usize| classes[at].high.losses.iter().sum::<f64>();
    let mut place = vec![0; context.table.rows.len()];
    for (at, class) in context.classes.iter().enumerate() {
        place[class.row] = at;
    }
    const NONE: usize = usize::MAX;
    let mut worst = vec![NONE; context.copysets.count()];
    for (at, class) in context.table.range.clone().zip(&context.table.row_of) {
        let here = place[*class as usize];
        let known = &mut worst[context.copysets.of_list[lists[at as usize] as usize] as usize];
        if *known != here && (*known == NONE || total(here) > total(*known)) {
            *known = here;
        }
    }
    let mut counts = vec![0_u32; classes.len()];
    for class in worst.into_iter().filter(|class| *class != NONE) {
        counts[class] += 1;
    }
    counts
}

/// Losses a year by part: those of each copyset added up, but for what hits all of them at once.
fn summed_over_sets(
    context: &AssessmentContext<'_>,
    classes: &[ClassRisk],
    sets: &[u32],
    end: fn(&ClassRisk) -> CaseRisk,
) -> [f64; PARTS] {
    let mut sums = [0.0; PARTS];
    for (count, class) in sets.iter().zip(classes) {
        // A loss hits a set of brokers, not a partition (Cidon et al., ATC 2013), so the sets add up. It is an upper bound:
        // sets that share brokers may be lost by one event.
        for (sum, part) in sums.iter_mut().zip(end(class).losses) {
            *sum += f64::from(*count) * part;
        }
    }
    // One outage of a rack or the site hits all sets there at once: it is one event, not one per set.
    sums[RACK] = sums[RACK].min(rack_events(context));
    for once in [SITE, UNCLEAN_AFTER_SITE] {
        sums[once] = classes.iter().map(|class| end(class).losses[once]).fold(0.0, f64::max);
    }
    sums
}

/// Share of the partitions that lose something in a year. It does not depend on how they are placed.
fn share(context: &AssessmentContext<'_>, risks: &[ClassRisk], end: fn(&ClassRisk) -> CaseRisk) -> f64 {
    let hit = context.classes.iter().zip(risks).map(|(class, risk)| {
        // The expected share does not depend on the placement, only the number of losses does (Iliadis and Venkatesan
        // 2017).
        f64::from(class.partitions) * -libm::expm1(-end(risk).losses.iter().sum::<f64>())
    });
    let data: u32 = context.data().map(|class| class.partitions).sum();
    hit.sum::<f64>() / f64::from(data.max(1))
}

/// Sum over the copysets of the share of time in which writes are refused.
fn unwritable(classes: &[ClassRisk], sets: &[u32], end: fn(&ClassRisk) -> CaseRisk) -> f64 {
    let minutes = sets.iter().zip(classes).map(|(count, class)| f64::from(*count) * end(class).writes);
    minutes.sum::<f64>() / MINUTES_PER_YEAR
}

/// Outages of all racks together a year.
fn rack_events(context: &AssessmentContext<'_>) -> f64 {
    let cluster = context.cluster;
    let racks: BTreeSet<_> = cluster.brokers.iter().map(|broker| cluster.rack_of(broker.id)).collect();
    racks.len() as f64 * cluster.assumed.env.rack_outages_per_year
}

/// Minutes a year in which a leader is missing or a dead follower is waited for, per partition.
pub(super) fn stalls(context: &AssessmentContext<'_>, detection_ms: &Estimate<f64>) -> Estimate<f64> {
    /// A new leader is known to clients after this, beside the detection.
    const REFRESH_MS: f64 = 300.0;
    const ORDERED_MS: f64 = 100.0;
    let env = &context.cluster.assumed.env;
    let minutes = |ms: f64| ms / 60_000.0;
    let each = context.classes.iter().flat_map(|class| &class.cases).map(|case| {
        if case.replicas < 2 {
            return Estimate::Exact(0.0);
        }
        let followers = if case.acks == Acks::All { f64::from(case.replicas - 1) } else { 0.0 };
        detection_ms.map(|detection| {
            let as_leader =
                env.outages_per_year * (detection + REFRESH_MS) + env.restarts_per_year * ORDERED_MS;
            // acks=all waits for a dead follower until the controller fences it, as it waits for a leader to be replaced.
            minutes(as_leader + followers * env.outages_per_year * detection)
        })
    });
    let worst = each.reduce(|a, b| if a.high() >= b.high() { a } else { b });
    worst.unwrap_or_else(|| Estimate::Unknown("there are no partitions".into()))
}

pub(super) fn minutes_of(risk: &Risk, operation: Operation) -> &Estimate<f64> {
    match operation {
        Operation::Write => &risk.writes,
        Operation::Read => &risk.reads,
        Operation::Visible => &risk.visible,
    }
}
