//! Clusters for the tests of this room.

use crate::model::{
    Assumptions, Broker, BrokerId, BrokerStatus, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum,
    Features, KafkaVersion, Origin, PartitionRow, Partitions, Quorum, Topic, TopicIx, Unknown,
};
use std::sync::Arc;

/// A cluster to be: brokers 1 to n in racks `a`, `b`, `c`... in turn, one topic `orders`.
#[derive(Clone)]
pub(super) struct ClusterSpec {
    pub brokers: i32,
    pub racks: usize,
    pub replicas: usize,
    pub partitions: i32,
    pub version: KafkaVersion,
    pub elr: bool,
    pub topic: Vec<(&'static str, &'static str)>,
    pub producer: Vec<(&'static str, &'static str)>,
    /// Whether brokers 1 to 3 are the controllers too.
    pub combined: bool,
}

impl Default for ClusterSpec {
    fn default() -> Self {
        ClusterSpec {
            brokers: 3,
            racks: 3,
            replicas: 3,
            partitions: 12,
            version: KafkaVersion::REFERENCE,
            elr: true,
            topic: vec![("min.insync.replicas", "2")],
            producer: Vec::new(),
            combined: false,
        }
    }
}

impl ClusterSpec {
    pub(super) fn build(&self) -> Cluster {
        let known = |racks: usize, at: i32| {
            let name = char::from(b'a' + (at as usize % racks.max(1)) as u8).to_string();
            Datum::known((racks > 0).then(|| name.as_str().into()), 0, Origin::Broker)
        };
        let config = |entries: &[(&str, &str)]| -> Datum<Arc<ConfigMap>> {
            let entry = |(key, value): &(&str, &str)| {
                (key.to_string(), ConfigEntry::new(*value, ConfigSource::Topic))
            };
            Datum::known(Arc::new(entries.iter().map(entry).collect()), 0, Origin::Broker)
        };
        let broker = |at: i32| Broker {
            id: BrokerId(at + 1),
            host: "h".into(),
            port: 9092,
            rack: known(self.racks, at),
            state: BrokerStatus::Up,
            since: None,
            config: config(&[]),
        };
        let mut assumed = Assumptions::defaults(self.version);
        for (key, value) in &self.producer {
            assumed.producers[0].settings.insert(key.to_string(), value.to_string());
        }
        let topic = Topic {
            name: "orders".into(),
            internal: false,
            config: config(&self.topic),
            first: 0,
            count: self.partitions as u32,
        };
        let rows: Vec<PartitionRow> = (0..self.partitions).map(|number| self.row(number)).collect();
        let first = if self.combined { 1 } else { 3001 };
        let voters: Vec<BrokerId> = (first..first + 3).map(BrokerId).collect();
        Cluster {
            taken_at: 0,
            id: Datum::unknown(Unknown::NotAsked),
            version: Datum::known(self.version, 0, Origin::Broker),
            features: Features {
                elr: Datum::known(self.elr, 0, Origin::Broker),
                metadata_level: Datum::unknown(Unknown::NotAsked),
            },
            quorum: Datum::known(
                Quorum { leader: Some(voters[0]), voters: voters.clone(), online: voters },
                0,
                // Controllers of their own are in no rack of the brokers', as the simulator has them.
                Origin::Simulated,
            ),
            brokers: (0..self.brokers).map(broker).collect(),
            topics: Arc::new([topic]),
            partitions: Partitions::from_rows(&rows, Datum::known((), 0, Origin::Broker))
                .with_completeness(Datum::known((), 0, Origin::Broker)),
            groups: Datum::unknown(Unknown::NotAsked),
            groups_complete: Datum::not_asked(),
            open_transactions: [].into(),
            assumed: Arc::new(assumed),
        }
    }

    fn row(&self, number: i32) -> PartitionRow {
        let replicas: Vec<BrokerId> =
            (0..self.replicas as i32).map(|at| BrokerId((number + at) % self.brokers + 1)).collect();
        PartitionRow {
            topic: TopicIx(0),
            number,
            isr: replicas.clone(),
            elr: Some(Vec::new()),
            leader: Some(replicas[0]),
            leader_epoch: Some(0),
            replicas,
            log_start: None,
            high_watermark: None,
            log_end: None,
        }
    }
}
