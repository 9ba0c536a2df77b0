//! A share group on real brokers: its type, state, members and the lag of what it has still to read.

use super::shared::{connect, eventually, skipped, start};
use klever::lab::{Fixture, LabSpec, find_jars};
use klever::model::{BrokerId, Cluster, Group, GroupState, KafkaVersion, Lag};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The first release in which share groups are no preview is 4.2.
const VERSION: KafkaVersion = KafkaVersion::new(4, 4, 0);

/// A member of a share group, of Kafka's own client: reads and acknowledges until it is killed.
const MEMBER: &str = r#"
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

public class ShareMember {
    public static void main(String[] arguments) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("group.id", arguments[1]);
        properties.put("client.id", "sharer");
        StringDeserializer text = new StringDeserializer();
        try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(properties, text, text)) {
            consumer.subscribe(List.of(arguments[2]));
            while (true) {
                consumer.poll(Duration.ofMillis(200));
            }
        }
    }
}
"#;

/// Ends with the test, whatever comes.
struct ShareMember(Child);

impl ShareMember {
    fn start(folder: &Path, bootstrap: &str, group: &str, topic: &str) -> ShareMember {
        let source = folder.join("ShareMember.java");
        std::fs::write(&source, MEMBER).unwrap();
        let libs = find_jars(VERSION).unwrap();
        let mut java = Command::new("java");
        java.args(["-Xmx128m", "-cp", &format!("{}/*", libs.display())]).arg(&source);
        java.args([bootstrap, group, topic]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        ShareMember(java.spawn().unwrap())
    }
}

impl Drop for ShareMember {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn group<'a>(cluster: &'a Cluster, id: &str) -> Option<&'a Group> {
    cluster.groups.get()?.iter().find(|group| &*group.id == id)
}

#[test]
fn a_share_group_has_its_type_its_members_and_its_lag() {
    if skipped() {
        return;
    }
    let lab = start(LabSpec { version: VERSION, ..LabSpec::brokers(1) });
    let fixture = Fixture::new(&lab.bootstrap()).unwrap();
    fixture.create_topic("shared", &[vec![BrokerId(1)]], &[]).unwrap();
    let client = connect(&lab.bootstrap());
    let folder = tempfile::tempdir().unwrap();
    let member = ShareMember::start(folder.path(), &lab.bootstrap(), "sharing", "shared");
    let busy = eventually(&client, "a share group with a member that has the partition", |cluster| {
        group(cluster, "sharing").is_some_and(|group| {
            group.members.get().is_some_and(|members| members.iter().any(|one| one.assigned.len() == 1))
        })
    });
    let seen = group(&busy, "sharing").unwrap();
    assert_eq!((&*seen.protocol, seen.state), ("share", GroupState::Stable));
    assert_eq!(seen.members.get().unwrap()[0].client_id, "sharer");
    eventually(&client, "where it starts to read", |cluster| {
        group(cluster, "sharing").is_some_and(|group| cluster.lag_of_group(group) == Lag::Records(0))
    });

    drop(member);
    fixture.produce("shared", 0, 5, &[]).unwrap();
    let idle = eventually(&client, "five records that nobody has taken", |cluster| {
        group(cluster, "sharing").is_some_and(|group| cluster.lag_of_group(group) == Lag::Records(5))
    });
    assert_eq!(&*group(&idle, "sharing").unwrap().protocol, "share");
}
