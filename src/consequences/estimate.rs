//! What a figure can be: one value, a range over what is not known, or unknown with its reason.

use serde::{Serialize, Serializer};
use std::fmt;

/// A value that is exact, a range because an input is unknown, or itself unknown.
#[derive(Clone, PartialEq, Debug)]
pub enum Estimate<T> {
    /// All inputs are known (or do not matter).
    Exact(T),
    /// From the worst to the best possible value of the inputs that are not known; both included.
    Between(T, T),
    /// Cannot be said; why.
    Unknown(String),
}

impl<T: Copy + PartialOrd> Estimate<T> {
    /// The lower end; `None` when nothing is known.
    pub fn low(&self) -> Option<T> {
        match self {
            Estimate::Exact(value) | Estimate::Between(value, _) => Some(*value),
            Estimate::Unknown(_) => None,
        }
    }

    /// The upper end; `None` when nothing is known.
    pub fn high(&self) -> Option<T> {
        match self {
            Estimate::Exact(value) | Estimate::Between(_, value) => Some(*value),
            Estimate::Unknown(_) => None,
        }
    }

    /// A range, or the value when both ends are the same.
    pub fn between(low: T, high: T) -> Self {
        if low == high { Estimate::Exact(low) } else { Estimate::Between(low, high) }
    }

    /// The range that covers all of these; the first unknown one decides.
    pub fn covering(estimates: impl IntoIterator<Item = Estimate<T>>) -> Self {
        let mut span: Option<(T, T)> = None;
        for estimate in estimates {
            let (low, high) = match estimate {
                Estimate::Unknown(why) => return Estimate::Unknown(why),
                Estimate::Exact(value) => (value, value),
                Estimate::Between(low, high) => (low, high),
            };
            span = Some(match span {
                None => (low, high),
                Some((least, most)) => {
                    (if low < least { low } else { least }, if high > most { high } else { most })
                }
            });
        }
        match span {
            Some((low, high)) => Estimate::between(low, high),
            None => Estimate::Unknown("there is nothing to assess".into()),
        }
    }

    /// The smaller of two, end by end; an unknown one makes it unknown.
    pub fn min(self, other: Estimate<T>) -> Self {
        let least = |a: T, b: T| if b < a { b } else { a };
        match (self, other) {
            (Estimate::Unknown(why), _) | (_, Estimate::Unknown(why)) => Estimate::Unknown(why),
            (a, b) => match (a.low().zip(b.low()), a.high().zip(b.high())) {
                (Some((a_low, b_low)), Some((a_high, b_high))) => {
                    Estimate::between(least(a_low, b_low), least(a_high, b_high))
                }
                _ => a,
            },
        }
    }

    /// The same estimate in other terms. `f` must not decrease.
    pub fn map<U: Copy + PartialOrd>(&self, f: impl Fn(T) -> U) -> Estimate<U> {
        match self {
            Estimate::Exact(value) => Estimate::Exact(f(*value)),
            Estimate::Between(low, high) => Estimate::between(f(*low), f(*high)),
            Estimate::Unknown(why) => Estimate::Unknown(why.clone()),
        }
    }
}

impl<T> Estimate<T> {
    /// Why it is not known, if it is not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Estimate::Unknown(why) => Some(why),
            _ => None,
        }
    }
}

/// `2`, `0 to 2` or `?`.
impl<T: fmt::Display> fmt::Display for Estimate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Estimate::Exact(value) => value.fmt(f),
            Estimate::Between(low, high) => write!(f, "{low} to {high}"),
            Estimate::Unknown(_) => f.pad("?"),
        }
    }
}

/// A number, `{min, max}` or `null`.
impl<T: Serialize> Serialize for Estimate<T> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        match self {
            Estimate::Exact(value) => value.serialize(out),
            Estimate::Between(low, high) => {
                let mut range = out.serialize_struct("Range", 2)?;
                range.serialize_field("min", low)?;
                range.serialize_field("max", high)?;
                range.end()
            }
            Estimate::Unknown(_) => out.serialize_none(),
        }
    }
}

/// A number with as many digits as a model deserves: two significant ones, in scientific notation
/// when it is tiny.
pub fn format_significant(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".into();
    }
    if !value.is_finite() {
        return "?".into();
    }
    match size {
        _ if size < 1e-3 => format!("{value:.1e}"),
        _ if size < 0.01 => format!("{value:.4}"),
        _ if size < 0.1 => format!("{value:.3}"),
        _ if size < 1.0 => format!("{value:.2}"),
        _ if size < 10.0 => format!("{value:.1}"),
        _ if size < 100.0 => format!("{value:.0}"),
        _ => {
            let scale = libm::pow(10.0, libm::floor(libm::log10(size)) - 1.0);
            crate::model::human_count((libm::round(value / scale) * scale) as i64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_and_unknowns_win() {
        let covering = |estimates: &[Estimate<u32>]| Estimate::covering(estimates.iter().cloned());
        assert_eq!(covering(&[Estimate::Exact(1), Estimate::Exact(1)]), Estimate::Exact(1));
        assert_eq!(covering(&[Estimate::Exact(2), Estimate::Between(0, 1)]), Estimate::Between(0, 2));
        assert!(covering(&[Estimate::Exact(2), Estimate::Unknown("x".into())]).reason().is_some());
        assert_eq!(Estimate::Between(1, 3).min(Estimate::Exact(2)), Estimate::Between(1, 2));
    }

    #[test]
    fn a_model_prints_two_digits() {
        let shown = [3.02e-8, 0.0646, 0.23, 2.48, 76.4, 1284.0, 0.0].map(format_significant);
        assert_eq!(shown, ["3.0e-8", "0.065", "0.23", "2.5", "76", "1,300", "0"]);
    }
}
