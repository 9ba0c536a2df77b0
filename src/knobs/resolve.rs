//! The value of a knob on a cluster: what was set, else what the level above says, else the version's default.

use crate::knobs::{Knob, Place, Scope, Shape, Value, acks_of, broker_key_of, producer, set_or_default};
use crate::model::{
    Broker, BrokerId, ClientProfile, Cluster, ConfigSource, Datum, Origin, Topic, TopicIx, Unknown,
};

/// A knob's value for a topic of a cluster (the topic matters to [`Scope::Topic`] only).
pub fn resolve(cluster: &Cluster, topic: Option<TopicIx>, knob: &Knob) -> Datum<Value> {
    match knob.place {
        Place::Assumed { get, .. } => Datum::known(get(&cluster.assumed), cluster.taken_at, Origin::Assumed),
        Place::Shape(shape) => shape_value(cluster, topic, shape),
        Place::Config => config_value(cluster, topic, knob),
    }
}

fn config_value(cluster: &Cluster, topic: Option<TopicIx>, knob: &Knob) -> Datum<Value> {
    match knob.scope {
        Scope::Topic => match topic {
            Some(ix) => topic_value(cluster, cluster.topic(ix), knob),
            None => no_topic(),
        },
        Scope::Producer => client(cluster.assumed.producers.first(), knob, cluster.taken_at),
        Scope::Consumer => client(cluster.assumed.consumers.first(), knob, cluster.taken_at),
        Scope::Broker => broker_value(cluster, None, knob),
        Scope::Group | Scope::Cluster | Scope::Net | Scope::Load | Scope::Env => defaulted(cluster, knob),
    }
}

fn shape_value(cluster: &Cluster, topic: Option<TopicIx>, shape: Shape) -> Datum<Value> {
    match shape {
        Shape::Partitions => counted(cluster, topic, |topic| i64::from(topic.count)),
        Shape::ReplicationFactor => counted(cluster, topic, |topic| widest(cluster, topic)),
        Shape::Brokers => observed(cluster, Value::Int(cluster.brokers.len() as i64)),
        Shape::Racks => racks(cluster),
        Shape::Version => cluster.version.map(|version| Value::Word(version.to_string())),
        Shape::EligibleLeaderReplicas => cluster.features.elr.map(|on| Value::Int(i64::from(*on))),
    }
}

fn counted(cluster: &Cluster, topic: Option<TopicIx>, count: impl Fn(&Topic) -> i64) -> Datum<Value> {
    match topic {
        Some(ix) => observed(cluster, Value::Int(count(cluster.topic(ix)))),
        None => no_topic(),
    }
}

fn widest(cluster: &Cluster, topic: &Topic) -> i64 {
    cluster.partitions_of(topic).map(|partition| partition.replicas().len()).max().unwrap_or(0) as i64
}

fn no_topic() -> Datum<Value> {
    Datum::unknown(Unknown::NotExposed("no topic was chosen".into()))
}

/// A producer's or consumer's value: set, or the default of its version, or what another setting makes of it.
pub fn client_value(client: &ClientProfile, knob: &Knob) -> Option<Value> {
    if *knob == producer::ACKS {
        return knob.kind.parse(acks_of(client)?).ok();
    }
    let set = client.settings.get(knob.name).or_else(|| client.library_defaults.get(knob.name));
    let set = set.map(String::as_str);
    knob.kind.parse(set_or_default(set, knob.scope.into(), knob.name, client.version)?).ok()
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
    match &topic.config {
        Datum::Unknown { reason } => Datum::unknown(reason.clone()),
        Datum::Known { value: config, as_of, from } => match config.get(knob.name) {
            Some(entry) => parsed(knob, entry.value.as_deref(), *as_of, origin(entry.source)),
            None if *from == Origin::WhatIf => only_knobs(),
            None => match broker_key_of(knob.name) {
                Some(key) => broker_entry(cluster, |broker| is_with(broker, from), key, knob),
                None => defaulted(cluster, knob),
            },
        },
    }
}

/// A broker's value, or, for `None`, that of the first broker whose configuration is known.
pub fn broker_value(cluster: &Cluster, id: Option<BrokerId>, knob: &Knob) -> Datum<Value> {
    broker_entry(cluster, |broker| id.is_none_or(|id| id == broker.id), knob.name, knob)
}

/// Whether a broker may decide about a topic whose configuration is from there: of files only those of the same one.
fn is_with(broker: &Broker, topic: &Origin) -> bool {
    let same = || matches!(&broker.config, Datum::Known { from, .. } if from == topic);
    !matches!(topic, Origin::File(_)) || same()
}

fn broker_entry(cluster: &Cluster, asked: impl Fn(&Broker) -> bool, key: &str, knob: &Knob) -> Datum<Value> {
    let mut reason = Unknown::NotAsked;
    for broker in cluster.brokers.iter().filter(|broker| asked(broker)) {
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
