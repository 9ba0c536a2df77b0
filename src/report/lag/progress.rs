//! What several looks at a cluster tell of one group: rates, trend, age of the oldest unread record, time that is left.

use super::RetentionLeft;
use crate::model::{Millis, human_duration_ms};

/// How a group's lag goes on. What is `None` could not be measured yet.
#[derive(Clone, PartialEq, Debug)]
pub struct LagProgress {
    /// Records a second that producers add to what the group reads.
    pub rate_in_per_s: Option<f64>,
    /// Records a second that the group commits.
    pub rate_out_per_s: Option<f64>,
    /// Over how long both were measured.
    pub over_ms: Option<Millis>,
    /// Records a second by which the lag grows, between the means of two windows of whole commit intervals.
    pub trend_per_s: Option<f64>,
    /// Until the lag is zero at this trend; `None` where it does not shrink.
    pub time_to_zero_s: Option<f64>,
    pub age: LagAge,
    pub retention: RetentionLeft,
    /// Rebalances that were noticed since the first look; those between two looks that left no trace are not.
    pub rebalances: u32,
    pub is_rebalancing: bool,
    /// Whether a committed offset was lower than at the look before.
    pub commits_went_back: bool,
}

/// How a lag moves, with records a second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Trend {
    Growing(f64),
    Shrinking(f64),
    Steady,
    Unknown,
}

impl LagProgress {
    /// How the lag moves.
    pub fn trend(&self) -> Trend {
        match self.trend_per_s {
            None => Trend::Unknown,
            Some(rate) if rate > 0.0 => Trend::Growing(rate),
            Some(rate) if rate < 0.0 => Trend::Shrinking(-rate),
            Some(_) => Trend::Steady,
        }
    }
}

/// How the age of a record was found; never by asking for offsets by timestamp.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AgeMethod {
    /// There is no lag.
    NothingUnread,
    /// From the growth of the log between the looks.
    Interpolated,
    /// From before the first look, at the mean rate of production since.
    Extrapolated,
    Unknown,
}

impl AgeMethod {
    /// As the JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            AgeMethod::NothingUnread => "nothing_unread",
            AgeMethod::Interpolated => "produced_rate_interpolated",
            AgeMethod::Extrapolated => "produced_rate_extrapolated",
            AgeMethod::Unknown => "unknown",
        }
    }
}

/// The age of the oldest unread record of a group.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LagAge {
    /// What is certain.
    pub at_least_s: Option<f64>,
    /// What is likely.
    pub estimate_s: Option<f64>,
    pub method: AgeMethod,
}

impl LagAge {
    pub(super) const NOTHING_UNREAD: LagAge =
        LagAge { at_least_s: Some(0.0), estimate_s: Some(0.0), method: AgeMethod::NothingUnread };
    pub(super) const UNKNOWN: LagAge =
        LagAge { at_least_s: None, estimate_s: None, method: AgeMethod::Unknown };

    /// The older of two partitions; unknown where one is, but never less than what is certain of the other.
    pub(super) fn older(self, other: LagAge) -> LagAge {
        let both = |one: Option<f64>, other: Option<f64>| Some(one?.max(other?));
        let either = self.at_least_s.into_iter().chain(other.at_least_s).reduce(f64::max);
        LagAge {
            at_least_s: either,
            estimate_s: both(self.estimate_s, other.estimate_s),
            method: self.method.max(other.method),
        }
    }

    pub(super) fn words(&self) -> String {
        let time = |seconds: f64| human_duration_ms((seconds * 1000.0) as i64);
        match (self.method, self.estimate_s, self.at_least_s) {
            (AgeMethod::NothingUnread, ..) => "nothing unread".into(),
            (AgeMethod::Interpolated, Some(age), _) => {
                format!("the oldest unread record is {} old, by the rate of production", time(age))
            }
            (AgeMethod::Extrapolated, Some(age), Some(least)) => format!(
                "the oldest unread record is about {} old, if records came as fast before the first look as since; \
                 at least {}",
                time(age),
                time(least)
            ),
            (_, _, Some(least)) if least > 0.0 => {
                format!("the oldest unread record is at least {} old", time(least))
            }
            _ => "?".into(),
        }
    }
}
