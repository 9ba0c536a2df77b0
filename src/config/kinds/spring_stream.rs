//! The Kafka binder of Spring Cloud Stream.

use crate::config::Property;
use crate::config::part::{Part, Parts, behind};
use crate::knobs::{KeyScope, default_at};
use std::collections::BTreeSet;

/// What the binder sets where nobody says otherwise (`KafkaBinderConfigurationProperties`).
const PRODUCER: &[(&str, &str)] = &[("acks", "1")];
const CONSUMER: &[(&str, &str)] = &[("enable.auto.commit", "false"), ("auto.offset.reset", "earliest")];

/// The binder's clients, and those of each binding that sets something of its own.
pub(super) fn binder(settings: &[Property], common: &[Property], name: &str) -> Parts {
    let own = behind("spring.cloud.stream.kafka.binder.", settings);
    let bindings = behind("spring.cloud.stream.kafka.bindings.", settings);
    let mut parts = Parts::default();
    if own.is_empty() && bindings.is_empty() {
        return parts;
    }
    let mut names: BTreeSet<String> =
        bindings.iter().filter_map(|one| Some(one.key.split_once('.')?.0.to_string())).collect();
    if names.is_empty() {
        names.insert(String::new());
    }
    for binding in names {
        let of_binding = behind(&format!("{binding}."), &bindings);
        let label = format!("{name} {binding}").trim().to_string();
        for (scope, group, defaults) in
            [(KeyScope::Producer, "producer", PRODUCER), (KeyScope::Consumer, "consumer", CONSUMER)]
        {
            let has = |which: &str| of_binding.iter().any(|one| one.key.starts_with(which));
            if has(group) || !(has("producer") || has("consumer")) {
                let all = client(scope, group, common, &own, &of_binding);
                let line = own.iter().chain(&of_binding).map(|one| one.line).min().unwrap_or(1);
                parts.parts.push(Part::new(scope, label.clone(), line, all).with_defaults(defaults));
            }
        }
    }
    parts
}

/// From the widest to the narrowest: what comes later counts.
fn client(
    scope: KeyScope,
    group: &str,
    common: &[Property],
    binder: &[Property],
    binding: &[Property],
) -> Vec<Property> {
    let mut all: Vec<Property> =
        common.iter().filter(|one| default_at(scope, &one.key).is_some()).cloned().collect();
    let field = |one: &Property| match one.key.as_str() {
        "brokers" => {
            Some(Property { key: "bootstrap.servers".into(), value: with_port(&one.value), ..one.clone() })
        }
        "requiredacks" if scope == KeyScope::Producer => Some(Property { key: "acks".into(), ..one.clone() }),
        _ => None,
    };
    let layers = [
        binder.iter().filter_map(field).collect(),
        behind("configuration.", binder)
            .into_iter()
            .filter(|one| default_at(scope, &one.key).is_some())
            .collect(),
        behind(&format!("{group}properties."), binder),
        behind(&format!("{group}.configuration."), binding),
    ];
    for one in layers.into_iter().flat_map(|layer: Vec<Property>| layer) {
        all.retain(|other| other.key != one.key);
        all.push(one);
    }
    all
}

/// The binder's own port goes behind hosts without one.
fn with_port(servers: &str) -> String {
    let full = |host: &str| {
        if host.contains(':') || host.contains("${") { host.to_string() } else { format!("{host}:9092") }
    };
    servers.split(',').map(|host| full(host.trim())).collect::<Vec<String>>().join(",")
}
