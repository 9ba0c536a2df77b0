//! A key of Kafka or a knob of klever in words: range, default per version, what it affects.

use crate::knobs::{
    ALL as KNOBS, ConfigKey, KeyScope, Knob, RELEASES, Simulated, TakesEffect, allowed, broker_variables,
    default_of, librdkafka_spellings,
};
use crate::model::KafkaVersion;
use crate::report::layout::labelled;
use serde_json::{Value, json};

/// Columns of a label.
const LABEL: usize = 9;

/// Whether Kafka has no key of this name, so that only klever can explain it.
pub(super) fn is_own(knob: &Knob) -> bool {
    crate::knobs::default_at(knob.scope.into(), knob.name).is_none()
}

pub(super) fn key_text(key: &ConfigKey) -> String {
    let mut out = format!("{}:{}\n", key.scope.word(), key.name);
    let secret = key.kind == "PASSWORD";
    let values = if secret { "a secret; klever never shows its value".to_string() } else { allowed(key) };
    labelled(&mut out, 2, "values", LABEL, &values);
    push_defaults(&mut out, key);
    for (label, names) in spellings(key) {
        labelled(&mut out, 2, label, LABEL, &names.join(", "));
    }
    match modelled(key) {
        Some(knob) => push_knob(&mut out, knob),
        None => labelled(&mut out, 2, "affects", LABEL, "not modelled: klever's figures do not depend on it"),
    }
    if key.internal {
        labelled(&mut out, 2, "note", LABEL, "Kafka calls it internal");
    }
    out
}

fn modelled(key: &ConfigKey) -> Option<&'static Knob> {
    KNOBS.iter().find(|knob| KeyScope::from(knob.scope) == key.scope && knob.name == key.name).copied()
}

/// How else the key is written: variables of container images, and librdkafka's names.
fn spellings(key: &ConfigKey) -> Vec<(&'static str, Vec<String>)> {
    let variables = (key.scope == KeyScope::Broker).then(|| broker_variables(key.name));
    let names = librdkafka_spellings(key.scope, key.name);
    let names: Vec<String> = names.into_iter().map(String::from).collect();
    let both = [("env", variables.unwrap_or_default()), ("rdkafka", names)];
    both.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}

pub(super) fn key_json(key: &ConfigKey) -> Value {
    let knob = modelled(key);
    let spellings: Vec<String> = spellings(key).into_iter().flat_map(|(_, names)| names).collect();
    let short = |version: KafkaVersion| format!("{}.{}", version.major, version.minor);
    let defaults: Vec<Value> = spans(key)
        .iter()
        .map(|span| {
            let default = span.text.filter(|text| *text != "null");
            json!({"default": default, "exists": span.text.is_some(), "from": short(span.from), "to": short(span.to)})
        })
        .collect();
    json!({
        "kind": "key",
        "id": format!("{}:{}", key.scope.word(), key.name),
        "values": allowed(key),
        "secret": key.kind == "PASSWORD",
        "defaults": defaults,
        "spellings": spellings,
        "meaning": knob.map(|knob| knob.doc),
        "affects": knob.map(affects),
        "internal": key.internal,
    })
}

pub(super) fn own_json(knob: &Knob) -> Value {
    json!({
        "kind": "knob",
        "id": knob.full_name(),
        "values": knob.kind.allowed(),
        "default": knob.default(KafkaVersion::REFERENCE).map(|value| value.to_string()),
        "meaning": knob.doc,
        "affects": affects(knob),
    })
}

fn affects(knob: &Knob) -> Vec<Value> {
    knob.moves.iter().map(|(axis, how)| json!({"axis": axis.word(), "how": how})).collect()
}

/// A knob that Kafka has no key for.
pub(super) fn own_text(knob: &Knob) -> String {
    let mut out = format!("{}\n", knob.full_name());
    labelled(&mut out, 2, "values", LABEL, &knob.kind.allowed());
    if let Some(default) = knob.default(KafkaVersion::REFERENCE) {
        labelled(&mut out, 2, "default", LABEL, &default.to_string());
    }
    push_knob(&mut out, knob);
    out
}

fn push_knob(out: &mut String, knob: &Knob) {
    labelled(out, 2, "meaning", LABEL, knob.doc);
    for (at, (axis, how)) in knob.moves.iter().enumerate() {
        let label = if at == 0 { "affects" } else { "" };
        labelled(out, 2, label, LABEL, &format!("{}: {how}", axis.word()));
    }
    let when = match knob.takes_effect {
        TakesEffect::AtOnce => "immediately",
        TakesEffect::ClientRestart => "when the client restarts",
        TakesEffect::Reassignment => "when replicas are reassigned and copied",
        TakesEffect::Rebuild => "when the cluster is rebuilt",
    };
    let by = match knob.simulated {
        Simulated::Yes => String::new(),
        Simulated::No(why) => format!("; the simulator does not act on it: {why}"),
    };
    labelled(out, 2, "acts", LABEL, &format!("{when}{by}"));
}

pub(super) fn line(knob: &Knob) -> String {
    let default = knob.default(KafkaVersion::REFERENCE).map_or("-".into(), |value| value.to_string());
    format!("{:<46} {:<14} {}\n", knob.full_name(), default, knob.kind.allowed())
}

/// A default that holds from one minor release to another.
struct Span {
    text: Option<&'static str>,
    from: KafkaVersion,
    to: KafkaVersion,
    /// It came with one of the releases after this one that the table does not have.
    after: Option<KafkaVersion>,
}

/// Defaults longer than this have a line of their own.
const SHORT: usize = 34;

fn push_defaults(out: &mut String, key: &ConfigKey) {
    let spans = spans(key);
    let shown = |span: &Span| match span.text {
        None => "(no such key)".to_string(),
        Some("") => "(empty)".to_string(),
        Some("null") => "(not set)".to_string(),
        Some(text) => text.to_string(),
    };
    let widest = spans.iter().map(|span| shown(span).chars().count()).max().unwrap_or(0);
    for (at, span) in spans.iter().enumerate() {
        let label = if at == 0 { "default" } else { "" };
        let (text, when) = (shown(span), when(at, span, spans.len()));
        if widest <= SHORT {
            out.push_str(&format!("  {label:<LABEL$}{text:<widest$}  {when}\n"));
        } else {
            labelled(out, 2, label, LABEL, &text);
            labelled(out, 2, "", LABEL, &format!("({when})"));
        }
    }
}

/// Runs of minor releases with the same default.
fn spans(key: &ConfigKey) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for version in minors() {
        let text = default_of(key.scope, key.name, version);
        match spans.last_mut() {
            Some(span) if span.text == text => span.to = version,
            Some(span) => {
                let after = unseen_before(version);
                span.to = after.unwrap_or(span.to);
                spans.push(Span { text, from: version, to: version, after });
            }
            None => spans.push(Span { text, from: version, to: version, after: None }),
        }
    }
    spans
}

/// The release of the table before this one, when there are minor releases between the two: a change
/// that shows here may have come with any of them.
fn unseen_before(version: KafkaVersion) -> Option<KafkaVersion> {
    let minor = |version: &KafkaVersion| (version.major, version.minor);
    let at = RELEASES.iter().position(|release| minor(release) == minor(&version))?;
    let before = RELEASES[at.checked_sub(1)?];
    let seen = minor(&before) == (version.major, version.minor.wrapping_sub(1)) || version.minor == 0;
    (!seen).then_some(before)
}

/// Kafka's minor releases from 2.0 to the last of the table.
fn minors() -> impl Iterator<Item = KafkaVersion> {
    let last = RELEASES[RELEASES.len() - 1];
    let of = |major, minors: std::ops::RangeInclusive<u8>| {
        minors.map(move |minor| KafkaVersion::new(major, minor, 9))
    };
    of(2, 0..=8).chain(of(3, 0..=9)).chain(of(4, 0..=last.minor))
}

fn when(at: usize, span: &Span, count: usize) -> String {
    let short = |version: KafkaVersion| format!("{}.{}", version.major, version.minor);
    let (from, to) = (short(span.from), short(span.to));
    let range = match (at, at + 1 == count) {
        (0, true) => return "in every version".into(),
        (0, false) => return format!("up to {to}"),
        _ if from == to => from,
        _ => format!("{from} to {to}"),
    };
    match span.after {
        Some(after) => format!("{range}, changed after {}", short(after)),
        None => range,
    }
}
