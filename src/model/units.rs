//! Units of time and size, and how they are shown to people.

/// Milliseconds: since the Unix epoch for what was read, virtual for what is simulated, or a duration.
pub type Millis = i64;

/// Nanoseconds of virtual time, or a duration.
pub type Nanos = u64;

/// A millisecond in nanoseconds.
pub const MS: Nanos = 1_000_000;
/// A second in nanoseconds.
pub const SECOND: Nanos = 1000 * MS;

/// A count with thousands separators: `12,345`.
pub fn human_count(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    if count < 0 {
        out.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count of many digits rounded to three of them, for where they have no room: `~12.3 M`. None below a million.
pub fn about(count: i64) -> Option<String> {
    const UNITS: [&str; 5] = ["M", "G", "T", "P", "E"];
    let mut value = count.unsigned_abs() as f64 / 1e6;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    let digits = match value {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        _ => 2,
    };
    let sign = if count < 0 { "-" } else { "" };
    (count.unsigned_abs() >= 1_000_000).then(|| format!("~{sign}{value:.digits$} {}", UNITS[unit]))
}

/// A noun with its count: `1 topic`, `2,000 topics`, `3 crashes`.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    format!("{} {}", human_count(count as i64), plural_noun(noun))
}

/// Several of a noun: `topics`, `crashes`.
pub fn plural_noun(noun: &str) -> String {
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end));
    format!("{noun}{}", if hisses { "es" } else { "s" })
}

/// A size in binary units with three significant digits: `1.95 GiB`.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    match (unit, value) {
        (0, _) => format!("{bytes} B"),
        (_, v) if v >= 100.0 => format!("{v:.0} {}", UNITS[unit]),
        (_, v) if v >= 10.0 => format!("{v:.1} {}", UNITS[unit]),
        (_, v) => format!("{v:.2} {}", UNITS[unit]),
    }
}

/// A duration as people say it: `850 ms`, `9.0 s`, `4m10s`, `2h05m`, `3d04h`.
pub fn human_duration_ms(ms: Millis) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let abs = ms.unsigned_abs();
    let seconds = abs / 1000;
    match abs {
        0..=999 => format!("{sign}{abs} ms"),
        1_000..=59_999 => format!("{sign}{:.1} s", abs as f64 / 1000.0),
        60_000..=3_599_999 => format!("{sign}{}m{:02}s", seconds / 60, seconds % 60),
        3_600_000..=86_399_999 => format!("{sign}{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{sign}{}d{:02}h", seconds / 86_400, seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!(human_count(0), "0");
        assert_eq!(human_count(999), "999");
        assert_eq!(human_count(-1_234_567), "-1,234,567");
        assert_eq!(human_count(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn what_has_many_digits_is_rounded_to_three() {
        let told = [999_999, 1_000_000, 12_345_678, 999_600_000, -1_073_741_824, i64::MAX].map(about);
        let told: Vec<&str> = told.iter().map(|text| text.as_deref().unwrap_or("-")).collect();
        assert_eq!(told, ["-", "~1.00 M", "~12.3 M", "~1.00 G", "~-1.07 G", "~9.22 E"]);
    }

    #[test]
    fn a_noun_agrees_with_its_count() {
        assert_eq!([0, 1, 2000].map(|count| plural(count, "topic")), ["0 topics", "1 topic", "2,000 topics"]);
        assert_eq!(
            (plural(2, "crash"), plural(1, "power loss")),
            ("2 crashes".into(), "1 power loss".into())
        );
    }

    #[test]
    fn durations_keep_two_units() {
        assert_eq!(human_duration_ms(850), "850 ms");
        assert_eq!(human_duration_ms(59_940), "59.9 s");
        assert_eq!(human_duration_ms(250_000), "4m10s");
        assert_eq!(human_duration_ms(7_500_000), "2h05m");
    }

    #[test]
    fn sizes_keep_three_digits() {
        assert_eq!(human_bytes(1023), "1023 B");
        assert_eq!(human_bytes(2_093_796_557), "1.95 GiB");
    }
}
