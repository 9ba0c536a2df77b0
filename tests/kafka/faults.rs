//! A broker dies, hangs and comes back, and the snapshots say so.

use super::shared::{cluster, connect, eventually, skipped, snapshot, spread};
use klever::model::{BrokerId, BrokerStatus, Cluster};

fn under_replicated(cluster: &Cluster, topic: &str) -> usize {
    let topic = cluster.topic_named(topic).unwrap().1;
    cluster.partitions_of(topic).filter(|p| p.isr_len() < p.replicas().len()).count()
}

fn state(cluster: &Cluster, id: i32) -> BrokerStatus {
    cluster.broker(BrokerId(id)).unwrap().state
}

#[test]
fn a_killed_broker_is_down_and_its_partitions_are_under_replicated_until_it_is_back() {
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic("crash", &spread(6, 3), &[]).unwrap();
    let client = connect(&shared.lab.bootstrap());
    let before = snapshot(&client);
    assert_eq!((under_replicated(&before, "crash"), state(&before, 2)), (0, BrokerStatus::Up));

    let pid = shared.lab.pid(2).unwrap();
    assert!(std::path::Path::new(&format!("/proc/{pid}/cmdline")).exists() || cfg!(not(target_os = "linux")));
    shared.lab.kill(2).unwrap();
    let down = eventually(&client, "broker 2 down", |cluster| state(cluster, 2) == BrokerStatus::Down);
    // Fencing a broker and taking it out of every ISR is one record batch of the controller: one Metadata
    // answer shows both or neither.
    assert_eq!(under_replicated(&down, "crash"), 6);
    let broker = down.broker(BrokerId(2)).unwrap();
    assert!(broker.since.is_some() && broker.rack.get().is_some(), "what was known of it stays: {broker:?}");
    let crash = down.topic_named("crash").unwrap().1;
    assert!(down.partitions_of(crash).all(|p| p.leader().is_some_and(|id| id != BrokerId(2))));
    assert!(down.partitions_of(crash).all(|p| p.high_watermark() == Some(0)), "the others still answer");

    shared.lab.restart(2).unwrap();
    let back = eventually(&client, "broker 2 back in every ISR", |cluster| {
        state(cluster, 2) == BrokerStatus::Up && under_replicated(cluster, "crash") == 0
    });
    assert!(back.broker(BrokerId(2)).unwrap().since > broker.since);
    drop(client);
}

#[test]
fn a_hung_broker_makes_only_its_own_part_unknown() {
    if skipped() {
        return;
    }
    let mut shared = cluster();
    shared.fixture.create_topic("hang", &spread(3, 1), &[]).unwrap();
    let client = connect(&shared.lab.bootstrap());
    snapshot(&client);
    shared.lab.pause(3).unwrap();
    let mut request = klever::kafka::SnapshotRequest::everything();
    request.timeout = std::time::Duration::from_secs(2);
    let cluster = client.snapshot(&request);
    shared.lab.resume(3).unwrap();
    let cluster = cluster.unwrap();
    let hang = cluster.topic_named("hang").unwrap().1;
    // Partition 2 lives on broker 3 alone.
    let ends: Vec<Option<i64>> = cluster.partitions_of(hang).map(|p| p.high_watermark()).collect();
    assert_eq!(ends, [Some(0), Some(0), None]);
    assert!(
        cluster.broker(BrokerId(3)).unwrap().config.get().is_some(),
        "its configuration stays, as old as it is"
    );
    eventually(&client, "broker 3 answers again", |cluster| {
        let hang = cluster.topic_named("hang").unwrap().1;
        cluster.brokers_up() == 3 && cluster.partitions_of(hang).all(|p| p.high_watermark() == Some(0))
    });
}
