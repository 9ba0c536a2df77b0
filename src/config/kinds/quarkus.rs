//! Quarkus: channels of SmallRye Reactive Messaging (`mp.messaging.*`), `kafka.*` for all of them, and Kafka Streams.

use super::{Kind, streams};
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::FileKind;
use crate::config::part::{Part, Parts, behind, setting};
use crate::knobs::{KeyScope, default_at};
use std::collections::BTreeSet;

pub(super) const KIND: Kind = Kind {
    kind: FileKind::Quarkus,
    claims: |document| settings(document).iter().any(is_quarkus),
    read: |document| Ok(parts(&settings(document))),
};

fn is_quarkus(one: &Property) -> bool {
    let (_, key) = profiled(&one.key);
    ["mp.messaging.", "quarkus.kafka-streams.", "kafka-streams."].iter().any(|start| key.starts_with(start))
}

fn settings(document: &Document) -> Vec<Property> {
    let all = match document {
        Document::Properties(settings) => settings.clone(),
        Document::Tree(documents) => documents.iter().flat_map(flat).collect(),
        _ => Vec::new(),
    };
    // In YAML a key that has both a value and keys below it is `~`.
    all.into_iter().map(|one| Property { key: one.key.replace('"', "").replace(".~", ""), ..one }).collect()
}

/// `%prod.kafka.x` as profile and key.
fn profiled(key: &str) -> (&str, &str) {
    key.strip_prefix('%').and_then(|rest| rest.split_once('.')).unwrap_or(("", key))
}

/// The profiles of `%dev,test.x` or `%{prod,dev}.x`, each by itself; an empty name for what always holds.
fn profiles(key: &str) -> impl Iterator<Item = &str> {
    profiled(key).0.trim_matches(['{', '}']).split(',').map(str::trim)
}

fn parts(settings: &[Property]) -> Parts {
    let profiles_used: BTreeSet<&str> = settings.iter().flat_map(|one| profiles(&one.key)).collect();
    let mut parts = Parts::default();
    for profile in profiles_used {
        let of = |name: &str| -> Vec<Property> {
            let own = settings.iter().filter(|one| profiles(&one.key).any(|profile| profile == name));
            own.map(|one| Property { key: profiled(&one.key).1.to_string(), ..one.clone() }).collect()
        };
        let own = of(profile);
        let mut all = if profile.is_empty() { Vec::new() } else { of("") };
        all.retain(|one| setting(&own, &one.key).is_none());
        all.extend(own);
        parts.extend(application(&all, profile));
    }
    parts
}

/// What SmallRye's connector sets where nobody says otherwise.
const PRODUCER: &[(&str, &str)] = &[("acks", "1"), ("client.id", "kafka-producer")];
const CONSUMER: &[(&str, &str)] =
    &[("enable.auto.commit", "false"), ("client.id", "kafka-consumer"), ("group.id", "application")];

fn application(settings: &[Property], profile: &str) -> Parts {
    let mut parts = Parts::default();
    let shared = behind("kafka.", settings);
    let connector = behind("mp.messaging.connector.smallrye-kafka.", settings);
    for (scope, direction, defaults) in [
        (KeyScope::Producer, "mp.messaging.outgoing.", PRODUCER),
        (KeyScope::Consumer, "mp.messaging.incoming.", CONSUMER),
    ] {
        let of_direction = behind(direction, settings);
        let channels: BTreeSet<&str> =
            of_direction.iter().filter_map(|one| Some(one.key.split_once('.')?.0)).collect();
        for channel in channels {
            let own = behind(&format!("{channel}."), &of_direction);
            if setting(&own, "connector").is_some_and(|one| one.value.trim() != "smallrye-kafka") {
                continue;
            }
            let line = own.iter().map(|one| one.line).min().unwrap_or(1);
            let mut all: Vec<Property> = Vec::new();
            // Attributes of the connector itself are none of Kafka's.
            for one in shared
                .iter()
                .chain(&connector)
                .chain(&own)
                .filter(|one| default_at(scope, &one.key).is_some())
            {
                all.retain(|other| other.key != one.key);
                all.push(one.clone());
            }
            own.iter().for_each(|one| meant(scope, one, &mut parts));
            let name = format!("{profile} {channel}").trim().to_string();
            parts.parts.push(Part::new(scope, name, line, all).with_defaults(defaults));
        }
    }
    parts.extend(streams_of(settings, profile));
    parts
}

/// A key that differs from one of Kafka's by its signs only, such as `max-poll-records`, does nothing.
fn meant(scope: KeyScope, one: &Property, parts: &mut Parts) {
    let dotted = one.key.replace(['-', '_'], ".");
    if dotted != one.key && default_at(scope, &dotted).is_some() {
        parts.unread(one.line, format!("the connector has no `{}`: did you mean `{dotted}`?", one.key));
    }
}

fn streams_of(settings: &[Property], profile: &str) -> Parts {
    let mut all = behind("kafka-streams.", settings);
    let of_quarkus = behind("quarkus.kafka-streams.", settings);
    let names = [("application-id", "application.id"), ("bootstrap-servers", "bootstrap.servers")];
    for (name, key) in names {
        all.extend(setting(&of_quarkus, name).map(|one| Property { key: key.into(), ..one.clone() }));
    }
    match all.first().map(|one| one.line) {
        Some(line) => streams::application(&all, profile, line),
        None => Parts::default(),
    }
}
