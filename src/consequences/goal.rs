//! Goals as people write them: `survive rack, ack_p99_ms < 20`.

use crate::consequences::{Assessment, Availability, Estimate, FailuresTolerated};
use std::fmt;

/// What is asked of one figure.
#[derive(Clone, PartialEq, Debug)]
pub enum Goal {
    /// Data and writes, or one of them, survive so many faults of a kind.
    Survive {
        what: Survivor,
        /// At least so many.
        count: u32,
        fault: GoalFault,
    },
    /// A number stays below or above a bound.
    Bound {
        metric: Metric,
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

/// What must survive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Survivor {
    /// Acknowledged data and writes; it has no word of its own.
    DataAndWrites,
    Data,
    Writes,
    Reads,
}

impl Survivor {
    const NAMED: [Survivor; 3] = [Survivor::Data, Survivor::Writes, Survivor::Reads];

    /// As a goal names it, with a blank behind it.
    fn prefix(self) -> &'static str {
        match self {
            Survivor::DataAndWrites => "",
            Survivor::Data => "data ",
            Survivor::Writes => "writes ",
            Survivor::Reads => "reads ",
        }
    }
}

/// What must be survived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GoalFault {
    Crash,
    PowerLoss,
    DiskLoss,
    Rack,
}

impl GoalFault {
    const ALL: [GoalFault; 4] =
        [GoalFault::Crash, GoalFault::PowerLoss, GoalFault::DiskLoss, GoalFault::Rack];

    fn word(self) -> &'static str {
        match self {
            GoalFault::Crash => "crash",
            GoalFault::PowerLoss => "power_loss",
            GoalFault::DiskLoss => "disk_loss",
            GoalFault::Rack => "rack",
        }
    }

    /// Whether it is about what was stored, not about what goes on.
    fn is_of_data_only(self) -> bool {
        matches!(self, GoalFault::PowerLoss | GoalFault::DiskLoss)
    }
}

/// A number that a goal can bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Metric {
    AckP50,
    AckP99,
    EndToEndP50,
    EndToEndP99,
    LossPerYear,
    WritesUnavailable,
    ReadsUnavailable,
    FailOver,
    Throughput,
    Storage,
}

impl Metric {
    const ALL: [Metric; 10] = [
        Metric::AckP50,
        Metric::AckP99,
        Metric::EndToEndP50,
        Metric::EndToEndP99,
        Metric::LossPerYear,
        Metric::WritesUnavailable,
        Metric::ReadsUnavailable,
        Metric::FailOver,
        Metric::Throughput,
        Metric::Storage,
    ];

    /// As a goal names it, with its unit.
    fn name(self) -> &'static str {
        match self {
            Metric::AckP50 => "ack_p50_ms",
            Metric::AckP99 => "ack_p99_ms",
            Metric::EndToEndP50 => "end_to_end_p50_ms",
            Metric::EndToEndP99 => "end_to_end_p99_ms",
            Metric::LossPerYear => "loss_per_year",
            Metric::WritesUnavailable => "writes_unavailable_min",
            Metric::ReadsUnavailable => "reads_unavailable_min",
            Metric::FailOver => "failover_s",
            Metric::Throughput => "throughput_mb_per_s",
            Metric::Storage => "storage",
        }
    }

    fn value(self, of: &Assessment) -> Estimate<f64> {
        match self {
            Metric::AckP50 => of.latency.ack.value.p50.clone(),
            Metric::AckP99 => of.latency.ack.value.p99.clone(),
            Metric::EndToEndP50 => of.latency.end_to_end.value.p50.clone(),
            Metric::EndToEndP99 => of.latency.end_to_end.value.p99.clone(),
            Metric::LossPerYear => of.durability.loss_per_year.value.value.clone(),
            Metric::WritesUnavailable => of.writes.unavailable.value.value.clone(),
            Metric::ReadsUnavailable => of.reads.unavailable.value.value.clone(),
            Metric::FailOver => of.fail_over.crash.value.value.map(|ms| ms / 1000.0),
            Metric::Throughput => of.throughput.max.value.value.clone(),
            Metric::Storage => of.cost.storage.value.value.clone(),
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Goal::Survive { what, count, fault } => {
                write!(f, "survive {}{count} {}", what.prefix(), fault.word())
            }
            Goal::Bound { metric, below, bound } => {
                write!(f, "{} {} {bound}", metric.name(), if *below { "<" } else { ">" })
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
        GoalFault::ALL.map(GoalFault::word).join("|"),
        Metric::ALL.map(Metric::name).join(", ")
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
    let (what, words) = match words.split_first().and_then(|(word, rest)| Some((survivor(word)?, rest))) {
        Some((what, rest)) => (Some(what), rest),
        None => (None, words),
    };
    let (count, words) = match words.split_first().and_then(|(word, rest)| Some((word.parse().ok()?, rest))) {
        Some(found) => found,
        None => (1, words),
    };
    let [word] = words else { return None };
    let fault = goal_fault(word)?;
    let unnamed = if fault.is_of_data_only() { Survivor::Data } else { Survivor::DataAndWrites };
    let what = what.unwrap_or(unnamed);
    (!fault.is_of_data_only() || what == Survivor::Data).then_some(Goal::Survive { what, count, fault })
}

fn survivor(word: &str) -> Option<Survivor> {
    Survivor::NAMED.into_iter().find(|known| known.prefix().trim_end() == word)
}

/// `crash`, and `crashes` as people write it.
fn goal_fault(word: &str) -> Option<GoalFault> {
    let singular = word.strip_suffix("es").unwrap_or(word);
    GoalFault::ALL.into_iter().find(|known| known.word() == word || known.word() == singular)
}

fn bound(part: &str) -> Option<Goal> {
    let at = part.find(['<', '>'])?;
    let below = part.as_bytes()[at] == b'<';
    let metric = Metric::ALL.into_iter().find(|known| known.name() == part[..at].trim())?;
    let bound = part[at + 1..].trim_start_matches('=').trim().parse().ok()?;
    Some(Goal::Bound { metric, below, bound })
}

impl Goal {
    /// How far the goal is missed: 0 is met; `None` is not known, which is not met.
    pub fn shortfall(&self, of: &Assessment) -> Option<f64> {
        match self {
            Goal::Survive { what, count, fault } => {
                let data = what.data_of(of, *fault).map(|figure| missing(*count, figure, Estimate::low));
                // What was not seen of the controllers is the goal's doubt; here the rest decides.
                let end = if self.unseen_controllers(of).is_some() { Estimate::high } else { Estimate::low };
                let operations = what.operations_of(of, *fault).map(|figure| missing(*count, figure, end));
                let mut each = data.into_iter().chain(operations);
                each.try_fold(0.0, |worst: f64, missing| Some(worst.max(f64::from(missing?))))
            }
            Goal::Bound { metric, below, bound } => {
                let value = metric.value(of);
                let worst = if *below { value.high()? } else { value.low()? };
                let over = if *below { worst - bound } else { bound - worst };
                Some((over / bound.abs().max(f64::MIN_POSITIVE)).max(0.0))
            }
            Goal::Ordered => Some(if of.ordering.value.rank? == 2 { 0.0 } else { 1.0 }),
            Goal::NoDuplicates => Some(if of.duplicates.value.rank? >= 1 { 0.0 } else { 1.0 }),
        }
    }

    /// Whether the cluster meets it: not known either where what was not seen could break it.
    pub fn verdict(&self, of: &Assessment) -> Option<bool> {
        let met = self.shortfall(of)? == 0.0;
        (!met || self.doubt(of).is_none()).then_some(met)
    }

    /// What was not seen and could break it.
    pub fn doubt<'a>(&self, of: &'a Assessment) -> Option<&'a str> {
        of.unseen.topics.as_deref().or_else(|| self.unseen_controllers(of))
    }

    /// What was not seen of the controllers and could break it.
    fn unseen_controllers<'a>(&self, of: &'a Assessment) -> Option<&'a str> {
        let of_racks = matches!(self, Goal::Survive { fault: GoalFault::Rack, .. });
        let racks = of.unseen.racks.as_ref().filter(|_| of_racks);
        let unseen = of.unseen.quorum.as_ref().or(racks);
        unseen.filter(|_| self.needs_elections()).map(String::as_str)
    }

    /// Whether it asks that acknowledged data survive something.
    pub(super) fn is_about_data(&self) -> bool {
        matches!(self, Goal::Survive { what: Survivor::Data | Survivor::DataAndWrites, .. })
    }

    /// Whether leaders must be replaced for it.
    fn needs_elections(&self) -> bool {
        match self {
            Goal::Survive { what, .. } => *what != Survivor::Data,
            Goal::Bound { metric, .. } => {
                matches!(metric, Metric::WritesUnavailable | Metric::ReadsUnavailable | Metric::FailOver)
            }
            Goal::Ordered | Goal::NoDuplicates => false,
        }
    }

    /// Whether an assessment meets it; what is not known does not.
    pub fn is_met(&self, of: &Assessment) -> bool {
        self.shortfall(of) == Some(0.0)
    }
}

impl Survivor {
    /// The figure of acknowledged data, where it is among what must survive.
    fn data_of(self, of: &Assessment, fault: GoalFault) -> Option<&FailuresTolerated> {
        matches!(self, Survivor::Data | Survivor::DataAndWrites).then(|| data_survival(of, fault))
    }

    /// The figure of what goes on.
    fn operations_of(self, of: &Assessment, fault: GoalFault) -> Option<&FailuresTolerated> {
        match self {
            Survivor::Data => None,
            Survivor::Writes | Survivor::DataAndWrites => Some(survival(&of.writes, fault)),
            Survivor::Reads => Some(survival(&of.reads, fault)),
        }
    }
}

/// How many more failures would have to be survived, by this end of what is possible.
fn missing(
    count: u32,
    figure: &FailuresTolerated,
    end: impl Fn(&Estimate<u32>) -> Option<u32>,
) -> Option<u32> {
    let survived = end(&figure.guaranteed)?.min(end(&figure.now)?);
    let any = figure.of > 0 && survived >= figure.of;
    Some(if any { 0 } else { count.saturating_sub(survived) })
}

fn data_survival(of: &Assessment, fault: GoalFault) -> &FailuresTolerated {
    match fault {
        GoalFault::Crash => &of.durability.crash.value,
        GoalFault::PowerLoss => &of.durability.power_loss.value,
        GoalFault::DiskLoss => &of.durability.disk_loss.value,
        GoalFault::Rack => &of.durability.rack.value,
    }
}

fn survival(operation: &Availability, fault: GoalFault) -> &FailuresTolerated {
    match fault {
        GoalFault::Rack => &operation.rack.value,
        GoalFault::Crash | GoalFault::PowerLoss | GoalFault::DiskLoss => &operation.crash.value,
    }
}

#[cfg(test)]
mod tests;
