//! How fast the simulator is: its queue, the reference cluster, many brokers, many partitions, snapshots.
//!
//! `cargo bench --no-default-features --bench sim -- --hour` runs one simulated hour and tells the memory
//! after 10, 30 and 60 minutes of it.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::ItemsCount;
use klever::model::Nanos;
use klever::scenario::Scenario;
use klever::sim::Simulator;
use klever::sim::queue::Queue;
use std::time::Instant;

const SECOND: Nanos = 1_000_000_000;

fn main() {
    if std::env::args().any(|arg| arg == "--hour") {
        hour();
    } else {
        divan::main();
    }
}

/// Resident memory of this process in MiB, where the system tells it.
fn resident_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// The reference cluster, 3 brokers, 12 partitions, RF 3 and two groups, with each record a batch of its own.
fn thousand_batches_a_second() -> Scenario {
    let mut scenario = Scenario::reference();
    scenario.producers[0].config.insert("linger.ms".into(), 0.into());
    scenario
}

/// One hour with 1,000 batches a second.
fn hour() {
    let mut sim = Simulator::new(&thousand_batches_a_second(), 1, None);
    let begin = Instant::now();
    for minutes in [1, 10, 30, 60] {
        sim.run_until(minutes * 60 * SECOND);
        let (events, taken) = (sim.queue_events(), begin.elapsed().as_secs_f64());
        let memory = resident_mib().map_or("?".into(), |mib| mib.to_string());
        println!(
            "{minutes:>3} min: {taken:>6.2} s, {events} queue events, {:.2} M/s, {memory} MiB resident",
            events as f64 / taken / 1e6
        );
    }
    println!("{:?}", sim.counters());
}

/// Entries are put in and taken out while so many wait.
#[divan::bench(args = [100, 1_000, 10_000])]
fn queue(bencher: Bencher<'_, '_>, waiting: u64) {
    let mut queue = Queue::default();
    (0..waiting).for_each(|at| queue.push(at * 7919 % 1000, at));
    let mut now = 0;
    bencher.counter(ItemsCount::new(1000u32)).bench_local(|| {
        for _ in 0..1000 {
            let (at, item) = queue.pop_until(Nanos::MAX).unwrap();
            now = at;
            queue.push(now + 1 + item * 7919 % 1000, item);
        }
        now
    });
}

fn scenario(brokers: u32, partitions: u32) -> Scenario {
    let mut scenario = Scenario::reference();
    scenario.cluster.brokers = brokers;
    scenario.topics[0].partitions = partitions;
    scenario
}

fn seconds_of(bencher: Bencher<'_, '_>, scenario: &Scenario, seconds: u64) {
    let ready = || {
        let mut sim = Simulator::new(scenario, 1, None);
        sim.run_until(2 * SECOND);
        sim
    };
    let mut once = ready();
    let before = once.queue_events();
    once.run_until((2 + seconds) * SECOND);
    let events = once.queue_events() - before;
    bencher.counter(ItemsCount::new(events)).with_inputs(ready).bench_local_values(|mut sim| {
        sim.run_until((2 + seconds) * SECOND);
        sim.queue_events()
    });
}

/// Ten simulated seconds of the reference cluster.
#[divan::bench(sample_count = 10)]
fn reference_10s(bencher: Bencher<'_, '_>) {
    seconds_of(bencher, &scenario(3, 12), 10);
}

/// The same with 1,000 batches a second.
#[divan::bench(sample_count = 10)]
fn thousand_batches_10s(bencher: Bencher<'_, '_>) {
    seconds_of(bencher, &thousand_batches_a_second(), 10);
}

/// One simulated second with more and more brokers.
#[divan::bench(args = [3, 10, 30, 100], sample_count = 5)]
fn second_by_brokers(bencher: Bencher<'_, '_>, brokers: u32) {
    seconds_of(bencher, &scenario(brokers, 300), 1);
}

/// One simulated second with more and more partitions.
#[divan::bench(args = [12, 100, 1_000, 5_000, 20_000], sample_count = 3)]
fn second_by_partitions(bencher: Bencher<'_, '_>, partitions: u32) {
    seconds_of(bencher, &scenario(3, partitions), 1);
}

/// A snapshot after each tenth of a second, as the screen takes them; the simulation itself is not counted.
#[divan::bench(args = [12, 1_000], sample_count = 20)]
fn snapshot(bencher: Bencher<'_, '_>, partitions: u32) {
    let mut sim = Simulator::new(&scenario(3, partitions), 1, None);
    sim.run_until(60 * SECOND);
    let sim = std::cell::RefCell::new(sim);
    let go_on = || {
        let mut sim = sim.borrow_mut();
        let next = sim.now() + SECOND / 10;
        sim.run_until(next);
    };
    bencher.with_inputs(go_on).bench_local_values(|()| sim.borrow_mut().snapshot());
}
