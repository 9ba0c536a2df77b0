//! Yearly risk of the judged partitions: loss by cause and minutes without service, from chains and closed forms.

use crate::consequences::Answer;
use crate::consequences::case::{Acks, Case, mask_of};
use crate::consequences::chain::{Events, MOST_REPLICAS, Shape, solve};
use crate::consequences::judgement::{Docket, Judged};
use crate::consequences::tolerance::Operation;
use std::collections::BTreeSet;

const MINUTES_PER_YEAR: f64 = 525_600.0;
/// Chains of four and more replicas are large; that many possible cases are still solved.
const MOST_LARGE_CASES: usize = 2;

/// Causes of loss, in the order of the vectors below.
pub(super) const CAUSES: [(&str, &str); 5] = [
    ("independent", "brokers and disks that fail one by one"),
    ("rack", "outages of a rack"),
    ("site", "power failures of the whole site"),
    ("unclean", "unclean leader elections"),
    ("acks_tail", "records that were acknowledged before a follower had them"),
];

/// Parts of the loss rate of one chain: the first four of [`CAUSES`], and unclean elections that follow an
/// outage of the site.
const PARTS: usize = 5;
const RACK: usize = 1;
const SITE: usize = 2;
const UNCLEAN: usize = 3;
const UNCLEAN_AFTER_SITE: usize = 4;

/// Losses a year by cause, and minutes a year, of one case.
#[derive(Clone, Copy, PartialEq, Debug)]
struct CaseRisk {
    losses: [f64; PARTS],
    writes: f64,
    reads: f64,
    visible: f64,
}

/// The same for a class; each end of a range over its possible cases.
struct ClassRisk {
    low: CaseRisk,
    high: CaseRisk,
}

/// The risk of everything judged.
pub(super) struct Risk {
    /// Losses a year by cause, as in [`CAUSES`].
    pub losses: Vec<Answer<f64>>,
    /// Minutes a year without writes, of the worst partition.
    pub writes: Answer<f64>,
    /// Without reads.
    pub reads: Answer<f64>,
    /// Without new records becoming visible.
    pub visible: Answer<f64>,
    /// Distinct replica lists judged: a loss hits one of them, not one partition.
    pub replica_sets: u32,
}

impl Risk {
    /// That of a docket.
    pub fn of(docket: &Docket<'_>) -> Self {
        let events = Events::from(&docket.cluster.assumed.env);
        let classes: Result<Vec<ClassRisk>, String> =
            docket.judged.iter().map(|judged| class_risk(judged, &events)).collect();
        match classes {
            Err(why) => Risk::unknown(&why),
            Ok(classes) if classes.is_empty() => Risk::unknown("there are no partitions"),
            Ok(classes) => Risk::over(docket, &classes),
        }
    }

    fn unknown(why: &str) -> Self {
        let unknown = || Answer::Unknown(why.to_string());
        Risk {
            losses: CAUSES.iter().map(|_| unknown()).collect(),
            writes: unknown(),
            reads: unknown(),
            visible: unknown(),
            replica_sets: 0,
        }
    }

    fn over(docket: &Docket<'_>, classes: &[ClassRisk]) -> Self {
        let worst = |pick: fn(&CaseRisk) -> f64| {
            let most = |end: fn(&ClassRisk) -> &CaseRisk| {
                classes.iter().map(|one| pick(end(one))).fold(0.0, f64::max)
            };
            Answer::between(most(|one| &one.low), most(|one| &one.high))
        };
        let (low, high, replica_sets) = summed_over_sets(docket, classes);
        let part = |ends: &[f64; PARTS], at: usize| match at {
            UNCLEAN => ends[UNCLEAN] + ends[UNCLEAN_AFTER_SITE],
            _ => ends[at],
        };
        let mut losses: Vec<Answer<f64>> =
            (0..=UNCLEAN).map(|at| Answer::between(part(&low, at), part(&high, at))).collect();
        losses.push(acks_tail(docket));
        Risk {
            losses,
            writes: worst(|risk| risk.writes),
            reads: worst(|risk| risk.reads),
            visible: worst(|risk| risk.visible),
            replica_sets,
        }
    }

    /// Losses a year, all causes.
    pub fn losses_per_year(&self) -> Answer<f64> {
        let mut ends = (0.0, 0.0);
        for part in &self.losses {
            match (part.low(), part.high()) {
                (Some(low), Some(high)) => ends = (ends.0 + low, ends.1 + high),
                _ => return part.clone(),
            }
        }
        Answer::between(ends.0, ends.1)
    }
}

fn class_risk(judged: &Judged, events: &Events) -> Result<ClassRisk, String> {
    let replicas = judged.cases.iter().map(|case| case.replicas).max().unwrap_or(0);
    if replicas > MOST_REPLICAS {
        return Err(format!("partitions with more than {MOST_REPLICAS} replicas are not solved"));
    }
    if replicas >= 4 && judged.cases.len() > MOST_LARGE_CASES {
        return Err("too many settings are unknown to solve four and more replicas".into());
    }
    let risks: Vec<CaseRisk> = judged.cases.iter().map(|case| case_risk(case, events)).collect();
    let end = |pick: fn(f64, f64) -> f64| {
        risks.iter().copied().reduce(|a, b| CaseRisk {
            losses: std::array::from_fn(|at| pick(a.losses[at], b.losses[at])),
            writes: pick(a.writes, b.writes),
            reads: pick(a.reads, b.reads),
            visible: pick(a.visible, b.visible),
        })
    };
    match (end(f64::min), end(f64::max)) {
        (Some(low), Some(high)) => Ok(ClassRisk { low, high }),
        _ => Err("there is nothing to judge".into()),
    }
}

/// The chain of a case; the causes are what each adds to the ones before it.
fn case_risk(case: &Case, events: &Events) -> CaseRisk {
    let floor = case.write_floor();
    if floor > case.replicas {
        return CaseRisk {
            losses: [0.0; PARTS],
            writes: MINUTES_PER_YEAR,
            ..case_risk(&Case { min_isr: 1, ..*case }, events)
        };
    }
    let shape = shape_of(case);
    let clean = Shape { unclean: false, ..shape.clone() };
    let no_site = Events { site_outages: 0.0, ..*events };
    let alone = Events { rack_outages: 0.0, ..no_site };
    let rate = |shape: &Shape, events: &Events| solve(shape, events).losses_per_year;
    let (independent, racks, site) = (rate(&clean, &alone), rate(&clean, &no_site), rate(&clean, events));
    let all = solve(&shape, events);
    let unclean = if shape.unclean { (rate(&shape, &no_site) - racks).max(0.0) } else { 0.0 };
    CaseRisk {
        losses: shares([independent, racks, site, site + unclean, all.losses_per_year]),
        writes: all.minutes_below(floor),
        reads: all.minutes_below(1),
        visible: all.minutes_below(case.visible_floor().min(case.replicas)),
    }
}

/// What each part adds to those before it, together exactly the last. A cause that makes losses rarer (a
/// machine that is off cannot fail) adds nothing.
fn shares(cumulative: [f64; PARTS]) -> [f64; PARTS] {
    let before = |at: usize| if at == 0 { 0.0 } else { cumulative[at - 1] };
    let added: [f64; PARTS] = std::array::from_fn(|at| (cumulative[at] - before(at)).max(0.0));
    let sum: f64 = added.iter().sum();
    added.map(|part| if sum > 0.0 { part * cumulative[PARTS - 1] / sum } else { 0.0 })
}

fn shape_of(case: &Case) -> Shape {
    Shape {
        racks: case.racks.loads(mask_of(case.replicas)).into_iter().map(|load| load as u8).collect(),
        floor: case.write_floor().min(case.replicas) as u8,
        elr: case.elr,
        unclean: case.unclean,
        fsync: case.fsync,
        guarded: true,
    }
}

/// Copysets: partitions with the same replica list are lost together, so each list counts once, with its
/// worst class (Cidon et al., ATC 2013).
fn summed_over_sets(docket: &Docket<'_>, classes: &[ClassRisk]) -> ([f64; PARTS], [f64; PARTS], u32) {
    let columns = &docket.cluster.partitions;
    let total = |risk: &CaseRisk| risk.losses.iter().sum::<f64>();
    let mut place = vec![0; docket.classes.classes.len()];
    for (at, judged) in docket.judged.iter().enumerate() {
        place[judged.class] = at;
    }
    const NONE: usize = usize::MAX;
    let mut worst = vec![NONE; columns.sets.len()];
    for (at, class) in docket.classes.range.clone().zip(&docket.classes.class_of) {
        let here = place[*class as usize];
        let known = &mut worst[columns.replicas[at as usize] as usize];
        if *known != here && (*known == NONE || total(&classes[here].high) > total(&classes[*known].high)) {
            *known = here;
        }
    }
    let mut counts = vec![0_u32; classes.len()];
    for class in worst.into_iter().filter(|class| *class != NONE) {
        counts[class] += 1;
    }
    let sum = |end: fn(&ClassRisk) -> &CaseRisk| {
        let mut sums = [0.0; PARTS];
        for (count, class) in counts.iter().zip(classes) {
            for (sum, part) in sums.iter_mut().zip(end(class).losses) {
                *sum += f64::from(*count) * part;
            }
        }
        // One outage of a rack or the site hits all lists there at once: it is one event, not one per list.
        sums[RACK] = sums[RACK].min(rack_events(docket));
        for once in [SITE, UNCLEAN_AFTER_SITE] {
            sums[once] = classes.iter().map(|class| end(class).losses[once]).fold(0.0, f64::max);
        }
        sums
    };
    (sum(|class| &class.low), sum(|class| &class.high), counts.iter().sum())
}

/// Outages of all racks together a year.
fn rack_events(docket: &Docket<'_>) -> f64 {
    let cluster = docket.cluster;
    let racks: BTreeSet<_> = cluster.brokers.iter().map(|broker| cluster.rack_of(broker.id)).collect();
    racks.len() as f64 * cluster.assumed.env.rack_outages_per_year
}

/// acks=0 and 1: each crash of a leader loses what followers lack, if there is anything.
fn acks_tail(docket: &Docket<'_>) -> Answer<f64> {
    let leaders = leading_brokers(docket);
    let assumed = &docket.cluster.assumed;
    let per_broker = assumed.load.records_per_s / f64::from(leaders.max(1));
    let each = docket.judged.iter().map(|judged| {
        Answer::covering(judged.cases.iter().map(|case| {
            let seconds = match case.acks {
                Acks::All => return Answer::Exact(0.0),
                _ if case.replicas == 1 && case.acks == Acks::One => return Answer::Exact(0.0),
                Acks::One => (assumed.net.rack_rtt_ms + REPLICATION_DELAY_MS) / 1000.0,
                Acks::Zero => UNANSWERED_S,
            };
            let outages = assumed.env.outages_per_year + assumed.env.rack_outages_per_year;
            Answer::Exact(f64::from(leaders) * outages * any_record(per_broker, seconds))
        }))
    });
    each.reduce(|a, b| {
        let (low, high) = (a.low().max_of(b.low()), a.high().max_of(b.high()));
        low.zip(high).map_or(a, |(low, high)| Answer::between(low, high))
    })
    .unwrap_or(Answer::Exact(0.0))
}

/// From the leader's append to the last follower's, beside the round trip.
const REPLICATION_DELAY_MS: f64 = 1.0;
/// acks=0: until a new leader is known, everything sent goes nowhere.
const UNANSWERED_S: f64 = 9.0;

trait MaxOf {
    fn max_of(self, other: Self) -> Self;
}

impl MaxOf for Option<f64> {
    fn max_of(self, other: Self) -> Self {
        self.zip(other).map(|(a, b)| a.max(b))
    }
}

/// Probability that at least one record falls into a window (Poisson arrivals).
fn any_record(records_per_s: f64, seconds: f64) -> f64 {
    -libm::expm1(-records_per_s * seconds)
}

/// Brokers that lead at least one of the judged partitions.
pub(super) fn leading_brokers(docket: &Docket<'_>) -> u32 {
    let range = docket.classes.range.clone();
    let leaders = &docket.cluster.partitions.leader[range.start as usize..range.end as usize];
    let brokers = &docket.cluster.brokers;
    let mut leads = vec![false; brokers.len()];
    for leader in leaders {
        if let Ok(at) = brokers.binary_search_by_key(leader, |broker| broker.id.0) {
            leads[at] = true;
        }
    }
    leads.into_iter().filter(|leads| *leads).count() as u32
}

/// Minutes a year in which a leader is missing or a dead follower is waited for, per partition.
pub(super) fn stalls(docket: &Docket<'_>, detection_ms: &Answer<f64>) -> Answer<f64> {
    /// A new leader is known to clients after this, beside the detection.
    const REFRESH_MS: f64 = 300.0;
    /// An ordered stop.
    const ORDERED_MS: f64 = 100.0;
    let env = &docket.cluster.assumed.env;
    let minutes = |ms: f64| ms / 60_000.0;
    let each = docket.judged.iter().flat_map(|judged| &judged.cases).map(|case| {
        if case.replicas < 2 {
            return Answer::Exact(0.0);
        }
        let followers = if case.acks == Acks::All { f64::from(case.replicas - 1) } else { 0.0 };
        detection_ms.map(|detection| {
            let as_leader =
                env.outages_per_year * (detection + REFRESH_MS) + env.restarts_per_year * ORDERED_MS;
            minutes(as_leader + followers * env.outages_per_year * detection)
        })
    });
    let worst = each.reduce(|a, b| match a.high() >= b.high() {
        true => a,
        false => b,
    });
    worst.unwrap_or_else(|| Answer::Unknown("there are no partitions".into()))
}

/// The operation's minutes a year.
pub(super) fn minutes_of(risk: &Risk, operation: Operation) -> &Answer<f64> {
    match operation {
        Operation::Write => &risk.writes,
        Operation::Read => &risk.reads,
        Operation::Visible => &risk.visible,
    }
}
