//! The numbers that stand for names, in the order of the names.

use crate::knobs::config_keys;
use crate::model::{Cluster, ConfigMap};
use crate::rules::{STATE_SUFFIXES, STATE_TOPICS};
use std::collections::{BTreeMap, BTreeSet};

/// Every name of a cluster and what stands for it.
pub(super) struct Pseudonyms {
    topics: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    racks: BTreeMap<String, String>,
    hosts: BTreeMap<String, String>,
    clients: BTreeMap<String, String>,
    transactional_ids: BTreeMap<String, String>,
    /// Values of configurations that may carry a name.
    values: BTreeMap<String, String>,
    /// Configuration keys that are not Kafka's.
    keys: BTreeMap<String, String>,
}

/// What a name that was not counted becomes: it must not slip through.
const UNCOUNTED: &str = "unnamed";

impl Pseudonyms {
    pub(super) fn of(cluster: &Cluster) -> Self {
        let groups = cluster.groups.get().map_or(&[][..], |groups| groups);
        let members = || groups.iter().filter_map(|group| group.members.get()).flat_map(|all| all.iter());
        let racks = cluster.brokers.iter().filter_map(|broker| broker.rack.get()?.as_deref());
        let hosts = cluster.brokers.iter().map(|broker| &*broker.host);
        let (keys, values) = settings(cluster);
        let servers = cluster.assumed.producers.iter().chain(&cluster.assumed.consumers);
        let servers = servers.filter_map(|client| client.settings.get("bootstrap.servers"));
        let servers = servers.flat_map(|list| list.split(',').map(host_of));
        let ids = members().flat_map(|member| [Some(&*member.client_id), member.instance_id.as_deref()]);
        let open = cluster.open_transactions.iter().filter_map(|open| open.producer.get());
        let transactions = open.filter_map(|producer| producer.transaction.get());
        Pseudonyms {
            transactional_ids: numbered("transaction", transactions.map(|one| &*one.transactional_id)),
            topics: topics(cluster),
            groups: numbered("group", groups.iter().map(|group| &*group.id)),
            racks: numbered("rack", racks),
            hosts: numbered("host", hosts.chain(members().map(|member| &*member.host)).chain(servers)),
            clients: numbered("client", ids.flatten()),
            values: numbered("value", values),
            keys: numbered("key", keys.filter(|key| !is_kafkas(key))),
        }
    }

    pub(super) fn topic(&self, name: &str) -> String {
        found(&self.topics, name)
    }

    pub(super) fn group(&self, id: &str) -> String {
        found(&self.groups, id)
    }

    pub(super) fn rack(&self, name: &str) -> String {
        found(&self.racks, name)
    }

    pub(super) fn host(&self, name: &str) -> String {
        found(&self.hosts, name)
    }

    pub(super) fn client(&self, id: &str) -> String {
        found(&self.clients, id)
    }

    pub(super) fn transactional_id(&self, id: &str) -> String {
        found(&self.transactional_ids, id)
    }

    pub(super) fn value(&self, value: &str) -> String {
        found(&self.values, value)
    }

    pub(super) fn key(&self, key: &str) -> String {
        if is_kafkas(key) { key.to_string() } else { found(&self.keys, key) }
    }
}

/// What is empty names nobody.
fn found(names: &BTreeMap<String, String>, name: &str) -> String {
    if name.is_empty() { String::new() } else { names.get(name).map_or(UNCOUNTED.into(), Clone::clone) }
}

/// The host of `host:port`.
pub(super) fn host_of(address: &str) -> &str {
    let address = address.trim();
    address.rsplit_once(':').map_or(address, |(host, _)| host)
}

fn is_kafkas(key: &str) -> bool {
    config_keys().iter().any(|known| known.name == key)
}

/// All keys and values of configurations, of brokers, topics and clients.
fn settings(cluster: &Cluster) -> (impl Iterator<Item = &str>, impl Iterator<Item = &str>) {
    let configs = move || -> Vec<&ConfigMap> {
        let of_brokers = cluster.brokers.iter().filter_map(|broker| broker.config.get());
        let of_topics = cluster.topics.iter().filter_map(|topic| topic.config.get());
        of_brokers.chain(of_topics).map(|map| &**map).collect()
    };
    let clients = move || cluster.assumed.producers.iter().chain(&cluster.assumed.consumers);
    let keys = configs().into_iter().flat_map(|map| map.keys()).map(String::as_str);
    let keys = keys.chain(clients().flat_map(|client| client.settings.keys().map(String::as_str)));
    let values = configs().into_iter().flat_map(|map| map.values()).filter_map(|one| one.value.as_deref());
    let values = values.chain(clients().flat_map(|client| client.settings.values().map(String::as_str)));
    (keys, values)
}

fn numbered<'a>(kind: &str, names: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
    let width = names.len().to_string().len();
    let number = |(at, name): (usize, &str)| (name.to_string(), format!("{kind}-{:0width$}", at + 1));
    names.into_iter().enumerate().map(number).collect()
}

/// Topics keep their order, and the names and endings by which Kafka's own components know theirs.
fn topics(cluster: &Cluster) -> BTreeMap<String, String> {
    let names: Vec<&str> = cluster.topics.iter().map(|topic| &*topic.name).collect();
    let width = names.len().to_string().len();
    let is_public = |name: &str| STATE_TOPICS.contains(&name);
    let mut before = None;
    let mut pseudonyms = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        if is_public(name) {
            before = Some(*name);
            pseudonyms.insert(name.to_string(), name.to_string());
            continue;
        }
        let follows = names[at..].iter().any(|name| is_public(name));
        // Topics stand in the order of their names in a file, so the number must fit between those that stay.
        let lead = match (before, follows) {
            (Some(before), true) => format!("{before}.topic"),
            (None, true) => "Topic".into(),
            (_, false) => "topic".into(),
        };
        let end = STATE_SUFFIXES.iter().find(|end| name.ends_with(**end)).copied().unwrap_or("");
        pseudonyms.insert(name.to_string(), format!("{lead}-{:0width$}{end}", at + 1));
    }
    pseudonyms
}
