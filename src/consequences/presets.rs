//! Settings with a goal: the four of Byzek's white paper in today's keys, and a sane default.

use crate::knobs::{Change, KnobError};

/// A named list of changes.
#[derive(Debug)]
pub struct Preset {
    /// As `--compare` takes it.
    pub id: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// `SCOPE:key=value`, each.
    pub settings: &'static [&'static str],
}

impl Preset {
    /// As changes of knobs.
    ///
    /// # Errors
    /// None for the presets of this program: a test reads them all.
    pub fn changes(&self) -> Result<Vec<Change>, KnobError> {
        self.settings.iter().map(|text| Change::parse(text)).collect()
    }
}

/// All presets (Y. Byzek, "Optimizing Your Apache Kafka Deployment", with Kafka 4.1's keys and defaults).
pub static PRESETS: [Preset; 5] = [
    Preset {
        id: "throughput",
        doc: "Large, compressed batches; an acknowledgement from the leader alone.",
        settings: &[
            "producer:batch.size=131072",
            "producer:linger.ms=20",
            "producer:compression.type=lz4",
            "producer:acks=1",
            "producer:buffer.memory=67108864",
            "consumer:fetch.min.bytes=100000",
            "consumer:fetch.max.wait.ms=500",
        ],
    },
    Preset {
        id: "latency",
        doc: "Nothing waits: no linger, no compression, an acknowledgement from the leader alone.",
        settings: &[
            "producer:linger.ms=0",
            "producer:compression.type=none",
            "producer:acks=1",
            "consumer:fetch.min.bytes=1",
            "broker:num.replica.fetchers=4",
        ],
    },
    Preset {
        id: "durability",
        doc: "What was acknowledged stays, in order and once.",
        settings: &[
            "topic:replication.factor=3",
            "topic:min.insync.replicas=2",
            "topic:unclean.leader.election.enable=false",
            "producer:acks=all",
            "producer:enable.idempotence=true",
            "producer:max.in.flight.requests.per.connection=5",
            "producer:delivery.timeout.ms=120000",
            "consumer:enable.auto.commit=false",
            "consumer:isolation.level=read_committed",
            "cluster:eligible.leader.replicas.version=1",
        ],
    },
    Preset {
        id: "availability",
        doc: "Somebody always leads, even one that lacks records.",
        settings: &[
            "topic:unclean.leader.election.enable=true",
            "topic:min.insync.replicas=1",
            "consumer:session.timeout.ms=10000",
        ],
    },
    Preset {
        id: "sane",
        doc: "Three replicas, two of them needed, idempotence, light compression, a short linger.",
        settings: &[
            "topic:replication.factor=3",
            "topic:min.insync.replicas=2",
            "topic:unclean.leader.election.enable=false",
            "producer:acks=all",
            "producer:enable.idempotence=true",
            "producer:compression.type=lz4",
            "producer:linger.ms=5",
        ],
    },
];

/// The preset of this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}
