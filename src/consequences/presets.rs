//! Settings with a goal: the four of Byzek's white paper in today's keys, and a sane default.

use crate::knobs::{Change, KnobError, Scope, resolve};
use crate::model::{Cluster, TopicIx};

/// A named list of changes.
#[derive(Debug)]
pub struct Preset {
    /// As `--compare` takes it.
    pub id: &'static str,
    pub doc: &'static str,
    /// `SCOPE:key=value`, each, in parts that presets may share; in an order in which a producer starts after every
    /// one of them (with idempotence set, acks=1 is refused:
    /// `ProducerConfig.postProcessAndValidateIdempotenceConfigs`).
    pub settings: &'static [&'static [&'static str]],
}

impl Preset {
    /// As changes of knobs.
    ///
    /// # Errors
    /// None for the presets of this program: a test reads them all.
    pub fn changes(&self) -> Result<Vec<Change>, KnobError> {
        self.settings.iter().copied().flatten().map(|text| Change::parse(text)).collect()
    }

    /// What it changes on a cluster, for one topic or for all: without what is in force already, and without
    /// features that the cluster's version does not have.
    pub fn changes_on(&self, cluster: &Cluster, topic: Option<TopicIx>) -> Vec<Change> {
        let name = topic.map(|ix| cluster.topic(ix).name.to_string());
        let in_force = |change: &Change| {
            let topics = (0..cluster.topics.len() as u32).map(TopicIx);
            let meant = |ix: &TopicIx| match topic {
                Some(topic) => topic == *ix,
                None => !cluster.topic(*ix).internal,
            };
            match change.knob.scope {
                Scope::Topic => topics
                    .filter(meant)
                    .all(|ix| resolve(cluster, Some(ix), change.knob).get() == Some(&change.value)),
                _ => resolve(cluster, topic, change.knob).get() == Some(&change.value),
            }
        };
        let version = cluster.version.get();
        let exists = |change: &Change| version.is_none_or(|version| change.knob.default(*version).is_some());
        let all = self.changes().unwrap_or_default().into_iter();
        all.filter(|change| exists(change) && !in_force(change))
            .map(|change| match change.knob.scope {
                Scope::Topic => Change { subject: name.clone(), ..change },
                _ => change,
            })
            .collect()
    }
}

/// Three replicas, two of which every acknowledgement needs, and a producer whose retries do not duplicate.
const SAFE_COPIES: &[&str] = &[
    "topic:replication.factor=3",
    "topic:min.insync.replicas=2",
    "broker:min.insync.replicas=2",
    "topic:unclean.leader.election.enable=false",
    "broker:unclean.leader.election.enable=false",
    "producer:acks=all",
    "producer:max.in.flight.requests.per.connection=5",
    "producer:enable.idempotence=true",
];

/// All presets (Y. Byzek, "Optimizing Your Apache Kafka Deployment", with Kafka 4.1's keys and defaults). The
/// brokers' defaults go with the topics' settings: Kafka's own topics follow them.
pub static PRESETS: [Preset; 5] = [
    Preset {
        id: "throughput",
        doc: "Large, compressed batches; an acknowledgement from the leader alone.",
        settings: &[&[
            "producer:batch.size=131072",
            "producer:linger.ms=20",
            "producer:compression.type=lz4",
            "producer:enable.idempotence=false",
            "producer:acks=1",
            "producer:buffer.memory=67108864",
            "consumer:fetch.min.bytes=100000",
            "consumer:fetch.max.wait.ms=500",
        ]],
    },
    Preset {
        id: "latency",
        doc: "Nothing waits: no linger, no compression, an acknowledgement from the leader alone.",
        settings: &[&[
            "producer:linger.ms=0",
            "producer:compression.type=none",
            "producer:enable.idempotence=false",
            "producer:acks=1",
            "consumer:fetch.min.bytes=1",
            "broker:num.replica.fetchers=4",
        ]],
    },
    Preset {
        id: "durability",
        doc: "What was acknowledged stays, in order and once.",
        settings: &[
            SAFE_COPIES,
            &[
                "producer:delivery.timeout.ms=120000",
                "consumer:enable.auto.commit=false",
                "consumer:isolation.level=read_committed",
                "cluster:eligible.leader.replicas.version=1",
            ],
        ],
    },
    Preset {
        id: "availability",
        doc: "Somebody always leads, even one that lacks records.",
        settings: &[&[
            "topic:unclean.leader.election.enable=true",
            "broker:unclean.leader.election.enable=true",
            "topic:min.insync.replicas=1",
            "broker:min.insync.replicas=1",
            "consumer:session.timeout.ms=10000",
        ]],
    },
    Preset {
        id: "sane",
        doc: "Three replicas, two of them needed, idempotence, light compression, a short linger.",
        settings: &[SAFE_COPIES, &["producer:compression.type=lz4", "producer:linger.ms=5"]],
    },
];

/// The preset of this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consequences::fixtures::ClusterSpec;
    use crate::hypothesis::apply;
    use crate::knobs::producer_errors;
    use crate::model::KafkaVersion;

    #[test]
    fn from_any_preset_to_any_other_every_step_is_one_a_producer_starts_with() {
        for first in &PRESETS {
            for second in &PRESETS {
                let mut cluster = ClusterSpec::default().build();
                for preset in [first, second] {
                    for change in preset.changes_on(&cluster, None) {
                        cluster = apply(&cluster, std::slice::from_ref(&change)).unwrap();
                        let errors = producer_errors(&cluster.assumed.producers[0]);
                        assert!(errors.is_empty(), "{} after {}: {change}: {errors:?}", second.id, first.id);
                    }
                    assert!(preset.changes_on(&cluster, None).is_empty(), "{} is in force", preset.id);
                }
            }
        }
    }

    #[test]
    fn an_old_cluster_is_not_asked_for_what_it_cannot_have() {
        let cluster =
            ClusterSpec { version: KafkaVersion::new(3, 9, 1), elr: false, ..ClusterSpec::default() }.build();
        let changes = preset("durability").unwrap().changes_on(&cluster, Some(TopicIx(0)));
        assert!(apply(&cluster, &changes).is_ok());
        assert!(changes.iter().all(|change| change.knob.scope != Scope::Cluster), "{changes:?}");
    }
}
