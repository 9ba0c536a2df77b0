//! A Kafka cluster at one moment: brokers, topics, partitions, groups, and what is assumed about its clients.

use crate::model::{
    Assumptions, BrokerId, ConfigMap, Datum, Group, KafkaVersion, Millis, OpenTransaction, Origin,
    PartitionIx, PartitionView, Partitions, Quorum, TopicIx,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an observer sees of a broker; what the broker holds itself to be is `protocol`'s `BrokerState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokerStatus {
    Up,
    /// The cluster calls it alive, and it has not answered klever for a second.
    Slow,
    /// The cluster calls it alive, and it has not answered klever for three seconds.
    Silent,
    /// The cluster calls it alive, and klever gets no connection to it.
    Refused,
    /// Registered, not yet or no longer allowed to lead.
    Fenced,
    ShuttingDown,
    /// Its process hangs; the controller may not know yet (simulator and lab only).
    Paused,
    Down,
}

impl BrokerStatus {
    /// As the screen shows it.
    pub fn word(self) -> &'static str {
        match self {
            BrokerStatus::Up => "OK",
            BrokerStatus::Slow => "SLOW",
            BrokerStatus::Silent => "SILENT",
            BrokerStatus::Refused => "REFUSED",
            BrokerStatus::Fenced => "FENCED",
            BrokerStatus::ShuttingDown => "STOPPING",
            BrokerStatus::Paused => "PAUSED",
            BrokerStatus::Down => "DOWN",
        }
    }

    /// Whether it takes part: it leads and follows. One that is only slow does.
    pub fn is_up(self) -> bool {
        matches!(self, BrokerStatus::Up | BrokerStatus::Slow)
    }

    /// Whether the cluster calls it alive, whatever klever sees of it.
    pub fn is_listed(self) -> bool {
        self.is_up() || !self.answers()
    }

    /// Whether it answers klever, as far as klever has asked.
    pub fn answers(self) -> bool {
        !matches!(self, BrokerStatus::Silent | BrokerStatus::Refused)
    }
}

/// A broker as a source sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Broker {
    /// `node.id`.
    pub id: BrokerId,
    /// Host it advertises; empty when it is gone and was never seen.
    pub host: String,
    pub port: u16,
    /// `broker.rack`; a known `None` means that it has none.
    pub rack: Datum<Option<Arc<str>>>,
    /// Whether it takes part.
    pub state: BrokerStatus,
    /// Since when it is in that state, if that is known.
    pub since: Option<Millis>,
    pub config: Datum<Arc<ConfigMap>>,
}

/// One topic. Its partitions are `first..first + count` of the cluster's columns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Topic {
    pub name: Arc<str>,
    /// Whether Kafka itself uses it.
    pub internal: bool,
    /// Its effective configuration; topics with equal ones share it.
    pub config: Datum<Arc<ConfigMap>>,
    pub first: u32,
    /// How many partitions it has.
    pub count: u32,
}

/// Finalised features that change what replication does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Features {
    /// `eligible.leader.replicas.version` is 1 (KIP-966).
    pub elr: Datum<bool>,
    /// `metadata.version` as its level.
    pub metadata_level: Datum<i16>,
}

/// A whole cluster. Immutable; parts that do not change are shared between snapshots.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// When it looked like this.
    pub taken_at: Millis,
    /// Kafka's id of the cluster.
    pub id: Datum<String>,
    /// What the brokers run.
    pub version: Datum<KafkaVersion>,
    /// What is switched on.
    pub features: Features,
    pub quorum: Datum<Quorum>,
    /// By ascending id, brokers named only in replica lists included (as [`BrokerStatus::Down`]).
    pub brokers: Arc<[Broker]>,
    pub topics: Arc<[Topic]>,
    /// All partitions, in the order of the topics.
    pub partitions: Partitions,
    /// Consumer groups by ascending id.
    pub groups: Datum<Arc<[Group]>>,
    /// Whether no group is missing among those that coordinators list, and what shows it (see
    /// [`crate::model::Completeness`]).
    #[serde(default = "Datum::not_asked")]
    pub groups_complete: Datum<()>,
    /// What holds back the last stable offsets that were read, by ascending partition; empty where nobody asked.
    #[serde(default = "none_open", skip_serializing_if = "nothing_open")]
    pub open_transactions: Arc<[OpenTransaction]>,
    /// What is assumed of clients, load, distances and failure rates.
    pub assumed: Arc<Assumptions>,
}

fn none_open() -> Arc<[OpenTransaction]> {
    [].into()
}

fn nothing_open(open: &Arc<[OpenTransaction]>) -> bool {
    open.is_empty()
}

impl Cluster {
    /// What holds back the last stable offset of a partition, where it was asked for.
    pub fn open_transaction_of(&self, partition: PartitionIx) -> Option<&OpenTransaction> {
        let at = self.open_transactions.binary_search_by_key(&partition, |open| open.partition).ok()?;
        self.open_transactions.get(at)
    }

    /// The broker with this id.
    pub fn broker(&self, id: BrokerId) -> Option<&Broker> {
        self.brokers.binary_search_by_key(&id, |broker| broker.id).ok().map(|at| &self.brokers[at])
    }

    /// The topic of this name.
    pub fn topic_named(&self, name: &str) -> Option<(TopicIx, &Topic)> {
        let at = self.topics.binary_search_by(|topic| (*topic.name).cmp(name)).ok()?;
        Some((TopicIx(at as u32), &self.topics[at]))
    }

    /// The topic at this place.
    pub fn topic(&self, ix: TopicIx) -> &Topic {
        &self.topics[ix.at()]
    }

    /// A topic's partitions in order.
    pub fn partitions_of(&self, topic: &Topic) -> impl ExactSizeIterator<Item = PartitionView<'_>> {
        (topic.first..topic.first + topic.count).map(|ix| self.partitions.view(PartitionIx(ix)))
    }

    /// A partition as people name it: `orders-3`.
    pub fn partition_name(&self, ix: PartitionIx) -> String {
        let partition = self.partitions.view(ix);
        format!("{}-{}", self.topic(partition.topic()).name, partition.number())
    }

    /// The partition that people name so.
    pub fn partition_named(&self, name: &str) -> Option<PartitionIx> {
        let (topic, number) = name.rsplit_once('-')?;
        let (_, topic) = self.topic_named(topic)?;
        let number: i32 = number.parse().ok()?;
        self.partitions_of(topic).find(|partition| partition.number() == number).map(|partition| partition.ix)
    }

    /// The rack of a broker: `None` when it has none or it is not known.
    pub fn rack_of(&self, id: BrokerId) -> Option<&Arc<str>> {
        self.broker(id)?.rack.get()?.as_ref()
    }

    /// Whether its brokers and topics are known from files only, so that nothing is known of what runs and what they hold.
    pub fn is_of_files(&self) -> bool {
        let mut configs = self
            .brokers
            .iter()
            .map(|broker| &broker.config)
            .chain(self.topics.iter().map(|topic| &topic.config));
        let any = !self.brokers.is_empty() || !self.topics.is_empty();
        any && configs.all(|config| matches!(config, Datum::Known { from: Origin::File(_), .. }))
    }

    /// Whether klever assumes it: nothing of it was ever created.
    pub fn is_assumed(&self) -> bool {
        matches!(&self.id, Datum::Known { from: Origin::Assumed, .. })
    }

    /// Whether a broker is up, as far as this snapshot knows.
    pub fn is_up(&self, id: BrokerId) -> bool {
        self.broker(id).is_some_and(|broker| broker.state.is_up())
    }

    /// Whether a broker's process runs, as far as this snapshot knows: a paused one answers again by itself; what is
    /// not listed does not run.
    pub fn runs(&self, id: BrokerId) -> bool {
        let gone = |state| matches!(state, BrokerStatus::Down | BrokerStatus::Refused);
        self.broker(id).is_some_and(|broker| !gone(broker.state))
    }

    /// How many brokers are up.
    pub fn brokers_up(&self) -> usize {
        self.brokers.iter().filter(|broker| broker.state.is_up()).count()
    }
}
