//! Nothing that people named is left, and whatever is judged stays as it was.

use super::anonymised;
use crate::consequences::{Subject, assess, roll};
use crate::hypothesis::{apply, reference};
use crate::knobs::Change;
use crate::model::{
    BrokerId, ClientProfile, Cluster, ConfigEntry, ConfigMap, ConfigSource, Datum, Group, GroupOffset,
    GroupState, KafkaVersion, Member, Origin, PartitionIx, Topic, Unknown,
};
use crate::report::{read_snapshot, write_snapshot};
use crate::rules::{FindingSubject, examine};
use std::sync::Arc;

/// Every name that somebody gave in [`named`].
const NAMES: [&str; 26] = [
    "Zebra-orders",
    "__acme-heartbeat",
    "acme-store-changelog",
    "payments.eu",
    "acme-cluster",
    "kafka7.acme",
    "kafka8.acme",
    "az-acme-1",
    "az-acme-2",
    "billing-acme",
    "worker-acme",
    "10.9.8.7",
    "static-acme",
    "User:alice",
    "INTERNAL_ACME",
    "acme.internal.key",
    "/acme/data",
    "acme-scratch",
    "com.acme.Policy",
    "acme-app",
    "shop.properties",
    "bootstrap.acme",
    "secret-acme",
    "acme-proto",
    "acme-env",
    "topic-acme-denied",
];

fn config(entries: &[(&str, &str)]) -> Datum<Arc<ConfigMap>> {
    let entry =
        |(key, value): &(&str, &str)| (key.to_string(), ConfigEntry::new(*value, ConfigSource::StaticBroker));
    Datum::known(Arc::new(entries.iter().map(entry).collect()), 0, Origin::Derived("of kafka7.acme".into()))
}

fn group() -> Group {
    let member = Member {
        client_id: "worker-acme".into(),
        host: "/10.9.8.7".into(),
        instance_id: Some("static-acme".into()),
        assigned: vec![PartitionIx(0)],
    };
    Group {
        id: "billing-acme".into(),
        state: GroupState::Stable,
        protocol: "acme-proto".into(),
        coordinator: Some(BrokerId(1)),
        member_count: Datum::known(1, 0, Origin::Broker),
        members: Datum::known([member].into(), 0, Origin::Broker),
        offsets: Datum::known([GroupOffset::new(PartitionIx(0), Some(900))].into(), 0, Origin::Broker),
    }
}

/// A cluster with a name wherever a name can stand.
fn named() -> Cluster {
    let changes = ["min.insync.replicas=2"].map(|text| Change::parse(text).unwrap());
    let mut cluster = apply(&reference(KafkaVersion::REFERENCE), &changes).unwrap();
    cluster.id = Datum::known("acme-cluster".into(), 0, Origin::Broker);
    let mut brokers = cluster.brokers.to_vec();
    for (broker, host) in brokers.iter_mut().zip(["kafka8.acme", "kafka7.acme", "kafka7.acme"]) {
        broker.host = host.into();
        let rack = if host == "kafka8.acme" { "az-acme-2" } else { "az-acme-1" };
        broker.rack = Datum::known(Some(rack.into()), 0, Origin::Broker);
        broker.config = config(&[
            ("log.dirs", "/acme/data, /tmp/acme-scratch"),
            ("super.users", "User:alice"),
            ("inter.broker.listener.name", "INTERNAL_ACME"),
            ("acme.internal.key", "secret-acme"),
            ("alter.config.policy.class.name", "com.acme.Policy"),
            ("auto.create.topics.enable", "true"),
            ("advertised.listeners", "INTERNAL_ACME://kafka7.acme:9092"),
        ]);
    }
    cluster.brokers = brokers.into();
    let first = cluster.topics[0].clone();
    let names =
        ["Zebra-orders", "__acme-heartbeat", "__consumer_offsets", "acme-store-changelog", "payments.eu"];
    let mut topics: Vec<Topic> = names
        .iter()
        .map(|name| Topic { name: (*name).into(), internal: *name == "__consumer_offsets", ..first.clone() })
        .collect();
    topics[4].config = Datum::unknown(Unknown::Denied("DescribeConfigs on Topic topic-acme-denied".into()));
    let mut rows = Vec::new();
    for (at, topic) in topics.iter_mut().enumerate() {
        (topic.first, topic.count) = (rows.len() as u32, 2);
        let own = cluster.partitions.to_rows().into_iter().take(2);
        rows.extend(own.map(|row| crate::model::PartitionRow {
            topic: crate::model::TopicIx(at as u32),
            log_start: Some(100),
            high_watermark: Some(1000),
            ..row
        }));
    }
    let unreachable = Datum::unknown(Unknown::Unreachable("kafka7.acme:9092 timed out".into()));
    cluster.partitions =
        crate::model::Partitions::from_rows(&rows, unreachable.clone()).with_completeness(unreachable);
    cluster.topics = topics.into();
    cluster.groups = Datum::known([group()].into(), 0, Origin::Broker);
    let mut assumed = (*cluster.assumed).clone();
    let settings = [("bootstrap.servers", "bootstrap.acme:9092"), ("client.id", "acme-app"), ("acks", "1")];
    assumed.producers.push(ClientProfile {
        name: "shop.properties".into(),
        origin: Origin::File("/acme/data/shop.properties".into()),
        settings: settings.map(|(key, value)| (key.to_string(), value.to_string())).into(),
        ..ClientProfile::defaults(KafkaVersion::REFERENCE)
    });
    assumed.env.name = "acme-env".into();
    cluster.assumed = Arc::new(assumed);
    cluster
}

#[test]
fn no_name_remains() {
    let original = write_snapshot(&named());
    let text = write_snapshot(&anonymised(&named(), 7)).to_lowercase();
    for name in NAMES {
        assert!(original.contains(name), "{name} is not in the original");
        assert!(!text.contains(&name.to_lowercase()), "{name}:\n{text}");
    }
    assert!(!text.contains("acme") && !text.contains("alice"), "{text}");
    assert!(text.contains("__consumer_offsets") && text.contains("auto.create.topics.enable"), "{text}");
}

#[test]
fn findings_figures_and_verdicts_stay() {
    let cluster = named();
    let other = anonymised(&cluster, 7);
    let judged = |cluster: &Cluster| {
        let found = examine(cluster).findings.into_iter();
        let found = found.map(|one| {
            let FindingSubject { kind, name, partition } = one.subject;
            // A client, a topic or a group by its place.
            let of_topics = cluster.topics.iter().position(|topic| topic.name == name);
            let clients = cluster.assumed.producers.iter().chain(&cluster.assumed.consumers);
            let place = of_topics.or_else(|| clients.into_iter().position(|client| *client.name == *name));
            (one.rule.id, one.severity, one.status, kind, place, partition)
        });
        found.collect::<Vec<_>>()
    };
    assert_eq!(judged(&other), judged(&cluster));
    assert!(judged(&cluster).iter().any(|found| found.0 == "log-dir-tmp"));
    let (was, now) = (assess(&cluster, Subject::Cluster), assess(&other, Subject::Cluster));
    for (was, now) in was.figures().into_iter().zip(now.figures()) {
        assert_eq!((was.id, was.value.text()), (now.id, now.value.text()));
    }
    let verdicts = |cluster: &Cluster| {
        let plan = roll(cluster);
        (
            plan.brokers.iter().map(|one| (one.broker, one.verdict, one.at_min_isr)).collect::<Vec<_>>(),
            plan.order,
        )
    };
    assert_eq!(verdicts(&other), verdicts(&cluster));
    let group = |cluster: &Cluster| cluster.lag_of_group(&cluster.groups.get().unwrap()[0]);
    assert_eq!(group(&other), group(&cluster));
}

#[test]
fn it_is_a_snapshot_whose_names_keep_their_order() {
    let other = anonymised(&named(), 7);
    assert_eq!(read_snapshot(&write_snapshot(&other)).unwrap(), other);
    let names: Vec<&str> = other.topics.iter().map(|topic| &*topic.name).collect();
    assert_eq!(names, ["Topic-1", "Topic-2", "__consumer_offsets", "topic-4-changelog", "topic-5"]);
    assert_eq!(other.rack_of(BrokerId(1)).map(|rack| &**rack), Some("rack-2"));
    assert_eq!(other.brokers[1].host, other.brokers[2].host, "one host is one number");
    let dirs = other.brokers[0].config.get().unwrap()["log.dirs"].value.clone().unwrap();
    assert!(dirs.starts_with("/value-") && dirs.contains(",/tmp/value-"), "{dirs}");
    assert_ne!(anonymised(&named(), 8).id, other.id, "two files do not pass for one cluster");
}
