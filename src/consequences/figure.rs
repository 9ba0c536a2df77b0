//! One consequence as the panel shows it: an id, a value, a sentence and the reasons behind it.

use crate::consequences::Estimate;
use crate::consequences::wording::{bytes, digits, duration, short_chance, time_a_year};
use serde::Serialize;

/// What went into a number.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Input {
    /// The setting, rate or observation: `topic:min.insync.replicas`, `env:outages_per_year`, `isr`.
    pub name: String,
    /// Its value as people read it; `?` when it is not known.
    pub value: String,
    /// Where it comes from, or why it is not known.
    pub source: String,
}

/// How a value was derived.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Derivation {
    /// The rule in words and, where it is arithmetic, with the numbers put in.
    pub formula: String,
    pub inputs: Vec<Input>,
    /// What has to hold for it.
    pub assumptions: Vec<String>,
    /// What would change it most, if that can be said.
    pub knob: Option<String>,
}

/// How many of the assessed partitions share the value shown.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AffectedPartitions {
    pub partitions: u32,
    /// Of so many that were assessed.
    pub of: u32,
    /// The first of them by name.
    pub example: String,
}

/// One value that klever computes, with its sentence and its reasons.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figure<V> {
    /// Stable: `durability.crash`. `klever explain` takes it.
    pub id: &'static str,
    /// Two or three words for a column: `Acked data, crashes`.
    pub label: &'static str,
    pub value: V,
    /// A sentence that a person reads in the panel.
    pub headline: String,
    /// Whose value it is when several partitions are assessed: the worst ones.
    pub affected: Option<AffectedPartitions>,
    pub why: Derivation,
}

/// How many failures of one kind are survived: promised, and from the state as it is.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FailuresTolerated {
    /// What the setting promises. For data: in the worst state that harmless events (planned restarts,
    /// slow followers) may bring the ISR into. For writes, reads and visibility: from a full ISR.
    pub guaranteed: Estimate<u32>,
    /// From the ISR as it is: so many more.
    pub now: Estimate<u32>,
    /// How many can fail at all (replicas or racks). A value equal to this means: however many fail.
    pub of: u32,
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A probability within one year.
    PerYear,
    MinutesPerYear,
    Ms,
    /// Megabytes (10^6) a second.
    MbPerS,
    Bytes,
    /// Bytes stored or sent for each byte produced.
    BytesPerByte,
    Count,
    /// A share or a probability of one event, 1 being all.
    Share,
    /// Hundredths of a budget.
    Percent,
    Records,
    RecordsPerS,
    RecordsPerYear,
}

impl Unit {
    /// As it stands behind a number.
    pub fn word(self) -> &'static str {
        match self {
            Unit::PerYear => "/yr",
            Unit::MinutesPerYear => "min/yr",
            Unit::Ms => "ms",
            Unit::MbPerS => "MB/s",
            Unit::Bytes => "bytes",
            Unit::BytesPerByte => "x",
            Unit::Count | Unit::Share => "",
            Unit::Percent => "%",
            Unit::Records => "records",
            Unit::RecordsPerS => "records/s",
            Unit::RecordsPerYear => "records/yr",
        }
    }
}

/// A number or a range with its unit, and which way is better.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Quantity {
    pub value: Estimate<f64>,
    pub unit: Unit,
    /// Whether a larger number is the better one.
    pub more_is_better: bool,
}

/// A distribution by two of its quantiles, in milliseconds.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Percentiles {
    pub p50: Estimate<f64>,
    /// 99 of 100 are below.
    pub p99: Estimate<f64>,
}

/// A verdict in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Qualitative {
    /// The verdict: `kept`, `may be broken`...; `?` when it is not known.
    pub verdict: String,
    /// From 0, the worst, upwards; to compare two settings. `None` when it is not known.
    pub rank: Option<u8>,
}

/// In what a difference of two values is told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scale {
    /// As a multiple: a time, a rate, a size, a probability.
    Ratio(f64),
    /// As so many more or fewer.
    Count(f64),
    /// Better or worse is all that can be said.
    Rank,
}

/// A value that can be written into a column, and compared.
pub trait FigureValue {
    /// As the column shows it.
    fn text(&self) -> String;
    /// For comparing two settings: more is better. `None` when it is not known.
    fn score(&self) -> Option<f64>;
    /// The same at the better end, where what is not known leaves a range; `None` where nobody can say.
    fn best_score(&self) -> Option<f64>;
    /// For telling by how much two settings differ.
    fn scale(&self) -> Scale {
        Scale::Rank
    }
}

impl FigureValue for FailuresTolerated {
    fn text(&self) -> String {
        let count = |estimate: &Estimate<u32>| match estimate {
            Estimate::Exact(count) if *count >= self.of => "any".into(),
            other => other.to_string(),
        };
        if self.guaranteed == self.now {
            count(&self.now)
        } else {
            format!("{} (now {})", count(&self.guaranteed), count(&self.now))
        }
    }
    fn score(&self) -> Option<f64> {
        let (guaranteed, now) = (self.guaranteed.low()?, self.now.low()?);
        Some(f64::from(guaranteed) + f64::from(now) / 1000.0)
    }
    fn best_score(&self) -> Option<f64> {
        let (guaranteed, now) = (self.guaranteed.high()?, self.now.high()?);
        Some(f64::from(guaranteed) + f64::from(now) / 1000.0)
    }
    fn scale(&self) -> Scale {
        self.guaranteed.low().map_or(Scale::Rank, |count| Scale::Count(f64::from(count)))
    }
}

impl Quantity {
    /// A number of this unit; more of it is worse, unless it goes through.
    pub fn new(value: Estimate<f64>, unit: Unit) -> Self {
        Quantity { value, unit, more_is_better: matches!(unit, Unit::MbPerS | Unit::RecordsPerS) }
    }

    /// One of which more is better.
    pub fn more(value: Estimate<f64>, unit: Unit) -> Self {
        Quantity { value, unit, more_is_better: true }
    }
}

impl Figure<Quantity> {
    /// A number that holds for all that is assessed.
    pub(super) fn of_all(
        id: &'static str,
        label: &'static str,
        value: Quantity,
        headline: String,
        why: Derivation,
    ) -> Self {
        Figure { id, label, value, headline, affected: None, why }
    }
}

impl FigureValue for Quantity {
    fn text(&self) -> String {
        match (&self.value, self.unit) {
            (Estimate::Unknown(_), _) => "?".into(),
            (estimate, _) if estimate.low() == Some(f64::INFINITY) => "never".into(),
            (estimate, Unit::Bytes) => bytes(estimate),
            (estimate, Unit::Ms) => duration(estimate),
            (estimate, Unit::PerYear | Unit::Share) => short_chance(estimate),
            (estimate, Unit::MinutesPerYear) => time_a_year(estimate),
            (Estimate::Exact(value), Unit::Count) if *value < 100.0 && *value == libm::round(*value) => {
                format!("{value:.0}")
            }
            (estimate, unit) => format!("{} {}", digits(estimate), unit.word()).trim_end().into(),
        }
    }
    fn score(&self) -> Option<f64> {
        if self.more_is_better { self.value.low() } else { Some(-self.value.high()?) }
    }
    fn best_score(&self) -> Option<f64> {
        if self.more_is_better { self.value.high() } else { Some(-self.value.low()?) }
    }
    fn scale(&self) -> Scale {
        self.score().map_or(Scale::Rank, |score| Scale::Ratio(score.abs()))
    }
}

impl FigureValue for Percentiles {
    fn text(&self) -> String {
        match (&self.p50, &self.p99) {
            (Estimate::Unknown(_), _) | (_, Estimate::Unknown(_)) => "?".into(),
            (p50, p99) => format!("{} / {} ms", digits(p50), digits(p99)),
        }
    }
    fn score(&self) -> Option<f64> {
        Some(-self.p99.high()?)
    }
    fn best_score(&self) -> Option<f64> {
        Some(-self.p99.low()?)
    }
    fn scale(&self) -> Scale {
        self.p99.high().map_or(Scale::Rank, Scale::Ratio)
    }
}

impl FigureValue for Qualitative {
    fn text(&self) -> String {
        self.verdict.clone()
    }
    fn score(&self) -> Option<f64> {
        self.rank.map(f64::from)
    }
    /// A word is that of the worst case; how much better it may be is not told.
    fn best_score(&self) -> Option<f64> {
        None
    }
}
