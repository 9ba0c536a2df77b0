//! Numbers as people read them: `0.03 % (1 in 3,300)`, `under 1 s/yr`, `16 MiB`, `7 d`.

use crate::consequences::Estimate;
use crate::consequences::estimate::format_significant;
use crate::model::{human_bytes, plural_noun};

/// From here on a probability is as good as certain.
const CERTAIN: f64 = 0.995;

/// A probability for a sentence: `0.03 % (1 in 3,300)`.
pub(super) fn chance(value: &Estimate<f64>) -> String {
    range(value, |share| match share {
        // Below one in a hundred thousand a percentage is harder to read than odds.
        _ if (1e-5..0.1).contains(&share) => format!("{} ({})", percent(share), one_in(share)),
        _ => odds(share),
    })
}

/// A probability or a share for a column: `1 in 3,300`, `12 %`.
pub(super) fn short_chance(value: &Estimate<f64>) -> String {
    range(value, odds)
}

/// Minutes a year for a column: `65 min/yr`, `under 1 s/yr`.
pub(super) fn time_a_year(minutes: &Estimate<f64>) -> String {
    match minutes.high() {
        None => "?".into(),
        Some(high) if high <= 0.0 => "0 s/yr".into(),
        Some(high) if high < 1.0 / 60.0 => "under 1 s/yr".into(),
        Some(high) if high < 2.0 => format!("{} s/yr", digits(&minutes.map(|minutes| minutes * 60.0))),
        _ => format!("{}/yr", duration(&minutes.map(|minutes| minutes * 60_000.0))),
    }
}

/// Milliseconds in the unit that suits the longer end.
pub(super) fn duration(estimate: &Estimate<f64>) -> String {
    let (per, word) = match estimate.high() {
        Some(ms) if ms < 1000.0 || estimate.low() < Some(100.0) && ms < 10_000.0 => (1.0, "ms"),
        Some(ms) if ms < 600_000.0 => (1000.0, "s"),
        Some(ms) if ms < 36_000_000.0 => (60_000.0, "min"),
        Some(ms) if ms < 259_200_000.0 => (3_600_000.0, "h"),
        _ => (86_400_000.0, "d"),
    };
    format!("{} {word}", digits(&estimate.map(|ms| ms / per)))
}

/// Sizes in binary units.
pub(super) fn bytes(estimate: &Estimate<f64>) -> String {
    let size = |bytes: &f64| human_bytes(*bytes as u64);
    match estimate {
        Estimate::Exact(value) => size(value),
        Estimate::Between(low, high) => format!("{} to {}", size(low), size(high)),
        Estimate::Unknown(_) => "?".into(),
    }
}

/// A number of things: `1 record`, `81 records`, `0 to 3 records`.
pub(super) fn number_of(estimate: &Estimate<f64>, noun: &str) -> String {
    match digits(estimate) {
        one if one == "1" || one == "1.0" => format!("1 {noun}"),
        many => format!("{many} {}", plural_noun(noun)),
    }
}

/// With two significant digits.
pub(super) fn digits(estimate: &Estimate<f64>) -> String {
    match estimate {
        Estimate::Exact(value) => format_significant(*value),
        Estimate::Between(low, high) => {
            let (low, high) = (format_significant(*low), format_significant(*high));
            if low == high { low } else { format!("{low} to {high}") }
        }
        Estimate::Unknown(_) => "?".into(),
    }
}

fn range(value: &Estimate<f64>, word: impl Fn(f64) -> String) -> String {
    match value {
        Estimate::Exact(share) => word(*share),
        Estimate::Between(low, high) => {
            let (low, high) = (word(*low), word(*high));
            if low == high { low } else { format!("{low} to {high}") }
        }
        Estimate::Unknown(_) => "?".into(),
    }
}

fn odds(share: f64) -> String {
    match share {
        _ if share <= 0.0 => "0 %".into(),
        _ if share >= CERTAIN => "about 100 %".into(),
        _ if share >= 0.1 => percent(share),
        _ => one_in(share),
    }
}

fn percent(share: f64) -> String {
    format!("{} %", format_significant(share * 100.0))
}

fn one_in(share: f64) -> String {
    match 1.0 / share {
        many if many >= 1e9 => format!("1 in {} billion", format_significant(many / 1e9)),
        many if many >= 1e6 => format!("1 in {} million", format_significant(many / 1e6)),
        many => format!("1 in {}", format_significant(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_year_is_told_in_words_that_a_room_reads() {
        let short =
            [0.0, 2.0e-8, 3.02e-4, 0.0999, 0.43, 0.996].map(|share| short_chance(&Estimate::Exact(share)));
        assert_eq!(short, ["0 %", "1 in 50 million", "1 in 3,300", "1 in 10", "43 %", "about 100 %"]);
        let long = [2.0e-8, 8.7e-10, 3.02e-4, 0.02, 0.43].map(|share| chance(&Estimate::Exact(share)));
        let told = ["1 in 50 million", "1 in 1.1 billion", "0.030 % (1 in 3,300)", "2.0 % (1 in 50)", "43 %"];
        assert_eq!(long, told);
        let times =
            [0.0, 0.011, 0.12, 5.0, 65.0, 700.0].map(|minutes| time_a_year(&Estimate::Exact(minutes)));
        assert_eq!(times, ["0 s/yr", "under 1 s/yr", "7.2 s/yr", "300 s/yr", "65 min/yr", "12 h/yr"]);
        assert_eq!(time_a_year(&Estimate::Between(1.0, 1.5)), "60 to 90 s/yr");
        assert_eq!(short_chance(&Estimate::Between(3.0e-4, 0.2)), "1 in 3,300 to 20 %");
        assert_eq!(time_a_year(&Estimate::Unknown("no rate".into())), "?");
    }

    proptest! {
        #[test]
        fn no_exponent_is_ever_shown(share in 1e-12..1.0f64, minutes in 0.0..525_600.0f64) {
            for text in [chance(&Estimate::Exact(share)), short_chance(&Estimate::Exact(share)),
                time_a_year(&Estimate::Exact(minutes))] {
                prop_assert!(!text.contains("e-"), "{text}");
            }
        }
    }
}
