//! Changes laid over a cluster, one after the other.

use crate::hypothesis::reference::quorum_of;
use crate::hypothesis::reshape;
use crate::knobs::elr_of_new_cluster;
use crate::knobs::{Change, Place, Scope, Shape};
use crate::model::{
    Assumptions, ClientProfile, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum, KafkaVersion, Origin,
    Topic,
};
use std::collections::{HashMap, HashSet};
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
    match change.knob.place {
        Place::Assumed { set, .. } => set(assumed(cluster), &change.value).ok_or_else(|| refused(change)),
        Place::Shape(shape) => set_shape(cluster, shape, change),
        Place::Config => set_config(cluster, change),
    }
}

/// The value is of another kind than the knob's.
fn refused(change: &Change) -> String {
    format!("{} takes {}", change.knob.name, change.knob.kind.allowed())
}

fn set_config(cluster: &mut Cluster, change: &Change) -> Result<(), String> {
    match change.knob.scope {
        Scope::Producer => set_client(&mut assumed(cluster).producers, change),
        Scope::Consumer => set_client(&mut assumed(cluster).consumers, change),
        Scope::Topic => set_topics(cluster, change),
        Scope::Broker => {
            set_brokers(cluster, change.knob.name, &change.value.kafka_text());
            Ok(())
        }
        Scope::Group | Scope::Cluster | Scope::Net | Scope::Load | Scope::Env => {
            Err(format!("{} cannot be changed here", change.knob.name))
        }
    }
}

fn set_shape(cluster: &mut Cluster, shape: Shape, change: &Change) -> Result<(), String> {
    let count = || change.value.int().ok_or_else(|| refused(change));
    match shape {
        Shape::Partitions => reshape::set_partitions(cluster, &meant_topics(cluster, change)?, count()?),
        Shape::ReplicationFactor => {
            reshape::set_replication_factor(cluster, &meant_topics(cluster, change)?, count()?)
        }
        Shape::Brokers => reshape::set_brokers(cluster, count()?),
        Shape::Racks => reshape::set_racks(cluster, count()?),
        Shape::Version => set_version(cluster, change.value.word().ok_or_else(|| refused(change))?.parse()?),
        Shape::EligibleLeaderReplicas => set_elr(cluster, count()? > 0),
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

/// Names of the topics that a change is about: the one it names, else all of users.
fn meant_topics(cluster: &Cluster, change: &Change) -> Result<Vec<Arc<str>>, String> {
    match &change.subject {
        Some(name) => {
            let (_, topic) = cluster.topic_named(name).ok_or_else(|| no_topic(cluster, name))?;
            Ok(vec![topic.name.clone()])
        }
        None => {
            let users = cluster.topics.iter().filter(|topic| !topic.internal);
            Ok(users.map(|topic| topic.name.clone()).collect())
        }
    }
}

fn set_topics(cluster: &mut Cluster, change: &Change) -> Result<(), String> {
    let meant: HashSet<Arc<str>> = meant_topics(cluster, change)?.into_iter().collect();
    let text = change.value.kafka_text();
    edit_topics(cluster, |topic| meant.contains(&topic.name), change.knob.name, &text, ConfigSource::Topic);
    Ok(())
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

fn set_brokers(cluster: &mut Cluster, key: &str, text: &str) {
    let as_of = cluster.taken_at;
    let mut brokers = cluster.brokers.to_vec();
    for broker in &mut brokers {
        let mut map = broker.config.get().map(|map| ConfigMap::clone(map)).unwrap_or_default();
        map.insert(key.to_string(), ConfigEntry::new(text, ConfigSource::DynamicDefault));
        broker.config = over(&broker.config, Arc::new(map), as_of);
    }
    cluster.brokers = brokers.into();
    // A topic that does not set the key itself follows the brokers.
    let follows = |topic: &Topic| {
        let entry = topic.config.get().and_then(|config| config.get(key));
        entry.is_some_and(|entry| entry.source != ConfigSource::Topic)
    };
    edit_topics(cluster, follows, key, text, ConfigSource::DynamicDefault);
}

fn set_version(cluster: &mut Cluster, version: KafkaVersion) -> Result<(), String> {
    let as_of = cluster.taken_at;
    cluster.version = Datum::known(version, as_of, Origin::WhatIf);
    let derived = Origin::Derived("a new cluster of this version".into());
    cluster.features.elr = Datum::known(elr_of_new_cluster(version) == Some(true), as_of, derived);
    if cluster.is_assumed() {
        cluster.quorum = quorum_of(version);
    }
    let assumed = assumed(cluster);
    let clients = assumed.producers.iter_mut().chain(&mut assumed.consumers);
    clients.for_each(|client| client.version = version);
    Ok(())
}

fn set_elr(cluster: &mut Cluster, on: bool) -> Result<(), String> {
    let impossible = cluster.version.get().is_some_and(|version| elr_of_new_cluster(*version).is_none());
    if on && impossible {
        return Err("eligible leader replicas need Kafka 4.0 or later".into());
    }
    cluster.features.elr = Datum::known(on, cluster.taken_at, Origin::WhatIf);
    Ok(())
}
