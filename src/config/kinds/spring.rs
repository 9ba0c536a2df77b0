//! Spring Boot's application.yml and application.properties: `spring.kafka.*` and the Kafka binder, for each profile.

use super::{Kind, spring_stream, streams};
use crate::config::Property;
use crate::config::document::{Document, flat};
use crate::config::kind::FileKind;
use crate::config::part::{Part, Parts, behind, setting};
use crate::config::tree::{Node, NodeValue};
use crate::knobs::{KeyScope, default_at};

pub(super) const KIND: Kind = Kind {
    kind: FileKind::SpringBoot,
    claims: |document| profiles(document).iter().any(|profile| profile.settings.iter().any(is_kafkas)),
    read: |document| Ok(parts(profiles(document))),
};

/// What holds while some profile is active; the first one always does.
struct Profile {
    name: String,
    settings: Vec<Property>,
}

fn is_kafkas(one: &Property) -> bool {
    one.key.starts_with("spring.kafka.") || one.key.starts_with("spring.cloud.stream.")
}

/// The documents of a file, in their order.
fn profiles(document: &Document) -> Vec<Profile> {
    match document {
        Document::Tree(documents) => documents.iter().map(|node| profile(of_yaml(node))).collect(),
        Document::Properties(settings) => split(settings).into_iter().map(profile).collect(),
        _ => Vec::new(),
    }
}

/// YAML 1.1, which Spring reads, has more words for true and false.
fn of_yaml(node: &Node) -> Vec<Property> {
    let mut node = node.clone();
    say_booleans(&mut node);
    flat(&node)
}

fn say_booleans(node: &mut Node) {
    match &mut node.value {
        NodeValue::Text { text, is_plain: true, .. } => {
            let lower = text.to_ascii_lowercase();
            match lower.as_str() {
                "yes" | "on" => *text = "true".into(),
                "no" | "off" => *text = "false".into(),
                _ => {}
            }
        }
        NodeValue::Map(entries) => entries.iter_mut().for_each(|(_, value)| say_booleans(value)),
        NodeValue::List(items) => items.iter_mut().for_each(say_booleans),
        _ => {}
    }
}

/// `#---` ends a document of a properties file; comments are gone, so that the key that names a profile begins one.
fn split(settings: &[Property]) -> Vec<Vec<Property>> {
    let mut all = vec![Vec::new()];
    for one in settings {
        if is_profile(&one.key) && all.last().is_some_and(|last: &Vec<Property>| !last.is_empty()) {
            all.push(Vec::new());
        }
        all.last_mut().into_iter().for_each(|last| last.push(one.clone()));
    }
    all
}

fn is_profile(key: &str) -> bool {
    matches!(
        key,
        "spring.config.activate.on-profile" | "spring.profiles" | "spring.config.activate.on-cloud-platform"
    )
}

fn profile(settings: Vec<Property>) -> Profile {
    let name = settings.iter().find(|one| is_profile(&one.key)).map(|one| one.value.trim().to_string());
    let settings = settings.into_iter().map(|one| Property { key: canonical(&one.key), ..one }).collect();
    Profile { name: name.unwrap_or_default(), settings }
}

/// Relaxed binding: `spring.kafka.bootstrapServers` and `SPRING.KAFKA.BOOTSTRAP_SERVERS` are `bootstrap-servers`. What
/// stands behind `properties` or `configuration` is Kafka's and kept as it is.
fn canonical(key: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut is_kafkas = false;
    for part in key.replace('[', ".").replace(']', "").split('.').filter(|part| !part.is_empty()) {
        parts.push(if is_kafkas {
            part.to_string()
        } else {
            part.chars().filter(|l| !matches!(l, '-' | '_')).collect::<String>().to_ascii_lowercase()
        });
        let last = parts.last().map_or("", String::as_str);
        is_kafkas |=
            matches!(last, "properties" | "configuration" | "producerproperties" | "consumerproperties");
    }
    parts.join(".")
}

fn parts(profiles: Vec<Profile>) -> Parts {
    let mut parts = Parts::default();
    let mut always: Vec<Property> = Vec::new();
    for profile in profiles {
        let own = profile.settings.iter().any(is_kafkas);
        if profile.name.is_empty() {
            always.extend(profile.settings);
            continue;
        }
        if own {
            let mut both = always.clone();
            both.retain(|one| setting(&profile.settings, &one.key).is_none());
            both.extend(profile.settings);
            parts.extend(application(&both, &profile.name));
        }
    }
    if always.iter().any(is_kafkas) {
        parts.extend(application(&always, ""));
    }
    parts
}

/// `SPRING_KAFKA_PRODUCER_ACKS` of a container; `None` where it has nothing of that kind.
pub(super) fn of_variables(variables: &[Property], name: &str) -> Option<Parts> {
    let is_springs = |one: &&Property| {
        one.key.starts_with("SPRING_KAFKA_") || one.key.starts_with("SPRING_CLOUD_STREAM_KAFKA_")
    };
    let dotted = |one: &Property| Property {
        key: of_legacy_name(canonical(&one.key.to_ascii_lowercase().replace('_', "."))),
        ..one.clone()
    };
    let settings: Vec<Property> = variables.iter().filter(is_springs).map(dotted).collect();
    (!settings.is_empty()).then(|| application(&settings, name))
}

/// Boot also takes an underscore for each dash: `SPRING_KAFKA_BOOTSTRAP_SERVERS` is `bootstrap-servers`.
fn of_legacy_name(key: String) -> String {
    let Some(rest) = key.strip_prefix("spring.kafka.") else { return key };
    let group = GROUPS.iter().copied().find(|group| rest.starts_with(group)).unwrap_or_default();
    let joined = rest[group.len()..].replace('.', "");
    match FIELDS.iter().find(|(field, _)| field.replace('.', "") == joined) {
        Some((field, _)) => format!("spring.kafka.{group}{field}"),
        None => key,
    }
}

/// Kafka's key of a field of Boot's, without its dashes; the mark says what its value is.
const FIELDS: &[(&str, &str)] = &[
    ("acks", "acks"),
    ("autocommitinterval", "auto.commit.interval.ms"),
    ("autooffsetreset", "auto.offset.reset"),
    ("batchsize", "batch.size"),
    ("bootstrapservers", "bootstrap.servers"),
    ("buffermemory", "buffer.memory"),
    ("clientid", "client.id"),
    ("compressiontype", "compression.type"),
    ("enableautocommit", "enable.auto.commit"),
    ("fetchmaxwait", "fetch.max.wait.ms"),
    ("fetchminsize", "fetch.min.bytes"),
    ("groupid", "group.id"),
    ("heartbeatinterval", "heartbeat.interval.ms"),
    ("isolationlevel", "isolation.level"),
    ("keydeserializer", "key.deserializer"),
    ("keyserializer", "key.serializer"),
    ("maxpollinterval", "max.poll.interval.ms"),
    ("maxpollrecords", "max.poll.records"),
    ("retries", "retries"),
    ("security.protocol", "security.protocol"),
    ("ssl.keypassword", "ssl.key.password"),
    ("ssl.keystorecertificatechain", "ssl.keystore.certificate.chain"),
    ("ssl.keystorekey", "ssl.keystore.key"),
    ("ssl.keystorelocation", "ssl.keystore.location"),
    ("ssl.keystorepassword", "ssl.keystore.password"),
    ("ssl.keystoretype", "ssl.keystore.type"),
    ("ssl.protocol", "ssl.protocol"),
    ("ssl.truststorecertificates", "ssl.truststore.certificates"),
    ("ssl.truststorelocation", "ssl.truststore.location"),
    ("ssl.truststorepassword", "ssl.truststore.password"),
    ("ssl.truststoretype", "ssl.truststore.type"),
    ("transactionidprefix", "transactional.id"),
    ("valuedeserializer", "value.deserializer"),
    ("valueserializer", "value.serializer"),
];

/// Groups of fields of which each stands for itself: none of them holds for all clients.
const GROUPS: [&str; 8] =
    ["producer.", "consumer.", "streams.", "admin.", "jaas.", "listener.", "template.", "retry."];

/// What Boot has for all clients: these fields, and all that begins so.
const OF_ALL_FIELDS: [&str; 2] = ["bootstrapservers", "clientid"];
const OF_ALL_GROUPS: [&str; 3] = ["ssl.", "security.", "properties."];

/// One application while these settings hold.
fn application(settings: &[Property], name: &str) -> Parts {
    let kafka = behind("spring.kafka.", settings);
    let mut parts = Parts::default();
    for (scope, group) in [(KeyScope::Producer, "producer."), (KeyScope::Consumer, "consumer.")] {
        parts.extend(client(scope, group, &kafka, name));
    }
    let is_in_group = |one: &&Property| GROUPS.iter().any(|group| one.key.starts_with(group));
    for one in kafka.iter().filter(|one| !is_in_group(one) && !is_of_all(one)) {
        unknown("", one, &mut parts);
    }
    if kafka.iter().any(|one| one.key.starts_with("streams.applicationid")) {
        let fields = ["applicationid", "replicationfactor", "statedir", "bootstrapservers", "clientid"];
        let keys = ["application.id", "replication.factor", "state.dir", "bootstrap.servers", "client.id"];
        let own = behind("streams.", &kafka).into_iter().chain(common(&kafka));
        let known = own.filter_map(|one| {
            let at = fields.iter().position(|field| *field == one.key);
            let key = at
                .map(|at| keys[at].to_string())
                .or_else(|| one.key.strip_prefix("properties.").map(str::to_string))?;
            Some(Property { key, ..one })
        });
        let line = kafka.iter().find(|one| one.key.starts_with("streams.")).map_or(1, |one| one.line);
        parts.extend(streams::application(&known.collect::<Vec<_>>(), name, line));
    }
    parts.extend(spring_stream::binder(settings, &common_client(KeyScope::Producer, &kafka), name));
    parts
}

fn is_of_all(one: &Property) -> bool {
    OF_ALL_FIELDS.contains(&one.key.as_str()) || OF_ALL_GROUPS.iter().any(|group| one.key.starts_with(group))
}

/// What holds for all clients.
fn common(kafka: &[Property]) -> impl Iterator<Item = Property> {
    kafka.iter().filter(|one| is_of_all(one)).cloned()
}

fn common_client(scope: KeyScope, kafka: &[Property]) -> Vec<Property> {
    common(kafka).filter_map(|one| kafkas(scope, &one)).collect()
}

/// A producer or consumer: it is there where something is set for it or for all clients.
fn client(scope: KeyScope, group: &str, kafka: &[Property], name: &str) -> Parts {
    let mut parts = Parts::default();
    let own = behind(group, kafka);
    let other = if scope == KeyScope::Producer { KeyScope::Consumer } else { KeyScope::Producer };
    let only_its_own =
        |one: &Property| default_at(scope, &one.key).is_some() && default_at(other, &one.key).is_none();
    if own.is_empty() && !common_client(scope, kafka).iter().any(only_its_own) {
        return parts;
    }
    let mut settings: Vec<Property> = Vec::new();
    for one in common(kafka) {
        // Properties of all clients need not be this one's.
        settings.extend(kafkas(scope, &one).filter(|property| default_at(scope, &property.key).is_some()));
    }
    for one in &own {
        match kafkas(scope, one) {
            Some(property) => {
                settings.retain(|other| other.key != property.key);
                settings.push(property);
            }
            None => unknown(group, one, &mut parts),
        }
    }
    let line = own.iter().map(|one| one.line).min().unwrap_or(1);
    let login = kafka.iter().find(|one| one.key == "jaas.enabled" && one.value.trim() == "true");
    settings.extend(login.map(|one| Property::new("sasl.jaas.config", "${...}", one.line)));
    // Spring's containers commit themselves.
    let defaults: &[(&str, &str)] =
        if scope == KeyScope::Consumer { &[("enable.auto.commit", "false")] } else { &[] };
    parts.parts.push(Part::new(scope, name, line, settings).with_defaults(defaults));
    parts
}

/// A field or an entry of `properties` as Kafka's setting.
fn kafkas(scope: KeyScope, one: &Property) -> Option<Property> {
    if let Some(key) = one.key.strip_prefix("properties.") {
        return Some(Property { key: key.into(), ..one.clone() });
    }
    let (_, key) = FIELDS.iter().find(|(field, _)| *field == one.key)?;
    default_at(scope, key)?;
    Some(Property { key: (*key).into(), value: kafkas_value(key, &one.value), ..one.clone() })
}

/// Boot's way to write a value as Kafka's.
fn kafkas_value(key: &str, text: &str) -> String {
    let bare = text.replace(['-', '_'], "").trim().to_ascii_lowercase();
    match (key, bare.as_str()) {
        ("isolation.level", "readcommitted") => "read_committed".into(),
        ("isolation.level", "readuncommitted") => "read_uncommitted".into(),
        _ => plain_number(key, text),
    }
}

/// Durations in milliseconds and sizes in bytes; what is neither stays as it is.
fn plain_number(key: &str, text: &str) -> String {
    let text = text.trim();
    let digits = text.trim_start_matches("PT").trim_end_matches(|l: char| l.is_ascii_alphabetic());
    let unit = text.get(text.find(digits).unwrap_or(0) + digits.len()..).unwrap_or_default();
    let Ok(number) = digits.parse::<i64>() else { return text.to_string() };
    let is_time = key.ends_with(".ms");
    let factor = match unit.to_ascii_lowercase().as_str() {
        "ms" | "b" | "" => 1,
        "s" if is_time => 1_000,
        "m" if is_time => 60_000,
        "h" if is_time => 3_600_000,
        "kb" => 1_024,
        "mb" => 1_024 * 1_024,
        _ => return text.to_string(),
    };
    number.checked_mul(factor).map_or(text.to_string(), |number| number.to_string())
}

/// Boot takes no notice of a field that it does not have: a setting that is meant so is not in force.
fn unknown(group: &str, one: &Property, parts: &mut Parts) {
    let known = ["ssl.", "security."].iter().any(|start| one.key.starts_with(start));
    let bare = |text: &str| text.replace(['.', '-', '_'], "").to_ascii_lowercase();
    let meant = crate::knobs::config_keys().iter().find(|key| {
        matches!(key.scope, KeyScope::Producer | KeyScope::Consumer) && {
            let (name, field) = (bare(key.name), bare(&one.key));
            name == field || name.strip_suffix("ms") == Some(&field)
        }
    });
    match meant {
        Some(key) => parts.unread(
            one.line,
            format!("Spring Boot has no such field, so that it is not in force: spring.kafka.{group}properties[{}]?", key.name),
        ),
        None if known => {}
        None if !group.is_empty() && FIELDS.iter().any(|(field, _)| *field == one.key) => {
            parts.note(one.line, "a field that does nothing for this client");
        }
        None => parts.unread(one.line, format!("Spring Boot has no such field in spring.kafka.{}", group.trim_end_matches('.'))),
    }
}

#[cfg(test)]
mod tests;
