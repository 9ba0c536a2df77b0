//! Changes laid over a cluster, one after the other.

use crate::hypothesis::reshape;
use crate::knobs::{Change, Scope, Value};
use crate::model::{
    Assumptions, ClientProfile, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum, Environment,
    KafkaVersion, Origin, Topic,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Why a change cannot be: one plain line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HypothesisError {
    /// Which of the changes.
    pub at: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for HypothesisError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for HypothesisError {}

/// The cluster as it would be after these changes, in order.
///
/// # Errors
/// The first change that cannot be.
pub fn apply(cluster: &Cluster, changes: &[Change]) -> Result<Cluster, HypothesisError> {
    let mut now = cluster.clone();
    for (at, change) in changes.iter().enumerate() {
        apply_one(&mut now, change).map_err(|why| HypothesisError { at, why })?;
    }
    Ok(now)
}

fn apply_one(cluster: &mut Cluster, change: &Change) -> Result<(), String> {
    let (name, value) = (change.knob.name, &change.value);
    match change.knob.scope {
        Scope::Producer => set_client(&mut assumed(cluster).producers, change),
        Scope::Consumer => set_client(&mut assumed(cluster).consumers, change),
        Scope::Topic => set_topic(cluster, change),
        Scope::Broker => set_broker(cluster, name, value),
        Scope::Cluster => set_cluster(cluster, name, value),
        Scope::Group => Err(format!("{name} cannot be changed here")),
        Scope::Net | Scope::Load | Scope::Env => set_surroundings(assumed(cluster), name, value),
    }
}

fn assumed(cluster: &mut Cluster) -> &mut Assumptions {
    Arc::make_mut(&mut cluster.assumed)
}

fn set_client(clients: &mut [ClientProfile], change: &Change) -> Result<(), String> {
    let mut found = false;
    for client in clients.iter_mut() {
        if change.subject.as_ref().is_none_or(|name| *name == client.name) {
            found = true;
            client.settings.insert(change.knob.name.to_string(), change.value.kafka_text());
            client.origin = Origin::WhatIf;
        }
    }
    match (found, &change.subject) {
        (true, _) => Ok(()),
        (false, Some(name)) => Err(format!("there is no {} called `{name}`", change.knob.scope)),
        (false, None) => Err(format!("there is no {} to change", change.knob.scope)),
    }
}

fn set_topic(cluster: &mut Cluster, change: &Change) -> Result<(), String> {
    let one = match &change.subject {
        Some(name) => Some(cluster.topic_named(name).ok_or_else(|| no_topic(cluster, name))?.1.name.clone()),
        None => None,
    };
    let meant = |topic: &Topic| one.as_ref().map_or(!topic.internal, |name| topic.name == *name);
    let names = |cluster: &Cluster| -> Vec<Arc<str>> {
        cluster.topics.iter().filter(|topic| meant(topic)).map(|topic| topic.name.clone()).collect()
    };
    let count = change.value.int().unwrap_or(0);
    match change.knob.name {
        "partitions" => reshape::set_partitions(cluster, &names(cluster), count),
        "replication.factor" => reshape::set_replication_factor(cluster, &names(cluster), count),
        key => {
            edit_topics(cluster, meant, key, &change.value.kafka_text(), ConfigSource::Topic);
            Ok(())
        }
    }
}

fn no_topic(cluster: &Cluster, name: &str) -> String {
    let near = cluster.topics.iter().find(|topic| topic.name.starts_with(name.get(..3).unwrap_or(name)));
    match near {
        Some(topic) => format!("there is no topic `{name}`: did you mean `{}`?", topic.name),
        None => format!("there is no topic `{name}`"),
    }
}

/// Sets one key in the configuration of some topics; topics that shared a map go on sharing one.
fn edit_topics(
    cluster: &mut Cluster,
    which: impl Fn(&Topic) -> bool,
    key: &str,
    text: &str,
    source: ConfigSource,
) {
    // By the address of the map that it was made of: ten thousand topics may have a map each.
    let mut edited: HashMap<*const ConfigMap, Arc<ConfigMap>> = HashMap::new();
    let as_of = cluster.taken_at;
    let topics = cluster.topics.iter().map(|topic| {
        if !which(topic) {
            return topic.clone();
        }
        let old = topic.config.get().cloned().unwrap_or_default();
        let fresh = || {
            let mut map = ConfigMap::clone(&old);
            map.insert(key.to_string(), ConfigEntry::new(text, source));
            Arc::new(map)
        };
        let map = edited.entry(Arc::as_ptr(&old)).or_insert_with(fresh).clone();
        Topic { config: over(&topic.config, map, as_of), ..topic.clone() }
    });
    cluster.topics = topics.collect();
}

/// Knobs over a configuration that is not known leave the rest of it unknown: the origin says so.
fn over(base: &Datum<Arc<ConfigMap>>, map: Arc<ConfigMap>, as_of: i64) -> Datum<Arc<ConfigMap>> {
    let from = match base {
        Datum::Known { from, .. } => from.clone(),
        Datum::Unknown { .. } => Origin::WhatIf,
    };
    Datum::known(map, as_of, from)
}

fn set_broker(cluster: &mut Cluster, key: &str, value: &Value) -> Result<(), String> {
    let text = value.kafka_text();
    let as_of = cluster.taken_at;
    let mut brokers = cluster.brokers.to_vec();
    for broker in &mut brokers {
        let mut map = broker.config.get().map(|map| ConfigMap::clone(map)).unwrap_or_default();
        map.insert(key.to_string(), ConfigEntry::new(&text, ConfigSource::DynamicDefault));
        broker.config = over(&broker.config, Arc::new(map), as_of);
    }
    cluster.brokers = brokers.into();
    // A topic that does not set the key itself follows the brokers.
    let follows = |topic: &Topic| {
        let entry = topic.config.get().and_then(|config| config.get(key));
        entry.is_some_and(|entry| entry.source != ConfigSource::Topic)
    };
    edit_topics(cluster, follows, key, &text, ConfigSource::DynamicDefault);
    Ok(())
}

fn set_cluster(cluster: &mut Cluster, name: &str, value: &Value) -> Result<(), String> {
    let as_of = cluster.taken_at;
    match (name, value) {
        ("brokers", Value::Int(count)) => reshape::set_brokers(cluster, *count),
        ("racks", Value::Int(count)) => reshape::set_racks(cluster, *count),
        ("kafka.version", Value::Word(text)) => {
            let version: KafkaVersion = text.parse()?;
            let elr = version >= KafkaVersion::new(4, 1, 0);
            cluster.version = Datum::known(version, as_of, Origin::WhatIf);
            cluster.features.elr =
                Datum::known(elr, as_of, Origin::Derived("a new cluster of this version".into()));
            let assumed = assumed(cluster);
            let clients = assumed.producers.iter_mut().chain(&mut assumed.consumers);
            clients.for_each(|client| client.version = version);
            Ok(())
        }
        ("eligible.leader.replicas.version", Value::Int(level)) => {
            let old = cluster.version.get().is_some_and(|version| *version < KafkaVersion::new(4, 0, 0));
            if old && *level > 0 {
                return Err("eligible leader replicas need Kafka 4.0 or later".into());
            }
            cluster.features.elr = Datum::known(*level > 0, as_of, Origin::WhatIf);
            Ok(())
        }
        _ => Err(format!("{name} cannot be changed here")),
    }
}

fn set_surroundings(assumed: &mut Assumptions, name: &str, value: &Value) -> Result<(), String> {
    let (load, net, env) = (&mut assumed.load, &mut assumed.net, &mut assumed.env);
    match (name, value) {
        ("preset", Value::Word(preset)) => {
            *env = Environment::preset(preset).ok_or_else(|| format!("{preset} is not a preset"))?;
            return Ok(());
        }
        ("on_poison", Value::Word(handling)) => {
            load.on_poison = handling.clone();
            return Ok(());
        }
        ("keyed", Value::Bool(keyed)) => {
            load.keyed = *keyed;
            return Ok(());
        }
        ("guarded_restarts", Value::Bool(guarded)) => {
            env.guarded_restarts = *guarded;
            return Ok(());
        }
        _ => {}
    }
    let number = value.float().ok_or_else(|| format!("{name} takes a number"))?;
    match name {
        "record_bytes" => load.record_bytes = number as u32,
        "producers" => load.producers = number as u32,
        "consumers" => load.consumers = number as u32,
        "records_per_s" => load.records_per_s = number,
        "processing_ms" => load.processing_ms = number,
        "standby_replicas" => load.standby_replicas = number as u32,
        "state_gib" => load.state_gib = number,
        "restore_mb_per_s" => load.restore_mb_per_s = number,
        "client_rtt_ms" => net.client_rtt_ms = number,
        "rack_rtt_ms" => net.rack_rtt_ms = number,
        "same_rack_rtt_ms" => net.same_rack_rtt_ms = number,
        _ => *env.number_mut(name).ok_or_else(|| format!("{name} cannot be changed here"))? = number,
    }
    Ok(())
}
