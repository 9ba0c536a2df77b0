//! A reassignment that a throttle holds up on real brokers: nothing is missing, and a restart costs only time.

use super::shared::{ask, connect, eventually, skipped, start};
use kafka_protocol::messages::alter_partition_reassignments_request::{
    ReassignablePartition, ReassignableTopic,
};
use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, BrokerId as KafkasId, IncrementalAlterConfigsRequest, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use klever::consequences::{RestartSafety, restart};
use klever::lab::{Fixture, Lab, LabSpec};
use klever::model::{BrokerId, Cluster, PartitionView};

fn str_bytes(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_string())
}

/// Broker 3 copies so many bytes a second of what is throttled.
fn throttle(lab: &Lab, bytes_per_s: &str) {
    let config = AlterableConfig::default()
        .with_name(str_bytes("follower.replication.throttled.rate"))
        .with_value(Some(str_bytes(bytes_per_s)));
    let broker = AlterConfigsResource::default().with_resource_type(4).with_resource_name(str_bytes("3"));
    let request =
        IncrementalAlterConfigsRequest::default().with_resources(vec![broker.with_configs(vec![config])]);
    let answer = ask(lab.port(3).unwrap(), &request, 1);
    assert!(answer.responses.iter().all(|one| one.error_code == 0), "{answer:?}");
}

/// Moves `t-0` to these brokers.
fn reassign(lab: &Lab, brokers: &[i32]) {
    let partition = ReassignablePartition::default()
        .with_partition_index(0)
        .with_replicas(Some(brokers.iter().map(|id| KafkasId(*id)).collect()));
    let topic =
        ReassignableTopic::default().with_name(TopicName(str_bytes("t"))).with_partitions(vec![partition]);
    let request =
        AlterPartitionReassignmentsRequest::default().with_topics(vec![topic]).with_timeout_ms(10_000);
    let answer = ask(lab.port(1).unwrap(), &request, 0);
    assert_eq!(answer.error_code, 0, "{answer:?}");
    assert!(answer.responses[0].partitions.iter().all(|one| one.error_code == 0), "{answer:?}");
}

fn moved(cluster: &Cluster) -> Option<PartitionView<'_>> {
    let (_, topic) = cluster.topic_named("t")?;
    cluster.partitions_of(topic).next()
}

fn ids(ids: impl Iterator<Item = BrokerId>) -> Vec<i32> {
    ids.map(|id| id.0).collect()
}

#[test]
fn a_replica_that_is_moved_in_is_not_missing_and_its_restart_costs_only_time() {
    if skipped() {
        return;
    }
    let lab = start(LabSpec::brokers(3).with("replica.fetch.max.bytes", "1"));
    let fixture = Fixture::new(&lab.bootstrap()).unwrap();
    let throttled = [
        ("leader.replication.throttled.replicas", "*"),
        ("follower.replication.throttled.replicas", "*"),
        ("min.insync.replicas", "1"),
    ];
    fixture.create_topic("t", &[vec![BrokerId(1), BrokerId(2)]], &throttled).unwrap();
    for _ in 0..50 {
        fixture.produce("t", 0, 1, &[]).unwrap();
    }
    throttle(&lab, "1");
    reassign(&lab, &[1, 3]);

    let client = connect(&lab.bootstrap());
    let is_moved = |cluster: &Cluster| moved(cluster).is_some_and(|view| view.reassignment().is_some());
    let cluster = eventually(&client, "the reassignment", is_moved);
    let view = moved(&cluster).unwrap();
    let told = view.reassignment().unwrap();
    assert_eq!((ids(told.adding.iter().copied()), ids(told.removing.iter().copied())), (vec![3], vec![2]));
    assert_eq!((ids(view.catching_up()), ids(view.missing())), (vec![3], vec![]));
    assert!(!view.is_under_replicated());
    let of_new = restart(&cluster, BrokerId(3));
    assert_eq!((of_new.moving_in, of_new.moving, of_new.verdict), (1, 0, RestartSafety::Safe), "{of_new:?}");
    let of_old = restart(&cluster, BrokerId(1));
    assert_eq!((of_old.moving_in, of_old.moving), (0, 1), "{of_old:?}");

    throttle(&lab, "100000000");
    let is_over = |cluster: &Cluster| {
        moved(cluster).is_some_and(|view| view.reassignment().is_none() && ids(view.isr()) == [1, 3])
    };
    let cluster = eventually(&client, "its end", is_over);
    assert_eq!(cluster.partitions.reassignments.get().map(|all| all.len()), Some(0));
}
