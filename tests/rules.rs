//! Rules on what operators had: snapshots and client files as they were met, and what has to be said of them.

#![allow(clippy::unwrap_used)]

use klever::config::read_client;
use klever::knobs::KeyScope;
use klever::model::{Cluster, KafkaVersion, Lag};
use klever::report::read_snapshot;
use klever::rules::{FindingStatus, examine};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

fn case(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    fs::read_to_string(path).unwrap()
}

fn snapshot(name: &str) -> Cluster {
    read_snapshot(&case(name)).unwrap()
}

/// What one rule finds, a line each.
fn found(cluster: &Cluster, rule: &str) -> Vec<String> {
    let findings = examine(cluster).findings.into_iter();
    let of_rule = findings.filter(|found| found.rule.id == rule && found.status == FindingStatus::Finding);
    of_rule
        .map(|found| format!("{} {}: {}", found.severity.word(), found.subject.title(), found.evidence))
        .collect()
}

#[test]
fn brokers_that_do_not_lead_what_they_should_are_named() {
    let seen = |name: &str| found(&snapshot(&format!("28-leader-imbalance/{name}")), "leader-imbalance");
    let broker = |id: i32, elsewhere: usize, all: usize, leads: usize| {
        format!(
            "medium broker {id}: others lead {elsewhere} of the {all} partitions that prefer it; it leads {leads}"
        )
    };
    assert_eq!(seen("twelve.json"), [broker(6, 10, 10, 0)]);
    assert_eq!(seen("small.json"), [broker(3, 9, 9, 0)]);
    let three = [broker(1, 63, 107, 130), broker(2, 47, 107, 180), broker(3, 103, 106, 10)];
    assert_eq!(seen("koperator.json"), three);
}

#[test]
fn a_commit_beyond_the_end_is_said() {
    let cluster = snapshot("23-committed-beyond-end/beyond.json");
    let seen = "high group search-actions: committed 5,136 on events-1, which ends at 80";
    assert_eq!(found(&cluster, "committed-beyond-end"), [seen]);
    let group = &cluster.groups.get().unwrap()[0];
    let offsets = group.offsets.get().unwrap();
    assert_eq!(
        offsets.iter().map(|offset| cluster.beyond_end(group, offset)).collect::<Vec<_>>(),
        [None, Some(5_056)]
    );
    assert_eq!(cluster.lag_of_group(group), Lag::Records(10));
}

#[test]
fn a_minimum_above_the_replicas_counts_by_version() {
    let seen = |name: &str| found(&snapshot(&format!("21-roll-rf1-min-isr2/{name}")), "min-isr-exceeds-rf");
    let old = seen("3.6.0.json");
    assert!(old.len() == 1 && old[0].starts_with("high") && old[0].ends_with("are refused"), "{old:?}");
    let new = seen("4.1.0.json");
    assert!(new.len() == 1 && new[0].starts_with("medium") && new[0].ends_with("counts as 1"), "{new:?}");
}

#[test]
fn a_consumer_that_does_not_start_is_a_high_finding() {
    let mut cluster = snapshot("28-leader-imbalance/small.json");
    let text = case("11-consumer-does-not-start/kip848.properties");
    let version = KafkaVersion::new(4, 1, 0);
    let file = read_client(KeyScope::Consumer, "kip848.properties", &text, version).unwrap();
    Arc::make_mut(&mut cluster.assumed).consumers = vec![file.profile];
    let seen = "high consumer kip848.properties: group.protocol=consumer with session.timeout.ms: the client does not start";
    assert_eq!(found(&cluster, "kip848-ignored-configs"), [seen]);
    assert!(found(&cluster, "session-timeout-low").is_empty());
}
