//! Values of configurations: what Kafka itself defines stays, everything else may carry a name.

use super::pseudonyms::{Pseudonyms, host_of};
use crate::knobs::{ConfigKey, config_keys};
use crate::model::{Load, OnPoison};

/// The value of a key without names.
pub(super) fn without_names(names: &Pseudonyms, key: &str, value: &str) -> String {
    match key {
        _ if value.trim().is_empty() || is_public(key, value) => value.to_string(),
        "log.dir" | "log.dirs" => each(value, |dir| directory(names, value, dir)),
        "bootstrap.servers" => each(value, |address| server(names, address)),
        _ => names.value(value),
    }
}

fn each(list: &str, one: impl Fn(&str) -> String) -> String {
    list.split(',').map(|item| one(item.trim())).collect::<Vec<String>>().join(",")
}

/// What empties itself is judged apart from other folders.
fn directory(names: &Pseudonyms, list: &str, directory: &str) -> String {
    let stands_for = names.value(list);
    let place = list.split(',').position(|other| other.trim() == directory).unwrap_or(0);
    let is_temporary = directory == "/tmp" || directory.starts_with("/tmp/");
    let above = if is_temporary { "/tmp" } else { "" };
    format!("{above}/{stands_for}-{}", place + 1)
}

fn server(names: &Pseudonyms, address: &str) -> String {
    let port = address.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok());
    let host = names.host(host_of(address));
    port.map_or(host.clone(), |port| format!("{host}:{port}"))
}

/// Whether nobody but Kafka can have chosen the words of a value: a number, a default, a word of its ConfigDef.
fn is_public(key: &str, value: &str) -> bool {
    let value = value.trim();
    let mut known = config_keys().iter().filter(|known| known.name == key).peekable();
    known.peek().is_some() && (is_plain(value) || known.any(|known| is_kafkas(known, value)))
}

/// Whole numbers, decimal fractions, `true` and `false`. An address has more points than one.
fn is_plain(value: &str) -> bool {
    let digits = value.trim_start_matches('-');
    let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && digits.matches('.').count() < 2;
    is_number || value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

fn is_kafkas(key: &ConfigKey, value: &str) -> bool {
    let is_default = key.defaults.iter().flatten().any(|default| *default == value);
    let words = || key.valid.split(|letter: char| !letter.is_ascii_alphanumeric() && !"_-.".contains(letter));
    let is_word = |item: &str| words().any(|word| word.eq_ignore_ascii_case(item));
    let is_class = |item: &str| key.kind != "STRING" && item.starts_with("org.apache.kafka.");
    let all_known = || value.split(',').map(str::trim).all(|item| is_word(item) || is_class(item));
    is_default || all_known() || key.name.ends_with("version") && is_version(value)
}

/// `3.9`, `4.1-IV0`
fn is_version(value: &str) -> bool {
    let (numbers, level) = value.split_once("-IV").unwrap_or((value, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    numbers.split('.').count() < 4 && numbers.split('.').all(is_digits) && is_digits(level)
}

/// `DescribeConfigs on Topic orders` without the resource's name.
pub(super) fn acl_without_names(acl: &str) -> String {
    const OPERATIONS: [&str; 4] = ["Describe", "DescribeConfigs", "Read", "ClusterAction"];
    const RESOURCES: [&str; 4] = ["Topic", "Group", "Cluster", "TransactionalId"];
    let words: Vec<&str> = acl.split_whitespace().collect();
    match words[..] {
        [operation, "on", resource, ..]
            if OPERATIONS.contains(&operation) && RESOURCES.contains(&resource) =>
        {
            format!("{operation} on {resource}")
        }
        _ => "a right whose name was left out".into(),
    }
}

/// Kafka's own protocol types; other clients may name theirs as they like.
pub(super) fn group_protocol(protocol: &str) -> &str {
    const KNOWN: [&str; 6] = ["classic", "consumer", "share", "streams", "connect", "sr"];
    if protocol.is_empty() || KNOWN.contains(&protocol) { protocol } else { "other" }
}

pub(super) fn on_poison(word: &str) -> String {
    if OnPoison::named(word).is_some() { word.into() } else { Load::default().on_poison }
}
