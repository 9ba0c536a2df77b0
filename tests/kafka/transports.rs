//! Both transports read the same cluster and agree value for value on what both can read.

use super::shared::{cluster, connect_over, eventually, skipped, snapshot, spread};
use klever::kafka::Transport;
use klever::model::{Cluster, ConfigMap, Group};
use std::fmt::Debug;
use std::sync::Arc;

/// Equal, or the first lines in which they differ.
fn agree<T: PartialEq + Debug>(what: &str, wire: &T, librdkafka: &T) {
    if wire == librdkafka {
        return;
    }
    let (wire, librdkafka) = (format!("{wire:#?}"), format!("{librdkafka:#?}"));
    let differ = wire.lines().zip(librdkafka.lines()).filter(|(a, b)| a != b).take(10);
    panic!("{what}, wire and librdkafka: {:#?}", differ.collect::<Vec<_>>());
}

/// Everything of a group but when it was read.
fn group(group: &Group) -> impl PartialEq + Debug + use<> {
    let group = group.clone();
    (
        (group.id, group.state, group.protocol, group.coordinator),
        (group.member_count.get().copied(), group.members.get().cloned(), group.offsets.get().cloned()),
    )
}

fn config(config: Option<&Arc<ConfigMap>>) -> impl PartialEq + Debug + use<> {
    config.map(|config| (**config).clone())
}

fn compare(wire: &Cluster, librdkafka: &Cluster) {
    agree("the id", &wire.id.get(), &librdkafka.id.get());
    agree("the version", &wire.version.get(), &librdkafka.version.get());
    for (a, b) in wire.brokers.iter().zip(librdkafka.brokers.iter()) {
        agree("a broker", &(a.id, &a.host, a.port, a.state), &(b.id, &b.host, b.port, b.state));
        agree("its rack", &a.rack.get(), &b.rack.get());
        agree("its configuration", &config(a.config.get()), &config(b.config.get()));
    }
    agree("how many topics", &wire.topics.len(), &librdkafka.topics.len());
    for (a, b) in wire.topics.iter().zip(librdkafka.topics.iter()) {
        agree("a topic", &(&a.name, a.first, a.count), &(&b.name, b.first, b.count));
        agree("its configuration", &config(a.config.get()), &config(b.config.get()));
    }
    let (a, b) = (&wire.partitions, &librdkafka.partitions);
    agree("replicas", &(&a.sets, &a.replicas, &a.isr), &(&b.sets, &b.replicas, &b.isr));
    agree("leaders", &(&a.leader, &a.leader_epoch), &(&b.leader, &b.leader_epoch));
    agree("ends", &(&a.log_start, &a.high_watermark), &(&b.log_start, &b.high_watermark));
    let groups = |cluster: &Cluster| cluster.groups.get().unwrap().iter().map(group).collect::<Vec<_>>();
    assert!(groups(wire).len() > 2);
    agree("groups", &groups(wire), &groups(librdkafka));
}

#[test]
fn wire_and_librdkafka_see_the_same() {
    if skipped() {
        return;
    }
    let shared = cluster();
    let fixture = &shared.fixture;
    fixture.create_topic("both", &spread(6, 3), &[("retention.ms", "888000")]).unwrap();
    fixture.produce("both", 0, 30, &[]).unwrap();
    for name in ["agree-a", "agree-b", "agree-c"] {
        fixture.commit(name, &[("both", 0, 7), ("both", 5, 0)]).unwrap();
    }
    let classic = fixture.join("agree-classic", &["both"], &[]).unwrap();
    let modern = fixture.join("agree-modern", &["both"], &[("group.protocol", "consumer")]).unwrap();
    let bootstrap = shared.lab.bootstrap();
    let wire = connect_over(Transport::Wire, &bootstrap);
    eventually(&wire, "every broker up and every replica in sync", |cluster| {
        let (_, topic) = cluster.topic_named("both").unwrap();
        cluster.brokers_up() == 3 && cluster.partitions_of(topic).all(|partition| partition.isr_len() == 3)
    });
    compare(&snapshot(&wire), &snapshot(&connect_over(Transport::Librdkafka, &bootstrap)));
    drop((classic, modern));
}
