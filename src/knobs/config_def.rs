//! A value against ConfigDef's type and validator, as Kafka's own dump words them.

use crate::knobs::ConfigKey;

/// Whether a value is one that Kafka takes for this key.
///
/// # Errors
/// What is allowed. Values that a config provider fills in (`${...}`) pass: nobody here knows them.
pub fn check_value(key: &ConfigKey, value: &str) -> Result<(), String> {
    let value = value.trim();
    if value.starts_with("${") || key.kind == "PASSWORD" {
        return Ok(());
    }
    let fits = match key.kind {
        "BOOLEAN" => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
        "SHORT" => value.parse::<i16>().is_ok() && within(key.valid, value),
        "INT" => value.parse::<i32>().is_ok() && within(key.valid, value),
        "LONG" => value.parse::<i64>().is_ok() && within(key.valid, value),
        "DOUBLE" => value.parse::<f64>().is_ok() && within(key.valid, value),
        "LIST" => value
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .all(|item| chosen(key.valid, item)),
        _ => chosen(key.valid, value),
    };
    if fits { Ok(()) } else { Err(allowed(key)) }
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
    let number = |text: &str| text.parse::<f64>().ok();
    let Some(value) = number(value) else { return false };
    let in_bounds =
        number(low).is_none_or(|low| value >= low) && high.and_then(number).is_none_or(|high| value <= high);
    in_bounds || valid.strip_suffix("or -1").is_some() && value == -1.0
}

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
        let same = |word: &&str| if exact { **word == *value } else { word.eq_ignore_ascii_case(value) };
        let by_duration =
            value.starts_with("by_duration:") && words.iter().any(|word| word.starts_with("by_duration:"));
        return words.iter().any(same) || by_duration;
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

    /// The dump prints lists with brackets.
    fn as_written(value: &str) -> String {
        let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
        list.unwrap_or(value).to_string()
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
