//! The bar of the rules: 10,000 topics with 100,000 partitions in a second; times, memory and findings.

#![allow(clippy::print_stdout)]

use divan::{AllocProfiler, Bencher};
use klever::hypothesis::reference_with;
use klever::model::{
    ClientProfile, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum, KafkaVersion, Origin, Partitions,
    Topic, TopicIx,
};
use klever::rules::examine;
use std::sync::{Arc, OnceLock};

#[global_allocator]
static MEMORY: AllocProfiler = AllocProfiler::system();

const TOPICS: u32 = 10_000;
const PARTITIONS: u32 = 10;

fn main() {
    for (name, cluster) in [("healthy", healthy()), ("sick", sick())] {
        println!("{name}: {} findings", examine(cluster).findings.len());
    }
    divan::main();
}

/// 30 brokers in 3 racks; the first partition of every topic lacks a replica, and clients' files are given.
fn with_topic_config(key: &str, value: &str) -> Cluster {
    let version = KafkaVersion::REFERENCE;
    let mut cluster = reference_with(version, 30, 3, (TOPICS * PARTITIONS) as usize, 3);
    let mut rows = cluster.partitions.to_rows();
    for (at, row) in (0..).zip(&mut rows) {
        (row.topic, row.number) = (TopicIx(at / PARTITIONS), (at % PARTITIONS) as i32);
        if row.number == 0 {
            row.isr.pop();
        }
    }
    cluster.partitions = Partitions::from_rows(&rows, cluster.partitions.elr.map(|_| ()));
    let entry = (key.to_string(), ConfigEntry::new(value, ConfigSource::Topic));
    let config: Datum<Arc<ConfigMap>> =
        Datum::known(Arc::new([entry].into_iter().collect()), 0, Origin::Broker);
    let topic = |at: u32| Topic {
        name: format!("topic-{at:06}").into(),
        internal: false,
        config: config.clone(),
        first: at * PARTITIONS,
        count: PARTITIONS,
    };
    cluster.topics = (0..TOPICS).map(topic).collect();
    let client = |settings: &[(&str, &str)]| ClientProfile {
        name: "app.properties".into(),
        origin: Origin::File("app.properties".into()),
        settings: settings.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        ..ClientProfile::defaults(version)
    };
    let assumed = Arc::make_mut(&mut cluster.assumed);
    assumed.producers = vec![client(&[("acks", "1")])];
    assumed.consumers = vec![client(&[])];
    cluster
}

fn healthy() -> &'static Cluster {
    static HEALTHY: OnceLock<Cluster> = OnceLock::new();
    HEALTHY.get_or_init(|| with_topic_config("min.insync.replicas", "2"))
}

fn sick() -> &'static Cluster {
    static SICK: OnceLock<Cluster> = OnceLock::new();
    SICK.get_or_init(|| with_topic_config("unclean.leader.election.enable", "true"))
}

/// Bar: 1 s.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn healthy_topics(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| examine(healthy()));
}

/// Bar: 1 s.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn sick_topics(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| examine(sick()));
}
