//! A cluster as rules want to ask about it; what several rules need is looked up once.

mod hosts;
mod logs;
mod min_isr_change;
mod names;
mod offsets;
mod partition_findings;
mod settings;
mod zookeepers;

pub(super) use hosts::{each_log_folder, hosts_with};
pub(super) use logs::{read_by_groups, replicas_by_broker, retained_records};
pub(super) use min_isr_change::MinIsrChange;
pub(super) use names::{families, is_dead_letter, names};
pub(super) use offsets::{group_findings, refused_commit};
pub(super) use partition_findings::{ids, of_partitions, partition_findings};
pub(super) use settings::{brokers_named, brokers_told, brokers_with, each_broker, parts_of, topics_with};
pub(super) use zookeepers::{tick_ms, voters_of, zookeepers_with};

use crate::knobs::{KeyScope, topic, topic_value};
use crate::model::{Broker, Cluster, Datum, PartitionView, Topic, Unknown};
use crate::protocol::profile::Profile;
use crate::rules::surroundings::NOTHING;
use crate::rules::{FindingSubject, SubjectKind, Surroundings};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A cluster under examination.
pub struct ClusterFacts<'a> {
    pub cluster: &'a Cluster,
    /// What its version does; the reference version's rules where the version is not known.
    pub profile: Profile,
    /// What was given beside it.
    pub around: &'a Surroundings,
    topics: Vec<TopicFacts<'a>>,
}

/// A topic with what most rules ask of it.
pub struct TopicFacts<'a> {
    pub topic: &'a Topic,
    /// Fewest replicas of any of its partitions; 0 without partitions.
    pub narrowest: usize,
    /// Most replicas of any of its partitions.
    pub widest: usize,
    /// `min.insync.replicas` as configured.
    pub min_isr: Datum<i64>,
}

impl<'a> ClusterFacts<'a> {
    /// Looks the cluster over.
    pub fn of(cluster: &'a Cluster) -> Self {
        ClusterFacts::within(cluster, &NOTHING)
    }

    /// The same, with what was given beside it.
    pub fn within(cluster: &'a Cluster, around: &'a Surroundings) -> Self {
        let profile =
            cluster.version.get().map_or_else(Profile::default, |version| Profile::of(*version, None));
        let topics = cluster.topics.iter().map(|topic| topic_facts(cluster, topic)).collect();
        ClusterFacts { cluster, profile, around, topics }
    }

    /// All topics, those of Kafka itself among them.
    pub fn topics(&self) -> impl Iterator<Item = &TopicFacts<'a>> {
        self.topics.iter()
    }

    /// Topics of users, not of Kafka itself.
    pub fn user_topics(&self) -> impl Iterator<Item = &TopicFacts<'a>> {
        self.topics.iter().filter(|facts| !facts.topic.internal && !is_state_topic(&facts.topic.name))
    }

    /// The partitions of a topic, in the order of their numbers.
    pub fn partitions(&self, facts: &TopicFacts<'a>) -> impl ExactSizeIterator<Item = PartitionView<'a>> {
        self.cluster.partitions_of(facts.topic)
    }

    /// The minimum ISR that counts for a partition.
    pub fn effective_min_isr(&self, configured: i64, partition: PartitionView<'_>) -> usize {
        self.profile.effective_min_isr(usize::try_from(configured).unwrap_or(0), partition.replicas().len())
    }

    /// How many brokers there are; `None` where only files tell of some.
    pub(super) fn broker_count(&self) -> Option<usize> {
        let count = self.cluster.brokers.len();
        (count > 0 && !self.cluster.is_of_files()).then_some(count)
    }

    /// The fix where there are too few brokers for three replicas; `None` where there are enough.
    pub(super) fn brokers_first(&self, fix: &str) -> Option<Cow<'static, str>> {
        let few = self.broker_count().is_some_and(|count| count < 3);
        few.then(|| format!("First run three brokers or more, then {fix}").into())
    }

    /// The fix of a producer that does not wait, where topics need more than `acks=all`; `None` where that does.
    pub(super) fn acks_fix(&self) -> Option<Cow<'static, str>> {
        let weak = |topic: &TopicFacts<'_>| topic.widest >= 2 && topic.min_isr.get() == Some(&1);
        self.user_topics().any(weak).then(|| {
            "Use acks=all, and see to the topics that it writes to as well: with a minimum ISR of 1 the leader alone may be all".into()
        })
    }

    /// Brokers by rack, or why a rack is not known. Brokers without a rack are in none.
    pub fn racks(&self) -> Result<BTreeMap<&'a str, Vec<&'a Broker>>, &'a Unknown> {
        let mut racks: BTreeMap<&str, Vec<&Broker>> = BTreeMap::new();
        for broker in self.cluster.brokers.iter() {
            match &broker.rack {
                Datum::Unknown { reason } => return Err(reason),
                Datum::Known { value: Some(rack), .. } => racks.entry(rack).or_default().push(broker),
                Datum::Known { value: None, .. } => {}
            }
        }
        Ok(racks)
    }
}

impl ClusterFacts<'_> {
    /// The smallest value that a broker has of a key; `None` where no broker's settings are known.
    pub(super) fn smallest_of_brokers(&self, key: &str) -> Option<i64> {
        let brokers = self.cluster.brokers.iter();
        let values = brokers.filter_map(|broker| {
            self.setting(KeyScope::Broker, &broker.config, key).get().and_then(|text| text.parse().ok())
        });
        values.min()
    }
}

impl TopicFacts<'_> {
    pub fn subject(&self) -> FindingSubject {
        FindingSubject::named(SubjectKind::Topic, self.topic.name.clone())
    }
}

fn topic_facts<'a>(cluster: &'a Cluster, topic: &'a Topic) -> TopicFacts<'a> {
    let widths = || cluster.partitions_of(topic).map(|partition| partition.replicas().len());
    let min_isr =
        topic_value(cluster, topic, &topic::MIN_INSYNC_REPLICAS).map(|value| value.int().unwrap_or(1));
    TopicFacts { topic, narrowest: widths().min().unwrap_or(0), widest: widths().max().unwrap_or(0), min_isr }
}

/// Topics in which Kafka's own components keep their state, by the names that they have everywhere.
pub const STATE_TOPICS: [&str; 9] = [
    "__consumer_offsets",
    "__transaction_state",
    "__share_group_state",
    "__remote_log_metadata",
    "__cluster_metadata",
    "_schemas",
    "connect-offsets",
    "connect-configs",
    "connect-status",
];
/// How the topics end that Kafka Streams makes for itself.
pub const STATE_SUFFIXES: [&str; 2] = ["-changelog", "-repartition"];

/// Topics in which Kafka's own components keep their state, although Kafka does not call them internal.
pub(super) fn is_state_topic(name: &str) -> bool {
    STATE_TOPICS.contains(&name) || STATE_SUFFIXES.iter().any(|end| name.ends_with(end))
}
