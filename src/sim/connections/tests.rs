//! Whom a client asks while brokers refuse, are silent or are gone.

use super::*;
use crate::knobs::KeyScope;
use crate::model::ClientProfile;

const MS: Nanos = 1_000_000;

fn connections(version: &str) -> Connections {
    let client = ClientProfile::defaults(version.parse().unwrap());
    Connections::new(3, ConnectionSettings::of(&client, KeyScope::Producer), 1)
}

fn asked(connections: &mut Connections, now: Nanos) -> (Node, Nanos) {
    connections.least_loaded(now, &[Load::default(); 3], &mut Rng::stream(1, "test", 0))
}

#[test]
fn every_broker_is_tried_once_before_one_is_tried_again() {
    let mut connections = connections("4.1");
    let mut tried = Vec::new();
    for attempt in 0..6 {
        let (node, at) = asked(&mut connections, attempt * 10_000 * MS);
        assert_eq!(at, attempt * 10_000 * MS);
        connections.failed(node, at + 9_000 * MS, true);
        tried.push(node);
    }
    assert_eq!(tried[..3], tried[3..]);
    tried.truncate(3);
    tried.sort_unstable();
    assert_eq!(tried, [0, 1, 2]);
}

#[test]
fn a_refusing_broker_is_left_alone_a_little_longer_each_time() {
    let mut connections = connections("4.1");
    let mut waits = Vec::new();
    for attempt in 1..9 {
        let now = attempt * 10_000 * MS;
        (0..3).for_each(|node| connections.failed(node, now, false));
        let (_, at) = asked(&mut connections, now);
        waits.push((at - now) / MS);
    }
    let ranges = [40..60, 80..120, 160..240, 320..480, 640..960, 800..1001, 800..1001, 800..1001];
    assert!(waits.iter().zip(ranges).all(|(wait, range)| range.contains(wait)), "{waits:?}");
}

#[test]
fn a_silent_machine_is_given_up_after_ten_seconds_then_later() {
    let mut connections = connections("4.1");
    let mut waits = Vec::new();
    for attempt in 1..5 {
        let now = attempt * 60_000 * MS;
        let until = connections.deadline(0, now, true);
        assert_eq!(connections.deadline(0, now + 5_000 * MS, true), until, "it is one attempt");
        waits.push((until - now) / 1_000_000_000);
        connections.failed(0, until, true);
    }
    let ranges = [8..=12, 16..=24, 24..=30, 24..=30];
    assert!(waits.iter().zip(ranges).all(|(wait, range)| range.contains(wait)), "{waits:?}");
    connections.failed(0, 1, false);
    assert!(connections.deadline(0, 0, true) <= 12_000 * MS, "a refusal is an answer");
    assert_eq!(connections.deadline(0, 0, false), 30_000 * MS, "request.timeout.ms");
}

/// `NetworkClient.DefaultMetadataUpdater` waits for a connection that is being made.
#[test]
fn nobody_else_is_tried_while_a_connection_is_being_made() {
    let mut connections = connections("4.1");
    let mut loads = [Load::default(); 3];
    loads[1] = Load { asked: 1, total: 1 };
    let whom = |connections: &mut Connections, loads: &[Load; 3]| {
        connections.least_loaded(9, loads, &mut Rng::stream(1, "test", 0)).0
    };
    assert_eq!(whom(&mut connections, &loads), 1);
    connections.answered(2);
    assert_eq!(whom(&mut connections, &loads), 2, "unless another one stands");
}

#[test]
fn a_connection_that_stands_comes_first() {
    let mut connections = connections("4.1");
    connections.learn(&[1, 2, 3].map(BrokerId));
    connections.answered(2);
    assert_eq!(asked(&mut connections, 5).0, 2);
    connections.lost(2, 5);
    assert_ne!(asked(&mut connections, 5).0, 2);
    connections.lost(0, 5);
    assert!((0..2).contains(&asked(&mut connections, 5).0), "nothing was lost that had not been there");
}

/// All that the metadata named are gone, and another broker is back (KIP-899).
#[test]
fn since_4_0_a_client_begins_again_with_its_bootstrap_servers() {
    let whom = |version: &str| {
        let mut connections = connections(version);
        connections.learn(&[BrokerId(2)]);
        connections.failed(1, 1000 * MS, false);
        asked(&mut connections, 1000 * MS).0
    };
    assert_eq!(whom("3.9"), 1, "nobody else is known");
    assert_ne!(whom("4.0"), 1);
}
