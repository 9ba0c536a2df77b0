//! What a rule must know, and whether this cluster's snapshot has it.

use crate::model::{BrokerId, ClientProfile, Cluster, Datum, KafkaVersion, Origin, Unknown};
use crate::rules::Surroundings;
use std::collections::BTreeMap;

/// A kind of evidence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// Brokers, and the leader, replicas and ISR of every partition.
    Metadata,
    /// Topics with their configured number of partitions and replicas, whoever holds them.
    Topics,
    /// What topics have or what brokers give to new ones.
    TopicDefaults,
    /// `broker.rack` of the brokers.
    Racks,
    TopicConfig,
    BrokerConfig,
    /// Whether eligible leader replicas are switched on.
    ElrFeature,
    /// `metadata.version` as the controllers finalised it.
    MetadataLevel,
    /// The eligible leader replicas of partitions.
    ElrLists,
    Quorum,
    /// The controllers that vote, as the quorum or a configuration lists them.
    Voters,
    /// Consumer groups with their members.
    Groups,
    Offsets,
    /// What the brokers run.
    Version,
    /// Settings of producers; no protocol shows them.
    Producers,
    /// Settings of consumers; no protocol shows them.
    Consumers,
    /// Settings of producers or consumers, whichever were given.
    Clients,
    /// Machines on which brokers run.
    Hosts,
    /// `zoo.cfg` of ZooKeeper's servers.
    ZooKeepers,
}

/// Whether evidence is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum EvidenceState {
    /// At least in part.
    Present,
    /// Nobody asked for it.
    NotAsked,
    /// It was asked for and not obtained.
    Missing(Unknown),
    /// This Kafka has no such thing, so the rule has no object.
    NotApplicable,
}

impl Evidence {
    /// What is missing, and how to give it.
    pub fn doc(self) -> &'static str {
        match self {
            Evidence::Metadata | Evidence::Topics | Evidence::TopicDefaults => {
                "a cluster (give -b or --snapshot)"
            }
            Evidence::Racks => "broker racks",
            Evidence::TopicConfig => "topic configurations",
            Evidence::BrokerConfig => "broker configurations",
            Evidence::ElrFeature | Evidence::MetadataLevel => "finalised features",
            Evidence::ElrLists => "eligible leader replicas",
            Evidence::Quorum | Evidence::Voters => "the controller quorum",
            Evidence::Groups => "consumer groups",
            Evidence::Offsets => "committed offsets",
            Evidence::Version => "the Kafka version",
            Evidence::Producers => "producer settings (give --producer FILE)",
            Evidence::Consumers => "consumer settings (give --consumer FILE)",
            Evidence::Clients => "client settings (give --producer FILE or --consumer FILE)",
            Evidence::Hosts => "the broker's host (give --host)",
            Evidence::ZooKeepers => "ZooKeeper's own settings (give its zoo.cfg)",
        }
    }

    pub(super) fn state(self, cluster: &Cluster, around: &Surroundings) -> EvidenceState {
        match self {
            Evidence::Hosts if around.hosts.is_empty() => without_host(cluster),
            Evidence::ZooKeepers if around.zookeepers.is_empty() => without_zookeeper(cluster),
            Evidence::Hosts | Evidence::ZooKeepers => EvidenceState::Present,
            _ => self.in_cluster(cluster),
        }
    }

    fn in_cluster(self, cluster: &Cluster) -> EvidenceState {
        match self {
            Evidence::Producers | Evidence::Consumers | Evidence::Clients => {}
            _ if cluster.is_of_files() => return self.in_files(cluster),
            _ if cluster.brokers.is_empty() => return EvidenceState::NotAsked,
            _ => {}
        }
        match self {
            Evidence::Metadata
            | Evidence::Topics
            | Evidence::TopicDefaults
            | Evidence::Hosts
            | Evidence::ZooKeepers => EvidenceState::Present,
            Evidence::Racks => any_of(cluster.brokers.iter().map(|broker| &broker.rack)),
            Evidence::TopicConfig => any_of(cluster.topics.iter().map(|topic| &topic.config)),
            Evidence::BrokerConfig => any_of(cluster.brokers.iter().map(|broker| &broker.config)),
            Evidence::ElrFeature => any_of([&cluster.features.elr].into_iter()),
            Evidence::MetadataLevel => any_of([&cluster.features.metadata_level].into_iter()),
            Evidence::ElrLists => any_of([&cluster.partitions.elr].into_iter()),
            Evidence::Quorum | Evidence::Voters => any_of([&cluster.quorum].into_iter()),
            Evidence::Groups => any_of([&cluster.groups].into_iter()),
            Evidence::Offsets => match cluster.groups.get() {
                Some(groups) => any_of(groups.iter().map(|group| &group.offsets)),
                None => any_of([&cluster.groups].into_iter()),
            },
            Evidence::Version => any_of([&cluster.version].into_iter()),
            Evidence::Producers => given(cluster.assumed.producers.iter()),
            Evidence::Consumers => given(cluster.assumed.consumers.iter()),
            Evidence::Clients => given(cluster.assumed.producers.iter().chain(&cluster.assumed.consumers)),
        }
    }

    /// What files of brokers and of topics tell: nothing of what a running cluster holds.
    fn in_files(self, cluster: &Cluster) -> EvidenceState {
        let is_there = match self {
            Evidence::BrokerConfig => !cluster.brokers.is_empty(),
            Evidence::Topics | Evidence::TopicConfig => !cluster.topics.is_empty(),
            Evidence::Voters => !configured_voters(cluster).is_empty(),
            Evidence::TopicDefaults => true,
            Evidence::Version => return any_of([&cluster.version].into_iter()),
            _ => false,
        };
        if is_there { EvidenceState::Present } else { EvidenceState::NotAsked }
    }
}

/// `controller.quorum.voters` of brokers' files, as far as no placeholder stands in it: the brokers that have the list,
/// and how many it names.
pub(super) fn configured_voters(cluster: &Cluster) -> BTreeMap<usize, Vec<BrokerId>> {
    let mut lists: BTreeMap<usize, Vec<BrokerId>> = BTreeMap::new();
    for broker in cluster.brokers.iter() {
        let entry = broker.config.get().and_then(|config| config.get("controller.quorum.voters"));
        let Some(text) = entry.and_then(|entry| entry.value.as_deref()) else { continue };
        let count = text.split(',').filter(|voter| !voter.trim().is_empty()).count();
        if count > 0 && !text.contains("${") {
            lists.entry(count).or_default().push(broker.id);
        }
    }
    lists
}

/// Since 4.0 Kafka has no ZooKeeper of which anybody could ask, and a cluster with a quorum of controllers needs none.
fn without_zookeeper(cluster: &Cluster) -> EvidenceState {
    let is_gone = cluster.version.get().is_some_and(|version| *version >= KafkaVersion::new(4, 0, 0));
    let is_gone = is_gone || cluster.quorum.get().is_some();
    if is_gone { EvidenceState::NotApplicable } else { EvidenceState::NotAsked }
}

/// Brokers that are simulated or assumed run on no machine.
fn without_host(cluster: &Cluster) -> EvidenceState {
    let from = |origin| matches!(origin, &Origin::Simulated | &Origin::Assumed);
    let is_made_up = matches!(&cluster.id, Datum::Known { from: origin, .. } if from(origin));
    if is_made_up { EvidenceState::NotApplicable } else { EvidenceState::NotAsked }
}

/// There when one of them is known or there are none; else the first reason that is not "not asked".
fn any_of<'a, T: 'a>(data: impl Iterator<Item = &'a Datum<T>>) -> EvidenceState {
    let mut have = EvidenceState::Present;
    for datum in data {
        have = match (datum.reason(), have) {
            (None, _) => return EvidenceState::Present,
            (Some(Unknown::NotAsked), EvidenceState::Present) => EvidenceState::NotAsked,
            (Some(Unknown::Unsupported(_)), EvidenceState::Present | EvidenceState::NotAsked) => {
                EvidenceState::NotApplicable
            }
            (Some(Unknown::NotAsked | Unknown::Unsupported(_)), have) => have,
            (Some(_), have @ EvidenceState::Missing(_)) => have,
            (Some(reason), _) => EvidenceState::Missing(reason.clone()),
        };
    }
    have
}

/// Whether any client's settings are more than an assumption.
fn given<'a>(mut clients: impl Iterator<Item = &'a ClientProfile>) -> EvidenceState {
    if clients.any(|client| is_given(&client.origin)) {
        EvidenceState::Present
    } else {
        EvidenceState::NotAsked
    }
}

/// Whether settings come from a file, a real or simulated client or a knob.
pub(super) fn is_given(origin: &Origin) -> bool {
    !matches!(origin, Origin::Assumed | Origin::Default)
}
