//! The wall clock in milliseconds, and days of the calendar.

use crate::model::Millis;
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch.
pub fn now_ms() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// The day in UTC at a time, as `2026-11-22`.
pub fn day_of(time: Millis) -> String {
    day(time.div_euclid(86_400_000))
}

/// A day of the Gregorian calendar by its number since 1970-01-01, counted in eras of 400 years from a March.
fn day(number: i64) -> String {
    let since_era = number + 719_468;
    let (era, of_era) = (since_era.div_euclid(146_097), since_era.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let known = [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_779, "2026-11-22")];
        known.iter().for_each(|(number, text)| assert_eq!(day(*number), *text));
        assert_eq!(day_of(-1), "1969-12-31");
        assert_eq!(day_of(11_016 * 86_400_000 + 86_399_999), "2000-02-29");
    }
}
