//! The value of a knob on a cluster: what was set, else what the level above says, else the version's default.

use crate::knobs::{Knob, Scope, Value};
use crate::model::{BrokerId, ClientProfile, Cluster, ConfigSource, Datum, Origin, Topic, TopicIx, Unknown};

/// A knob's value for a topic of a cluster (the topic matters to [`Scope::Topic`] only).
pub fn resolve(cluster: &Cluster, topic: Option<TopicIx>, knob: &Knob) -> Datum<Value> {
    match knob.scope {
        Scope::Topic => match topic {
            Some(ix) => topic_value(cluster, cluster.topic(ix), knob),
            None => Datum::unknown(Unknown::NotExposed("no topic was chosen".into())),
        },
        Scope::Producer => client(cluster.assumed.producers.first(), knob, cluster.taken_at),
        Scope::Consumer => client(cluster.assumed.consumers.first(), knob, cluster.taken_at),
        Scope::Broker => broker_value(cluster, None, knob),
        Scope::Cluster => cluster_value(cluster, knob),
        Scope::Group => defaulted(cluster, knob),
        Scope::Net | Scope::Load | Scope::Env => surroundings(cluster, knob),
    }
}

/// A producer's or consumer's value: set, or the default of its version.
pub fn client_value(client: &ClientProfile, knob: &Knob) -> Option<Value> {
    match client.settings.get(knob.name) {
        Some(text) => knob.kind.parse(text).ok(),
        None => knob.default(client.version),
    }
}

fn client(client: Option<&ClientProfile>, knob: &Knob, as_of: i64) -> Datum<Value> {
    let found = client.and_then(|client| Some((client, client_value(client, knob)?)));
    match found {
        Some((client, value)) => {
            let set = client.settings.contains_key(knob.name);
            let from =
                if set || client.origin == Origin::Assumed { client.origin.clone() } else { Origin::Default };
            Datum::known(value, as_of, from)
        }
        None => Datum::unknown(Unknown::Unsupported("this client's version".into())),
    }
}

/// A topic's value: its own, else the brokers' default for topics, else the version's.
pub fn topic_value(cluster: &Cluster, topic: &Topic, knob: &Knob) -> Datum<Value> {
    match knob.name {
        "partitions" => observed(cluster, Value::Int(i64::from(topic.count))),
        "replication.factor" => {
            let widest = cluster.partitions_of(topic).map(|partition| partition.replicas().len()).max();
            observed(cluster, Value::Int(widest.unwrap_or(0) as i64))
        }
        name => match &topic.config {
            Datum::Unknown { reason } => Datum::unknown(reason.clone()),
            Datum::Known { value: config, as_of, from } => match config.get(name) {
                Some(entry) => parsed(knob, entry.value.as_deref(), *as_of, origin(entry.source)),
                None if *from == Origin::WhatIf => only_knobs(),
                None => topic_default(cluster, knob),
            },
        },
    }
}

/// What topics get that do not set it: the brokers' key of the same meaning.
fn topic_default(cluster: &Cluster, knob: &Knob) -> Datum<Value> {
    let broker_key = match knob.name {
        "min.insync.replicas" | "unclean.leader.election.enable" | "compression.type" => knob.name,
        "flush.messages" => "log.flush.interval.messages",
        "retention.bytes" => "log.retention.bytes",
        "segment.bytes" => "log.segment.bytes",
        _ => return defaulted(cluster, knob),
    };
    broker_entry(cluster, None, broker_key, knob)
}

/// A broker's value, or, for `None`, that of the first broker whose configuration is known.
pub fn broker_value(cluster: &Cluster, id: Option<BrokerId>, knob: &Knob) -> Datum<Value> {
    broker_entry(cluster, id, knob.name, knob)
}

fn broker_entry(cluster: &Cluster, id: Option<BrokerId>, key: &str, knob: &Knob) -> Datum<Value> {
    let mut reason = Unknown::NotAsked;
    let asked = cluster.brokers.iter().filter(|broker| id.is_none_or(|id| id == broker.id));
    for broker in asked {
        match &broker.config {
            Datum::Known { value: config, as_of, from } => {
                return match config.get(key) {
                    Some(entry) => parsed(knob, entry.value.as_deref(), *as_of, origin(entry.source)),
                    None if *from == Origin::WhatIf => only_knobs(),
                    None => defaulted(cluster, knob),
                };
            }
            Datum::Unknown { reason: why } => reason = why.clone(),
        }
    }
    Datum::unknown(reason)
}

fn cluster_value(cluster: &Cluster, knob: &Knob) -> Datum<Value> {
    match knob.name {
        "brokers" => observed(cluster, Value::Int(cluster.brokers.len() as i64)),
        "racks" => racks(cluster),
        "kafka.version" => cluster.version.map(|version| Value::Word(version.to_string())),
        "eligible.leader.replicas.version" => cluster.features.elr.map(|on| Value::Int(i64::from(*on))),
        _ => Datum::unknown(Unknown::NotExposed("not a knob of clusters".into())),
    }
}

fn racks(cluster: &Cluster) -> Datum<Value> {
    let mut names = std::collections::BTreeSet::new();
    for broker in cluster.brokers.iter() {
        match &broker.rack {
            Datum::Known { value, .. } => names.extend(value.as_ref()),
            Datum::Unknown { reason } => return Datum::unknown(reason.clone()),
        }
    }
    observed(cluster, Value::Int(names.len() as i64))
}

fn surroundings(cluster: &Cluster, knob: &Knob) -> Datum<Value> {
    let (load, net, env) = (&cluster.assumed.load, &cluster.assumed.net, &cluster.assumed.env);
    let value = match knob.name {
        "records_per_s" => Value::Float(load.records_per_s),
        "record_bytes" => Value::Int(i64::from(load.record_bytes)),
        "producers" => Value::Int(i64::from(load.producers)),
        "keyed" => Value::Bool(load.keyed),
        "client_rtt_ms" => Value::Float(net.client_rtt_ms),
        "rack_rtt_ms" => Value::Float(net.rack_rtt_ms),
        "same_rack_rtt_ms" => Value::Float(net.same_rack_rtt_ms),
        "consumers" => Value::Int(i64::from(load.consumers)),
        "processing_ms" => Value::Float(load.processing_ms),
        "on_poison" => Value::Word(load.on_poison.clone()),
        "standby_replicas" => Value::Int(i64::from(load.standby_replicas)),
        "state_gib" => Value::Float(load.state_gib),
        "restore_mb_per_s" => Value::Float(load.restore_mb_per_s),
        "preset" => Value::Word(env.name.clone()),
        "guarded_restarts" => Value::Bool(env.guarded_restarts),
        name => match env.number(name) {
            Some(number) => Value::Float(number),
            None => return Datum::unknown(Unknown::NotExposed("not a knob".into())),
        },
    };
    Datum::known(value, cluster.taken_at, Origin::Assumed)
}

fn defaulted(cluster: &Cluster, knob: &Knob) -> Datum<Value> {
    match &cluster.version {
        Datum::Unknown { reason } => Datum::unknown(reason.clone()),
        Datum::Known { value: version, .. } => match knob.default(*version) {
            Some(value) => Datum::known(value, cluster.taken_at, Origin::Default),
            None => Datum::unknown(Unknown::Unsupported(format!("Kafka {version}"))),
        },
    }
}

/// Knobs were laid over a configuration that could not be read.
fn only_knobs() -> Datum<Value> {
    Datum::unknown(Unknown::NotExposed("the configuration under the knobs could not be read".into()))
}

fn observed(cluster: &Cluster, value: Value) -> Datum<Value> {
    Datum::known(value, cluster.taken_at, Origin::Broker)
}

fn parsed(knob: &Knob, text: Option<&str>, as_of: i64, from: Origin) -> Datum<Value> {
    match text.map(|text| knob.kind.parse(text)) {
        Some(Ok(value)) => Datum::known(value, as_of, from),
        Some(Err(why)) => Datum::unknown(Unknown::NotExposed(why)),
        None => Datum::unknown(Unknown::NotExposed("null or kept secret by the broker".into())),
    }
}

fn origin(source: ConfigSource) -> Origin {
    if source == ConfigSource::Default { Origin::Default } else { Origin::Broker }
}
