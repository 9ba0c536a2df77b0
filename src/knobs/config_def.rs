//! A value against ConfigDef's type and validator, as Kafka's own dump words them.

use crate::knobs::ConfigKey;
use crate::model::KafkaVersion;

/// Lists of classes that every client loads at once.
const CLASS_LISTS: [&str; 2] = ["interceptor.classes", "metric.reporters"];

/// Whether a value is one that Kafka takes for this key, in some release at least.
///
/// # Errors
/// What is allowed. Values that a config provider fills in (`${...}`) pass: nobody here knows them.
pub fn check_value(key: &ConfigKey, value: &str) -> Result<(), String> {
    let value = value.trim();
    if value.contains("${") || key.kind == "PASSWORD" {
        return Ok(());
    }
    let fits = match key.kind {
        "BOOLEAN" => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
        "SHORT" => value.parse::<i16>().is_ok() && within(key.valid, value),
        "INT" => value.parse::<i32>().is_ok() && within(key.valid, value),
        "LONG" => value.parse::<i64>().is_ok() && within(key.valid, value),
        "DOUBLE" => java_double(value).is_some() && within(key.valid, value),
        "LIST" => is_list(key, value),
        "CLASS" => is_class(value),
        _ => chosen(key.valid, value),
    };
    if fits { Ok(()) } else { Err(allowed(key)) }
}

/// The same for one release, which may be stricter than others.
///
/// # Errors
/// What that release takes.
pub fn check_value_at(key: &ConfigKey, value: &str, version: KafkaVersion) -> Result<(), String> {
    check_value(key, value)?;
    let value = value.trim();
    let since = |major, minor| version.is_at_least(major, minor);
    match key.name {
        _ if value.contains("${") => Ok(()),
        "auto.offset.reset" if value.starts_with("by_duration:") && !since(4, 0) => {
            Err("latest, earliest, none: by_duration came with 4.0".into())
        }
        "client.dns.lookup" if value == "default" && since(3, 0) => Err(allowed(key)),
        // KAFKA-13793 brought a validator that minded the case, KAFKA-14944 took that back.
        "security.protocol" if since(3, 3) && !since(3, 5) && value != value.to_ascii_uppercase() => {
            Err("a protocol in capital letters".into())
        }
        _ if key.kind == "LIST" && since(4, 2) && has_empty_item(value) => {
            Err("a list without empty items".into())
        }
        _ => Ok(()),
    }
}

fn is_list(key: &ConfigKey, value: &str) -> bool {
    let classes = CLASS_LISTS.contains(&key.name) && !value.is_empty();
    let items = || value.split(',').map(str::trim);
    items().filter(|item| !item.is_empty()).all(|item| chosen(key.valid, item))
        && (!classes || items().all(is_class))
}

/// An empty list has no item at all.
fn has_empty_item(value: &str) -> bool {
    !value.is_empty() && value.split(',').any(|item| item.trim().is_empty())
}

/// A class outside of every package cannot be meant: it is a short name that other clients know.
fn is_class(value: &str) -> bool {
    let is_part = |part: &str| {
        let starts = |letter: char| letter.is_alphabetic() || matches!(letter, '_' | '$');
        part.starts_with(starts) && part.chars().all(|letter| starts(letter) || letter.is_numeric())
    };
    value.contains('.') && value.split('.').all(is_part)
}

/// A number as `Double.parseDouble` reads it; hexadecimal ones aside.
fn java_double(value: &str) -> Option<f64> {
    let digits = value.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(value);
    let named = matches!(value.trim_start_matches(['+', '-']), "NaN" | "Infinity");
    if named { value.parse().ok() } else { digits.parse().ok().filter(|number: &f64| number.is_finite()) }
}

/// What follows `by_duration:`, as `java.time.Duration` reads it: `P2D`, `PT1H30M`, `P1DT0.5S`.
fn is_duration(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let Some(body) = text.strip_prefix('P') else { return false };
    let (date, time) = body.split_once('T').map_or((body, None), |(date, time)| (date, Some(time)));
    let date_fits = units_in_order(date, &['D']);
    let time_fits = time.is_none_or(|time| !time.is_empty() && units_in_order(time, &['H', 'M', 'S']));
    !body.is_empty() && date_fits && time_fits
}

/// Numbers with these units, each at most once and in this order; only seconds take a fraction.
fn units_in_order(text: &str, units: &[char]) -> bool {
    let mut rest = text;
    for unit in units {
        let Some((number, after)) = rest.split_once(*unit) else { continue };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
        let whole = whole.strip_prefix('+').unwrap_or(whole);
        let fits = !whole.is_empty() && digits(whole) && digits(fraction) && fraction.len() <= 9;
        if !fits || (*unit != 'S' && number.contains('.')) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

/// What a key takes, in words.
pub fn allowed(key: &ConfigKey) -> String {
    let kind = match key.kind {
        "BOOLEAN" => return "true or false".into(),
        "SHORT" | "INT" | "LONG" => "a whole number",
        "DOUBLE" => "a number",
        "LIST" => "a list",
        "CLASS" => "a class name",
        _ => "text",
    };
    match (bounds(key.valid), choices(key.valid)) {
        (Some((low, Some(high))), _) => format!("{kind} from {low} to {high}"),
        (Some((low, None)), _) => format!("{kind} from {low}"),
        (None, Some((words, _))) => words.join(", "),
        (None, None) if key.valid.is_empty() => kind.into(),
        (None, None) => format!("{kind}: {}", key.valid),
    }
}

/// The two ends of `[low,...,high]` or `[low,...]`.
fn bounds(valid: &str) -> Option<(&str, Option<&str>)> {
    let inside = valid.strip_prefix('[')?.split_once(']')?.0;
    let (low, rest) = inside.split_once(",...")?;
    Some((low, rest.strip_prefix(',')))
}

fn within(valid: &str, value: &str) -> bool {
    let Some((low, high)) = bounds(valid) else { return chosen(valid, value) };
    let Some(value) = java_double(value) else { return false };
    // To Java no number is below or above NaN.
    let in_bounds = value.is_nan()
        || (java_double(low).is_none_or(|low| value >= low)
            && high.and_then(java_double).is_none_or(|high| value <= high));
    in_bounds || valid.strip_suffix("or -1").is_some() && value == -1.0
}

/// A word of `client.dns.lookup`, which took `default` until 2.8, too.
const DNS_LOOKUP: &str = "use_all_dns_ips";
const BY_DURATION: &str = "by_duration:";

/// Validators that ignore case although their text does not say so (`ShareAcquireMode.of`).
const CASELESS: &str = "[batch_optimized, record_limit]";

/// The words of `[a, b, c]`, and whether their case matters.
fn choices(valid: &str) -> Option<(Vec<&str>, bool)> {
    let list = valid.strip_prefix("(case insensitive) ");
    let inside = list.unwrap_or(valid).strip_prefix('[')?.strip_suffix(']')?;
    (!inside.contains(",...") && !inside.contains('['))
        .then(|| (inside.split(", ").collect(), list.is_none() && valid != CASELESS))
}

fn chosen(valid: &str, value: &str) -> bool {
    if let Some((words, exact)) = choices(valid) {
        if words.contains(&DNS_LOOKUP) && value == "default" {
            return true;
        }
        let same = |word: &&str| if exact { **word == *value } else { word.eq_ignore_ascii_case(value) };
        if words.iter().any(|word| word.starts_with(BY_DURATION)) && value.starts_with(BY_DURATION) {
            return value.strip_prefix(BY_DURATION).is_some_and(is_duration);
        }
        return words.iter().any(same);
    }
    !(valid == "non-empty string" && value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::{KeyScope, config_keys, default_at};

    fn check(scope: KeyScope, key: &str, value: &str) -> Result<(), String> {
        check_value(default_at(scope, key).unwrap(), value)
    }

    #[test]
    fn kafkas_own_client_defaults_pass() {
        let clients = |key: &&ConfigKey| matches!(key.scope, KeyScope::Producer | KeyScope::Consumer);
        for key in config_keys().iter().filter(clients) {
            let values = key.defaults.iter().flatten();
            for value in values.filter(|value| !matches!(**value, "null" | "" | "<required>")) {
                assert_eq!(check_value(key, &as_written(value)), Ok(()), "{} = {value}", key.name);
            }
        }
    }

    /// The dump prints lists with brackets and classes with their kind.
    fn as_written(value: &str) -> String {
        let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        list.unwrap_or(value).replace("class ", "")
    }

    #[test]
    fn what_is_allowed_is_said() {
        let producer = |key, value| check(KeyScope::Producer, key, value);
        assert_eq!(producer("acks", "2"), Err("all, -1, 0, 1".into()));
        assert_eq!(producer("linger.ms", "5s"), Err("a whole number from 0".into()));
        assert_eq!(producer("enable.idempotence", "yes"), Err("true or false".into()));
        assert_eq!(producer("compression.type", "zstd"), Ok(()));
        assert_eq!(producer("compression.type", "zip"), Err("none, gzip, snappy, lz4, zstd".into()));
        assert_eq!(producer("linger.ms", "${env:LINGER}"), Ok(()));
        assert_eq!(check(KeyScope::Consumer, "auto.offset.reset", "by_duration:PT1H"), Ok(()));
        assert_eq!(check(KeyScope::Consumer, "group.protocol", "consumer"), Ok(()));
        assert_eq!(check(KeyScope::Topic, "cleanup.policy", "compact,delete"), Ok(()));
        assert!(check(KeyScope::Topic, "cleanup.policy", "keep").is_err());
    }
}
