//! `application.yaml` of Spring Boot: keys that Spring knows by its own names, the rest as properties.

use super::TopicExport;
use super::quote::{yaml, yaml_value};
use crate::knobs::{Knob, Scope, Value};
use std::fmt::Write as _;

const PRODUCER: &[(&str, &str)] = &[
    ("acks", "acks"),
    ("retries", "retries"),
    ("batch.size", "batch-size"),
    ("compression.type", "compression-type"),
    ("buffer.memory", "buffer-memory"),
];

const CONSUMER: &[(&str, &str)] = &[
    ("enable.auto.commit", "enable-auto-commit"),
    ("auto.commit.interval.ms", "auto-commit-interval"),
    ("auto.offset.reset", "auto-offset-reset"),
    ("isolation.level", "isolation-level"),
    ("max.poll.records", "max-poll-records"),
    ("fetch.min.bytes", "fetch-min-size"),
    ("fetch.max.wait.ms", "fetch-max-wait"),
];

pub(super) fn write(setting: &TopicExport<'_>) -> String {
    let mut out = String::from("spring:\n  kafka:\n");
    client(&mut out, "producer", PRODUCER, &setting.set(Scope::Producer));
    client(&mut out, "consumer", CONSUMER, &setting.set(Scope::Consumer));
    out
}

fn client(out: &mut String, name: &str, own: &[(&str, &str)], set: &[(&'static Knob, Value)]) {
    if set.is_empty() {
        return;
    }
    let _ = writeln!(out, "    {name}:");
    let spring = |knob: &Knob| own.iter().find(|(kafka, _)| *kafka == knob.name).map(|(_, spring)| *spring);
    for (knob, value) in set {
        if let Some(key) = spring(knob) {
            let _ = writeln!(out, "      {key}: {}", text(knob, value));
        }
    }
    let rest: Vec<_> = set.iter().filter(|(knob, _)| spring(knob).is_none()).collect();
    if !rest.is_empty() {
        out.push_str("      properties:\n");
        for (knob, value) in rest {
            let _ = writeln!(out, "        \"[{}]\": {}", knob.name, yaml_value(&value.kafka_text()));
        }
    }
}

/// Spring wants durations with their unit, and `acks` as text.
fn text(knob: &Knob, value: &Value) -> String {
    match knob.name {
        "acks" => yaml(&value.kafka_text()),
        "isolation.level" => value.kafka_text().replace('_', "-"),
        name if name.ends_with(".ms") => format!("{}ms", value.kafka_text()),
        _ => yaml_value(&value.kafka_text()),
    }
}
