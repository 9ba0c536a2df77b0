//! Brokers that advertise addresses which nobody reaches from here, through `--map`.

use super::shared::{skipped, start};
use klever::kafka::{Client, ConnectionSpec, SnapshotRequest};
use klever::lab::{Lab, LabSpec, free_ports};
use klever::model::{BrokerStatus, Cluster};
use klever::source::{LiveOptions, LiveStream, SourceEvent};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Three brokers of which the first two are known by names that no resolver has, and the third by its address.
struct Hidden {
    lab: Lab,
    map: Vec<String>,
}

fn hidden() -> Hidden {
    let lab = start(LabSpec {
        advertised: vec![(1, "one.invalid:9092".into()), (2, "two.invalid:9092".into())],
        ..LabSpec::brokers(3)
    });
    let way = |(name, id): (&str, i32)| format!("{name}.invalid:9092=127.0.0.1:{}", lab.port(id).unwrap());
    let map = [("one", 1), ("two", 2)].map(way).to_vec();
    Hidden { lab, map }
}

fn snapshot(bootstrap: &str, map: &[String]) -> Arc<Cluster> {
    let spec = ConnectionSpec::plaintext(bootstrap).unwrap().with_map(map).unwrap();
    let request = SnapshotRequest { timeout: Duration::from_secs(5), ..SnapshotRequest::everything() };
    Client::connect(&spec).unwrap().snapshot(&request).unwrap()
}

/// Brokers that told their settings.
fn told(cluster: &Cluster) -> Vec<i32> {
    cluster.brokers.iter().filter(|broker| broker.config.get().is_some()).map(|broker| broker.id.0).collect()
}

fn klever(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_klever")).args(args).output().unwrap()
}

#[test]
fn given_and_advertised_addresses_are_reached_at_others_and_what_is_not_in_the_map_as_advertised() {
    if skipped() {
        return;
    }
    let Hidden { lab, map } = hidden();
    // Without a map only the third one is reached.
    assert_eq!(told(&snapshot(&lab.bootstrap(), &[])), [3]);
    // The address that was given is one that only the map knows.
    assert_eq!(told(&snapshot("one.invalid:9092", &map)), [1, 2, 3]);
    let seen = snapshot("TWO.invalid:9092", &map);
    let hosts: Vec<&str> = seen.brokers.iter().map(|broker| broker.host.as_str()).collect();
    assert_eq!(hosts[..2], ["one.invalid", "two.invalid"], "brokers are called what they call themselves");

    let spec = ConnectionSpec::plaintext("one.invalid:9092").unwrap().with_map(&map).unwrap();
    let live = LiveStream::start(&spec, LiveOptions::for_lab()).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let is_whole = |cluster: &Cluster| {
        let up = cluster.brokers.iter().filter(|broker| broker.state == BrokerStatus::Up).count();
        up == 3 && told(cluster) == [1, 2, 3]
    };
    while Instant::now() < until {
        match live.events().recv_timeout(Duration::from_secs(1)) {
            Ok(SourceEvent::Snapshot(cluster)) if is_whole(&cluster) => break,
            _ => {}
        }
    }
    assert!(Instant::now() < until, "the screen's stream never reached all three");

    // As a whole program, where a group's coordinator and every leader is behind the map.
    let program = klever(&["roll", "-b", "one.invalid:9092", "--map", &map[0], "--map", &map[1]]);
    let text = String::from_utf8_lossy(&program.stdout).into_owned();
    assert!(text.contains("Broker 1 may stop") || text.contains("Broker 3 may stop"), "{program:?}");
    let way = map[0].split_once('=').unwrap().1;
    let gone =
        klever(&["roll", "-b", "one.invalid:9092", "--map", &format!("one.invalid:9092={}", closed())]);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert_eq!(gone.status.code(), Some(3), "{said}");
    assert!(said.contains("one.invalid:9092 (through 127.0.0.1:") && !said.contains(way), "{said}");
}

/// Where nobody listens.
fn closed() -> String {
    format!("127.0.0.1:{}", free_ports(1).unwrap()[0])
}
