//! Goals as people write them (`survive rack, ack_p99_ms < 20`) and the cheapest changes that meet them.

use crate::consequences::advice::candidates;
use crate::consequences::compare::assess_with;
use crate::consequences::{Assessment, Estimate, FailuresTolerated, KeepGoing, Subject, assess};
use crate::knobs::{Change, Scope};
use crate::model::Cluster;
use std::fmt;

/// What is asked of one figure.
#[derive(Clone, PartialEq, Debug)]
pub enum Goal {
    /// Data and writes, or one of them, survive so many faults of a kind.
    Survive {
        /// `data`, `writes`, `reads` or `all` (data and writes).
        what: &'static str,
        count: u32,
        /// `crash`, `power_loss`, `disk_loss` or `rack`.
        fault: &'static str,
    },
    /// A number stays below or above a bound.
    Bound {
        /// Its name in [`METRICS`].
        metric: &'static str,
        /// Whether it must be below; else above.
        below: bool,
        /// The bound; it is met too.
        bound: f64,
    },
    /// Order within a partition is kept.
    Ordered,
    /// No retry stores a record twice.
    NoDuplicates,
}

/// Names of numbers that a goal can bound.
pub const METRICS: [&str; 10] = [
    "ack_p50_ms",
    "ack_p99_ms",
    "end_to_end_p50_ms",
    "end_to_end_p99_ms",
    "loss_per_year",
    "writes_unavailable_min",
    "reads_unavailable_min",
    "failover_s",
    "throughput_mb_per_s",
    "storage",
];

const FAULTS: [&str; 4] = ["crash", "power_loss", "disk_loss", "rack"];
const OPERATIONS: [&str; 3] = ["data", "writes", "reads"];

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::Survive { what: "all", count, fault } => write!(f, "survive {count} {fault}"),
            Goal::Survive { what, count, fault } => write!(f, "survive {what} {count} {fault}"),
            Goal::Bound { metric, below, bound } => {
                write!(f, "{metric} {} {bound}", if *below { "<" } else { ">" })
            }
            Goal::Ordered => write!(f, "ordered"),
            Goal::NoDuplicates => write!(f, "no duplicates"),
        }
    }
}

/// Reads goals separated by commas.
///
/// # Errors
/// One line that says which part is not a goal and what is.
pub fn parse_goals(text: &str) -> Result<Vec<Goal>, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return Err(format!("no goal is given: {}", goal_usage()));
    }
    parts.into_iter().map(parse_goal).collect()
}

/// What goals may say, in one line.
pub fn goal_usage() -> String {
    format!(
        "write `survive [data|writes|reads] [N] {}`, `ordered`, `no duplicates` or `METRIC < NUMBER` with {}",
        FAULTS.join("|"),
        METRICS.join(", ")
    )
}

fn parse_goal(part: &str) -> Result<Goal, String> {
    let wrong = || format!("`{part}` is not a goal: {}", goal_usage());
    let words: Vec<&str> = part.split_whitespace().collect();
    match words.as_slice() {
        ["ordered"] => Ok(Goal::Ordered),
        ["no", "duplicates"] => Ok(Goal::NoDuplicates),
        ["survive", rest @ ..] => survive(rest).ok_or_else(wrong),
        _ => bound(part).ok_or_else(wrong),
    }
}

fn survive(words: &[&str]) -> Option<Goal> {
    let named = |word: &str| OPERATIONS.into_iter().find(|known| *known == word);
    let (what, words) = match words.split_first().and_then(|(word, rest)| Some((named(word)?, rest))) {
        Some(found) => found,
        None => ("all", words),
    };
    let (count, words) = match words.split_first().and_then(|(word, rest)| Some((word.parse().ok()?, rest))) {
        Some(found) => found,
        None => (1, words),
    };
    let [word] = words else { return None };
    let fault = FAULTS.into_iter().find(|known| known == word || word.strip_suffix("es") == Some(*known))?;
    let only_data = matches!(fault, "power_loss" | "disk_loss");
    let what = if only_data && what == "all" { "data" } else { what };
    (!only_data || what == "data").then_some(Goal::Survive { what, count, fault })
}

fn bound(part: &str) -> Option<Goal> {
    let at = part.find(['<', '>'])?;
    let below = part.as_bytes()[at] == b'<';
    let metric = METRICS.into_iter().find(|known| *known == part[..at].trim())?;
    let bound = part[at + 1..].trim_start_matches('=').trim().parse().ok()?;
    Some(Goal::Bound { metric, below, bound })
}

impl Goal {
    /// How far the goal is missed: 0 is met; `None` is not known, which is not met.
    pub fn shortfall(&self, of: &Assessment) -> Option<f64> {
        match self {
            Goal::Survive { what, count, fault } => {
                let figures = survivals(of, what, fault);
                figures.into_iter().try_fold(0.0, |worst: f64, figure| {
                    let low = figure.guaranteed.low()?.min(figure.now.low()?);
                    let any = figure.of > 0 && low >= figure.of;
                    let missing = if any { 0 } else { count.saturating_sub(low) };
                    Some(worst.max(f64::from(missing)))
                })
            }
            Goal::Bound { metric, below, bound } => {
                let value = metric_value(of, metric);
                let worst = if *below { value.high()? } else { value.low()? };
                let over = if *below { worst - bound } else { bound - worst };
                Some((over / bound.abs().max(f64::MIN_POSITIVE)).max(0.0))
            }
            Goal::Ordered => Some(if of.ordering.value.rank? == 2 { 0.0 } else { 1.0 }),
            Goal::NoDuplicates => Some(if of.duplicates.value.rank? >= 1 { 0.0 } else { 1.0 }),
        }
    }

    /// Whether an assessment meets it; what is not known does not.
    pub fn is_met(&self, of: &Assessment) -> bool {
        self.shortfall(of) == Some(0.0)
    }
}

fn survivals<'a>(of: &'a Assessment, what: &str, fault: &str) -> Vec<&'a FailuresTolerated> {
    let data = || match fault {
        "crash" => &of.durability.crash.value,
        "power_loss" => &of.durability.power_loss.value,
        "disk_loss" => &of.durability.disk_loss.value,
        _ => &of.durability.rack.value,
    };
    let pick = |operation: &'a crate::consequences::Availability| match fault {
        "rack" => &operation.rack.value,
        _ => &operation.crash.value,
    };
    match what {
        "data" => vec![data()],
        "writes" => vec![pick(&of.writes)],
        "reads" => vec![pick(&of.reads)],
        _ => vec![data(), pick(&of.writes)],
    }
}

fn metric_value(of: &Assessment, metric: &str) -> Estimate<f64> {
    match metric {
        "ack_p50_ms" => of.latency.ack.value.p50.clone(),
        "ack_p99_ms" => of.latency.ack.value.p99.clone(),
        "end_to_end_p50_ms" => of.latency.end_to_end.value.p50.clone(),
        "end_to_end_p99_ms" => of.latency.end_to_end.value.p99.clone(),
        "loss_per_year" => of.durability.loss_per_year.value.value.clone(),
        "writes_unavailable_min" => of.writes.unavailable.value.value.clone(),
        "reads_unavailable_min" => of.reads.unavailable.value.value.clone(),
        "failover_s" => of.fail_over.crash.value.value.map(|ms| ms / 1000.0),
        "throughput_mb_per_s" => of.throughput.max.value.value.clone(),
        _ => of.cost.storage.value.value.clone(),
    }
}

/// What it takes to meet goals.
#[derive(Clone, PartialEq, Debug)]
pub enum GoalPlan {
    /// They are met as things are.
    Met,
    /// The changes that meet them and store and give up least; of equals the fewest.
    Change {
        changes: Vec<Change>,
        assessment: Box<Assessment>,
    },
    /// No few changes meet them; which goals are missed by the nearest, and which goals forbid each other.
    Impossible {
        /// So many changes at most were tried together.
        within: usize,
        /// Goals that they do not meet even alone.
        alone: Vec<Goal>,
        /// Pairs of goals that can each be met but not together.
        together: Vec<(Goal, Goal)>,
    },
}

/// Changes that a plan makes at most; one less where there are very many partitions to judge each time.
pub const MAX_CHANGES: usize = 3;
/// From so many partitions on fewer combinations are tried.
const MANY_PARTITIONS: usize = 20_000;
/// A difference of price that is not worth one more change.
const NEXT_TO_NOTHING: f64 = 0.1;
/// Changes that are combined: those that bring some goal nearer, the best of each goal. Few or many partitions.
const MAX_COMBINED: (usize, usize) = (24, 10);

/// The cheapest changes of knobs that meet all goals, or what forbids it. What it says means nothing once
/// `keep_going` has said no.
pub fn plan(cluster: &Cluster, subject: Subject, goals: &[Goal], keep_going: KeepGoing<'_>) -> GoalPlan {
    let now = assess(cluster, subject);
    if goals.iter().all(|goal| goal.is_met(&now)) {
        return GoalPlan::Met;
    }
    let search = Search::of(cluster, subject, &now, keep_going);
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
    keep_going: KeepGoing<'a>,
}

impl<'a> Search<'a> {
    fn of(cluster: &'a Cluster, subject: Subject, now: &'a Assessment, keep_going: KeepGoing<'a>) -> Self {
        let tried = |change: Change| {
            let assessment = assess_with(cluster, subject, std::slice::from_ref(&change))?;
            Some((change, assessment))
        };
        let structural =
            |change: &Change| change.knob.scope == Scope::Cluster && change.knob.name == "brokers";
        // Nobody buys many brokers to meet one goal.
        let few = |change: &Change| !structural(change) || change.value.int().is_some_and(|count| count <= 6);
        let candidates = candidates(cluster, subject).into_iter().filter(few);
        let singles = candidates.take_while(|_| keep_going()).filter_map(tried).collect();
        Search { cluster, subject, now, singles, keep_going }
    }

    /// One change, else two, else three: more of them only as long as fewer cost something.
    fn cheapest(&self, goals: &[Goal]) -> Option<(Vec<Change>, Assessment)> {
        let meets = |of: &Assessment| -> bool { goals.iter().all(|goal| goal.is_met(of)) };
        let single = self.singles.iter().filter(|(_, of)| meets(of));
        let single = single.map(|(change, of)| (self.price(of), vec![change.clone()], of.clone()));
        let mut best = single.min_by(|(a, ..), (b, ..)| a.total_cmp(b));
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
                if best.as_ref().is_none_or(|(least, ..)| price + NEXT_TO_NOTHING < *least) {
                    best = Some((price, changes.to_vec(), of));
                }
            });
        }
        best.map(|(_, changes, of)| (changes, of))
    }

    fn is_large(&self) -> bool {
        self.cluster.partitions.len() > MANY_PARTITIONS
    }

    fn most_changes(&self) -> usize {
        MAX_CHANGES - usize::from(self.is_large())
    }

    /// Changes that bring a missed goal nearer or make one known, the best of each goal first; also
    /// replication factor, which other goals need room in.
    fn useful(&self, goals: &[Goal]) -> Vec<&Change> {
        let missed: Vec<&Goal> = goals.iter().filter(|goal| !goal.is_met(self.now)).collect();
        let mut useful: Vec<&Change> = Vec::new();
        let combined = if self.is_large() { MAX_COMBINED.1 } else { MAX_COMBINED.0 };
        let each = combined / missed.len().max(1);
        for goal in missed {
            let before = goal.shortfall(self.now).unwrap_or(f64::INFINITY);
            let mut nearer: Vec<(f64, &Change)> = self
                .singles
                .iter()
                .filter_map(|(change, of)| Some((goal.shortfall(of)?, change)))
                .filter(|(missing, change)| {
                    *missing < before || matches!(change.knob.name, "replication.factor" | "brokers" | "acks")
                })
                .collect();
            nearer.sort_by(|a, b| a.0.total_cmp(&b.0));
            useful.extend(nearer.into_iter().take(each).map(|(_, change)| change));
        }
        useful.dedup();
        useful
    }

    /// What a setting costs beside the present one: more bytes stored per byte, as much as one for every failure
    /// that acknowledged data no longer survives, half of it where writes or reads stop sooner, then time. To
    /// store less is no merit: nobody asked for it.
    fn price(&self, of: &Assessment) -> f64 {
        let stored = |of: &Assessment| of.cost.storage.value.value.high().unwrap_or(f64::INFINITY);
        let latency = of.latency.ack.value.p99.high().unwrap_or(f64::INFINITY);
        let given_up = |of_kind: fn(&Assessment) -> Vec<&Estimate<u32>>| -> f64 {
            let pairs = of_kind(self.now).into_iter().zip(of_kind(of));
            let lost = |(was, now): (&Estimate<u32>, &Estimate<u32>)| {
                was.low().unwrap_or(0).saturating_sub(now.low().unwrap_or(0))
            };
            f64::from(pairs.map(lost).sum::<u32>())
        };
        let more = (stored(of) - stored(self.now)).max(0.0);
        more + given_up(data) + given_up(operations) / 2.0 + latency / 1e4
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

/// What is promised of acknowledged data whatever the ISR.
fn data(of: &Assessment) -> Vec<&Estimate<u32>> {
    let data = &of.durability;
    let figures = [&data.crash, &data.power_loss, &data.disk_loss, &data.rack];
    figures.map(|figure| &figure.value.guaranteed).to_vec()
}

/// What is promised of writes and reads.
fn operations(of: &Assessment) -> Vec<&Estimate<u32>> {
    [&of.writes.crash, &of.reads.crash].map(|figure| &figure.value.guaranteed).to_vec()
}

#[cfg(test)]
mod tests;
