//! The simulator as a whole: the reference cluster runs, faults have their effect, runs repeat exactly.

use super::*;
use crate::model::BrokerId;
use crate::scenario::Time;

const SECOND: Nanos = 1_000_000_000;

fn small() -> Scenario {
    let mut scenario = Scenario::reference();
    scenario.duration = Time::from_secs(30);
    scenario
}

#[test]
fn everything_sent_to_a_healthy_cluster_is_acknowledged_and_read() {
    let report = run(&small(), 1, None);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    let counters = &report.counters;
    assert!(counters.acked > 29_000, "{counters:?}");
    assert_eq!((counters.lost_acked, counters.duplicated, counters.reordered, counters.failed), (0, 0, 0, 0));
}

#[test]
fn explore() {
    let mut sim = Simulator::new(&small(), 1, None);
    sim.keep_events();
    sim.run_until(10 * SECOND);
    sim.apply(Act::Kill(BrokerId(1).into())).unwrap();
    sim.run_until(30 * SECOND);
    sim.apply(Act::Restart(BrokerId(1).into())).unwrap();
    sim.run_until(50 * SECOND);
    sim.apply(Act::Stop(BrokerId(2).into())).unwrap();
    sim.run_until(60 * SECOND);
    sim.apply(Act::Restart(BrokerId(2).into())).unwrap();
    sim.run_until(75 * SECOND);
    for event in sim.take_events() {
        println!(
            "{:>5} {:>10.3} {} <- {:?}",
            event.seq,
            event.at as f64 / 1e9,
            sim.text(&event),
            event.cause
        );
    }
    println!("{} queue events", sim.queue_events());
    println!("{:?}", sim.counters());
    println!(
        "{:?}",
        sim.world
            .meter
            .unwritable
            .ranges()
            .iter()
            .map(|(a, b)| (*a as f64 / 1e9, *b as f64 / 1e9))
            .collect::<Vec<_>>()
    );
}
