//! Times and durations as people write them: `250ms`, `1.5s`, `2m`, `1h`.

use crate::model::Nanos;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A moment of virtual time or a duration, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time(pub Nanos);

/// No run is as long, and what is added to such a time still fits.
const LONGEST: Time = Time::from_secs(100 * 365 * 24 * 3600);

const UNITS: [(&str, Nanos); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Time {
    /// So many seconds after the start of the scenario.
    pub const fn from_secs(seconds: u64) -> Time {
        Time(seconds * 1_000_000_000)
    }

    /// So many milliseconds after the start of the scenario.
    pub const fn from_millis(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    /// In milliseconds, rounded down.
    pub const fn millis(self) -> u64 {
        self.0 / 1_000_000
    }
}

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Time, String> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let refused = || format!("`{text}` is not a time: write 250ms, 1.5s, 2m or 1h");
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == &text[digits.len()..]).ok_or_else(refused)?;
        let time = decimal(digits.trim(), *unit).map(Time).ok_or_else(refused)?;
        if time > LONGEST {
            Err(format!("`{text}` is longer than {LONGEST}, which is a century"))
        } else {
            Ok(time)
        }
    }
}

/// `1.5` units as a whole number of nanoseconds, without floats.
fn decimal(digits: &str, unit: Nanos) -> Option<Nanos> {
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let nanos = whole.parse::<Nanos>().ok()?.checked_mul(unit)?;
    let mut scale = unit;
    let mut rest: Nanos = 0;
    for digit in part.chars() {
        scale /= 10;
        rest += Nanos::from(digit.to_digit(10)?) * scale;
    }
    nanos.checked_add(rest)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |unit: &&(&str, Nanos)| self.0.is_multiple_of(unit.1);
        let (name, unit) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
        match self.0 {
            0 => f.pad("0s"),
            nanos => f.pad(&format!("{}{name}", nanos / unit)),
        }
    }
}

impl TryFrom<String> for Time {
    type Error = String;
    fn try_from(text: String) -> Result<Time, String> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> String {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_exactly_and_written_in_the_largest_whole_unit() {
        let of = |text: &str| text.parse::<Time>().map(|time| time.0);
        assert_eq!(of("250ms"), Ok(250_000_000));
        assert_eq!(of("1.5s"), Ok(1_500_000_000));
        assert_eq!(of("0.1 ms"), Ok(100_000));
        assert!(of("876000h").is_ok() && of("876001h").unwrap_err().contains("longer than 876000h"));
        assert!(of("5").is_err() && of("s").is_err() && of("-1s").is_err());
        for text in ["90s", "2m", "1h", "1500ms", "1ns", "0s"] {
            assert_eq!(of(&of(text).map(Time).unwrap().to_string()), of(text));
        }
    }
}
