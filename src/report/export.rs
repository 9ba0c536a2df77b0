//! A setting in the words of other tools: properties, Kafka's scripts, Terraform, Strimzi, Spring Boot.

mod kafka_cli;
mod kubernetes;
mod properties;
mod quote;
mod spring;
mod terraform;

use crate::knobs::{ALL, Knob, Place, Scope, Value, broker, resolve};
use crate::model::{Cluster, Origin, TopicIx};

/// What a setting can be exported as.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ExportFormat {
    /// Java `.properties`, a part per client.
    Properties,
    /// `kafka-topics.sh`, `kafka-configs.sh` and `kafka-reassign-partitions.sh`.
    KafkaCli,
    /// The `kafka_topic` resource of the Kafka provider.
    Terraform,
    /// Strimzi's `KafkaTopic`.
    Strimzi,
    /// `application.yaml` of Spring Boot.
    Spring,
}

impl ExportFormat {
    pub const ALL: [ExportFormat; 5] = [
        ExportFormat::Properties,
        ExportFormat::KafkaCli,
        ExportFormat::Terraform,
        ExportFormat::Strimzi,
        ExportFormat::Spring,
    ];

    pub fn word(self) -> &'static str {
        match self {
            ExportFormat::Properties => "properties",
            ExportFormat::KafkaCli => "kafka-cli",
            ExportFormat::Terraform => "terraform",
            ExportFormat::Strimzi => "strimzi",
            ExportFormat::Spring => "spring",
        }
    }
}

/// What was set: everything that is not a version's default.
pub(super) struct TopicExport<'a> {
    cluster: &'a Cluster,
    topic: TopicIx,
}

impl TopicExport<'_> {
    fn topic_name(&self) -> &str {
        &self.cluster.topic(self.topic).name
    }

    fn partitions(&self) -> u32 {
        self.cluster.topic(self.topic).count
    }

    fn replication_factor(&self) -> usize {
        let topic = self.cluster.topic(self.topic);
        self.cluster.partitions_of(topic).map(|partition| partition.replicas().len()).max().unwrap_or(0)
    }

    /// Kafka's keys of a scope that were set, in the order of the knobs.
    fn set(&self, scope: Scope) -> Vec<(&'static Knob, Value)> {
        let of_kafka = |knob: &&&'static Knob| knob.scope == scope && matches!(knob.place, Place::Config);
        let knobs = ALL.iter().filter(of_kafka);
        let set = knobs.filter_map(|knob| match resolve(self.cluster, Some(self.topic), knob) {
            crate::model::Datum::Known { value, from, .. } if self.is_set(knob, &from) => {
                Some((*knob, value))
            }
            _ => None,
        });
        set.collect()
    }

    /// Whether the controllers hold the value for the whole cluster: with eligible leader replicas they refuse
    /// `min.insync.replicas` of one broker, and what stands in its file does not count
    /// (`ConfigurationControlManager`). Where it is not known the cluster's default works as well.
    fn is_pinned(&self, knob: &'static Knob) -> bool {
        knob == &broker::MIN_INSYNC_REPLICAS && self.cluster.features.elr.get() != Some(&false)
    }

    fn is_set(&self, knob: &Knob, from: &Origin) -> bool {
        let client = match knob.scope {
            Scope::Producer => self.cluster.assumed.producers.first(),
            Scope::Consumer => self.cluster.assumed.consumers.first(),
            _ => return *from != Origin::Default,
        };
        client.is_some_and(|client| client.settings.contains_key(knob.name))
    }
}

/// Longest name of a topic.
const NAME_LENGTH: usize = 249;

/// A topic's setting, with its clients', for another tool. Defaults are left out.
///
/// # Errors
/// The place of the topic, where its name is none that Kafka takes: no other tool is to see it.
pub fn export(cluster: &Cluster, topic: TopicIx, format: ExportFormat) -> Result<String, String> {
    if !is_topic_name(&cluster.topic(topic).name) {
        return Err(format!(
            "topic {} of {} has a name that Kafka does not allow, and is not exported",
            topic.at() + 1,
            cluster.topics.len()
        ));
    }
    let setting = TopicExport { cluster, topic };
    Ok(match format {
        ExportFormat::Properties => properties::write(&setting),
        ExportFormat::KafkaCli => kafka_cli::write(&setting),
        ExportFormat::Terraform => terraform::write(&setting),
        ExportFormat::Strimzi => kubernetes::write(&setting),
        ExportFormat::Spring => spring::write(&setting),
    })
}

/// As `org.apache.kafka.common.internals.Topic` has it.
fn is_topic_name(name: &str) -> bool {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    !matches!(name, "" | "." | "..") && name.len() <= NAME_LENGTH && name.chars().all(of_name)
}

#[cfg(test)]
mod tests;
