//! The lag of share groups on a release whose coordinators tell it.

use super::shared::{connect, eventually, skipped, start};
use klever::lab::{Fixture, LabSpec, find_jars};
use klever::model::{BrokerId, Cluster, Group, KafkaVersion, Lag};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const RELEASE: KafkaVersion = KafkaVersion::new(4, 4, 0);

/// A member of a share group, as Kafka's own client.
struct Member(Child);

impl Member {
    fn start(bootstrap: &str, group: &str, topic: &str) -> Member {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lab/ShareReader.java");
        let jars = find_jars(RELEASE).unwrap();
        let java = Command::new("java")
            .arg("-cp")
            .arg(format!("{}/*", jars.display()))
            .arg(source)
            .args([bootstrap, group, topic])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Member(java)
    }

    fn leave(mut self) {
        let _ = self.0.stdin.take().map(|mut input| input.write_all(b"end\n"));
        let _ = self.0.wait();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn jobs(cluster: &Cluster) -> Option<&Group> {
    cluster.groups.get()?.iter().find(|group| &*group.id == "jobs")
}

fn lag(cluster: &Cluster) -> Option<Lag> {
    jobs(cluster)
        .filter(|group| group.offsets.get().is_some_and(|offsets| !offsets.is_empty()))
        .map(|group| cluster.lag_of_group(group))
}

#[test]
fn a_share_group_has_no_lag_before_it_begins_and_the_coordinators_lag_afterwards() {
    if skipped() {
        return;
    }
    let mut spec = LabSpec::brokers(1)
        .with("share.coordinator.state.topic.replication.factor", "1")
        .with("share.coordinator.state.topic.min.isr", "1");
    spec.version = RELEASE;
    let lab = start(spec);
    let fixture = Fixture::new(&lab.bootstrap()).unwrap();
    fixture.create_topic("work", &[vec![BrokerId(1)]], &[]).unwrap();
    let client = connect(&lab.bootstrap());
    let member = Member::start(&lab.bootstrap(), "jobs", "work");
    let seen = eventually(&client, "the share group of an empty topic", |cluster| lag(cluster).is_some());
    let group = jobs(&seen).unwrap();
    assert!(group.is_share(), "{group:?}");
    assert_eq!(lag(&seen), Some(Lag::Records(0)), "the log holds nothing, wherever it begins: {group:?}");

    // A group whose first fetch comes after a record begins behind it, and stores nothing: one record is not enough.
    let seen = eventually(&client, "records that are acknowledged", |cluster| {
        let offset = jobs(cluster).and_then(|group| group.offsets.get()?.first().copied());
        let is_done = offset.is_some_and(|offset| offset.committed.is_some() && offset.told_lag == Some(0));
        if !is_done {
            fixture.produce("work", 0, 1, &[("acks", "all")]).unwrap();
        }
        is_done
    });
    assert_eq!(lag(&seen), Some(Lag::Records(0)));
    member.leave();
    fixture.produce("work", 0, 4, &[("acks", "all")]).unwrap();
    let seen = eventually(&client, "four records to read", |cluster| lag(cluster) == Some(Lag::Records(4)));
    let offset = jobs(&seen).unwrap().offsets.get().unwrap()[0];
    assert_eq!(offset.told_lag, Some(4), "as its coordinator tells it");
    // The start offset may lie before what is acknowledged: it alone would tell too much.
    let end = seen.partitions.view(offset.partition).high_watermark().unwrap();
    assert!(offset.committed.is_some_and(|start| end - start >= 4), "{offset:?}, end {end}");
}
