//! Scenarios that random tests once found to break a promise, kept as scenario files.

use super::{faults, run};
use klever::scenario::Scenario;
use std::path::Path;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/invariants/found")
}

fn read(name: &str) -> Scenario {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    Scenario::parse(name, &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_was_found_once_does_not_come_back() {
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert!(files.len() >= 12, "{files:?}");
    for file in files {
        let name = file.to_string_lossy().into_owned();
        let sim = run(&read(&name));
        wrong.extend(faults(sim.violations()).into_iter().map(|line| format!("{name}: {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Brokers remember the bounds of the last five batches also of what they have merged.
#[test]
fn a_broker_that_starts_again_recognises_a_repeated_batch() {
    let mut sim = run(&read("dedup-after-merge.toml"));
    let counters = sim.counters();
    assert_eq!((counters.duplicated, counters.lost_acked), (0, 0));
}

/// Real Kafka doubles records here (o04-stands-still shows it on brokers): the client numbers anew what is in the log.
#[test]
fn a_new_producer_epoch_with_batches_open_may_double_records() {
    let mut sim = run(&read("stands-still-and-a-new-epoch.toml"));
    assert!(sim.counters().duplicated > 0);
    let order = sim.violations().iter().find(|found| found.invariant.name == "IdempotentOrder");
    assert!(order.is_some_and(|found| !found.is_fault()), "{:?}", sim.violations());
}

/// Five requests in flight to the old leader and five to the new would be more than a broker remembers, if brokers
/// did not handle one request of a connection at a time.
#[test]
fn no_more_is_in_the_log_unanswered_than_a_broker_remembers() {
    let mut sim = run(&read("more-in-flight-than-remembered.toml"));
    assert_eq!(sim.counters().duplicated, 0);
    assert!(sim.violations().is_empty(), "{:?}", sim.violations());
}

/// A coordinator whose disk is gone counts generations from 1, and a member that stood still meanwhile still holds
/// what it had in the earlier generation of that number.
#[test]
fn generations_of_a_group_without_its_records_begin_anew() {
    let sim = run(&read("group-without-its-records.toml"));
    let twice = sim.violations().iter().find(|found| found.invariant.name == "OneOwner");
    assert!(twice.is_some_and(|found| !found.is_fault()), "{:?}", sim.violations());
}
