//! What goes through as the figures say it, against runs of the simulator that are given half of it and twice of it.
//!
//! The simulator has no bounds of processors and links, so the figures get machines without them: what is left are one
//! request at a time, requests in flight, and flushes.

use crate::machines::told_of_simulated_machines;
use klever::consequences::Assessment;
use klever::scenario::Scenario;
use klever::sim::Simulator;

/// Of what is said.
const TOLERANCE: f64 = 0.1;
/// With flushes more goes through than is said, up to so many times: a follower that is behind fetches, and flushes, what
/// several requests brought as one, and where few brokers lead the others flush copies alone.
const MORE_WITH_FLUSHES: f64 = 2.5;

#[derive(Clone, Copy, Debug)]
struct Setting {
    acks: &'static str,
    producers: u32,
    batch_bytes: u32,
    rack_rtt_ms: f64,
    partitions: u32,
    keys: &'static str,
    flush: bool,
    in_flight: u32,
}

const USUAL: Setting = Setting {
    acks: "all",
    producers: 1,
    batch_bytes: 4096,
    rack_rtt_ms: 5.0,
    partitions: 1,
    keys: "none",
    flush: false,
    in_flight: 5,
};

const RECORD_BYTES: f64 = 1000.0;
const SECONDS: f64 = 10.0;
const FSYNC_MS: f64 = 5.0;

impl Setting {
    fn scenario(&self, records_per_s: f64) -> Scenario {
        let flush = if self.flush { ", \"flush.messages\" = 1" } else { "" };
        let mut text = format!(
            "id = \"throughput\"\ntitle = \"Throughput\"\nduration = \"{SECONDS}s\"\n\
             [disk]\nfsync_ms = {FSYNC_MS:?}\n[net]\nrack_rtt_ms = {:?}\nclient_rtt_ms = 1.0\njitter = 0.0\n\
             [[topic]]\nname = \"orders\"\npartitions = {}\nreplication_factor = 3\n\
             config = {{ \"min.insync.replicas\" = 1{flush} }}\n",
            self.rack_rtt_ms, self.partitions,
        );
        for at in 0..self.producers {
            text += &format!(
                "[[producer]]\nname = \"app-{at}\"\ntopic = \"orders\"\nrecords_per_s = {:?}\n\
                 record_bytes = {RECORD_BYTES}\nkeys = \"{}\"\nconfig = {{ acks = \"{}\", \"linger.ms\" = 0, \
                 \"batch.size\" = {}, \"max.in.flight.requests.per.connection\" = {} }}\n",
                records_per_s / f64::from(self.producers),
                self.keys,
                self.acks,
                self.batch_bytes,
                self.in_flight,
            );
        }
        Scenario::parse("throughput.toml", &text).unwrap()
    }

    /// What is said of the simulator's machines.
    fn told(&self, records_per_s: f64) -> Assessment {
        let scenario = self.scenario(records_per_s);
        let (cluster, _) = Simulator::new(&scenario, 7, None).snapshot();
        told_of_simulated_machines(&cluster, &scenario.disk)
    }

    /// Acknowledged megabytes a second in the second half of a run.
    fn seen(&self, records_per_s: f64) -> f64 {
        let scenario = self.scenario(records_per_s);
        let mut simulator = Simulator::new(&scenario, 7, None);
        let half = scenario.duration.0 / 2;
        simulator.run_until(half);
        let before = simulator.report().counters.acked;
        simulator.run_until(scenario.duration.0);
        let acked = simulator.report().counters.acked - before;
        acked as f64 * RECORD_BYTES / 1e6 / (SECONDS / 2.0)
    }
}

fn compare(settings: &[Setting]) {
    let mut wrong = Vec::new();
    for setting in settings {
        let most = setting.told(1000.0).throughput.max.value.value.high().unwrap();
        let rate = |share: f64| share * most * 1e6 / RECORD_BYTES;
        let (half, full) = (setting.seen(rate(0.5)), setting.seen(rate(2.0)));
        let line =
            format!("{setting:?}: told at most {most:.3} MB/s, of twice that {full:.3}, of half {half:.3}");
        println!("{line}");
        let more = if setting.flush { MORE_WITH_FLUSHES } else { 1.0 + TOLERANCE };
        let is_as_told = (1.0 - TOLERANCE..=more).contains(&(full / most));
        // What is called carried must be carried; what is above must not, by more than the models differ.
        let carried = half >= 0.5 * most * 0.97;
        let is_carried_as_told = setting.told(rate(0.5)).latency.ack.value.p99.high().is_some();
        if !carried || !is_carried_as_told || !is_as_told {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_goes_through_agrees_with_the_simulator() {
    compare(&[
        USUAL,
        Setting { acks: "1", ..USUAL },
        Setting { acks: "1", in_flight: 1, ..USUAL },
        Setting { producers: 3, ..USUAL },
        Setting { batch_bytes: 16_384, ..USUAL },
        Setting { rack_rtt_ms: 20.0, ..USUAL },
        Setting { partitions: 6, keys: "uniform", ..USUAL },
        Setting { flush: true, ..USUAL },
        Setting { flush: true, producers: 3, ..USUAL },
        Setting { flush: true, producers: 3, batch_bytes: 16_384, ..USUAL },
    ]);
}

#[test]
fn what_goes_through_agrees_over_a_grid() {
    if !std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1") {
        println!("skipped: KLEVER_FULL=1 runs it");
        return;
    }
    let mut settings = Vec::new();
    for acks in ["1", "all"] {
        for producers in [1, 2, 5] {
            for batch_bytes in [2048, 16_384] {
                for (partitions, keys) in [(1, "none"), (6, "uniform")] {
                    for flush in [false, true] {
                        settings.push(Setting {
                            acks,
                            producers,
                            batch_bytes,
                            partitions,
                            keys,
                            flush,
                            ..USUAL
                        });
                    }
                }
            }
        }
    }
    compare(&settings);
}
