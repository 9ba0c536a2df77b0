//! Percentiles that the figures say against those of a run of the simulator with the same clients, distances and disks.
//!
//! Two things are left out on purpose. The simulator's applications send at even times (at most once a millisecond),
//! the figures take records as coming at random: settings are such that within a linger either many records come or
//! hardly one. And a disk of the simulator always takes as long, the figures let it vary.

use crate::machines::told_of_simulated_machines;
use klever::consequences::Estimate;
use klever::scenario::Scenario;
use klever::sim::Simulator;

/// The bar: within 5 %, and what a bucket of the simulator's histogram and its clock leave open.
const TOLERANCE: f64 = 0.05;
const CLOCK_MS: f64 = 0.05;

/// What is compared: a producer, its topic and the distances.
#[derive(Clone, Copy, Debug)]
struct Setting {
    acks: &'static str,
    linger_ms: u32,
    records_per_s: u32,
    record_bytes: u32,
    rack_rtt_ms: f64,
    client_rtt_ms: f64,
    partitions: u32,
    keys: &'static str,
    flush: bool,
    replicas: u32,
    seconds: u32,
}

const USUAL: Setting = Setting {
    acks: "all",
    linger_ms: 5,
    records_per_s: 1000,
    record_bytes: 200,
    rack_rtt_ms: 1.0,
    client_rtt_ms: 1.0,
    partitions: 12,
    keys: "uniform",
    flush: false,
    replicas: 3,
    seconds: 60,
};

impl Setting {
    fn scenario(&self) -> Scenario {
        let flush = if self.flush { ", \"flush.messages\" = 1" } else { "" };
        let text = format!(
            "id = \"latency\"\ntitle = \"Latency\"\nduration = \"{}s\"\n\
             [disk]\nfsync_ms = 0.2\n[net]\nrack_rtt_ms = {:?}\nclient_rtt_ms = {:?}\njitter = 0.0\n\
             [[topic]]\nname = \"orders\"\npartitions = {}\nreplication_factor = {}\n\
             config = {{ \"min.insync.replicas\" = 1{flush} }}\n\
             [[producer]]\nname = \"app\"\ntopic = \"orders\"\nrecords_per_s = {}\nrecord_bytes = {}\nkeys = \"{}\"\n\
             config = {{ acks = \"{}\", \"linger.ms\" = {} }}\n",
            self.seconds,
            self.rack_rtt_ms,
            self.client_rtt_ms,
            self.partitions,
            self.replicas,
            self.records_per_s,
            self.record_bytes,
            self.keys,
            self.acks,
            self.linger_ms,
        );
        Scenario::parse("latency.toml", &text).unwrap()
    }

    /// p50 and p99 as simulated, and as told for the same cluster.
    fn both(&self) -> ([f64; 2], [f64; 2]) {
        let scenario = self.scenario();
        let mut simulator = Simulator::new(&scenario, 7, None);
        let (cluster, _) = simulator.snapshot();
        simulator.run_until(scenario.duration.0);
        let seen = simulator.report().counters.ack_latency_ms;
        let told = told_of_simulated_machines(&cluster, &scenario.disk).latency.ack.value;
        let known = |answer: Estimate<f64>| answer.high().unwrap();
        ([seen.p50.unwrap(), seen.p99.unwrap()], [known(told.p50), known(told.p99)])
    }
}

fn compare(settings: &[Setting]) {
    let mut wrong = Vec::new();
    for setting in settings {
        let (seen, told) = setting.both();
        let line = format!("{setting:?}: simulated {seen:.2?}, told {told:.2?}");
        println!("{line}");
        let off = |(seen, told): (&f64, &f64)| (told - seen).abs() > seen * TOLERANCE + CLOCK_MS;
        if seen.iter().zip(&told).any(off) {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Batches, ways, followers and forced writes where no request waits for another one.
#[test]
fn percentiles_agree_with_the_simulator() {
    compare(&[
        Setting { records_per_s: 3000, ..USUAL },
        Setting { linger_ms: 0, records_per_s: 60, acks: "1", ..USUAL },
        Setting { linger_ms: 0, records_per_s: 3, rack_rtt_ms: 5.0, seconds: 600, ..USUAL },
        Setting { linger_ms: 20, records_per_s: 3000, acks: "1", ..USUAL },
        Setting { linger_ms: 50, records_per_s: 300, rack_rtt_ms: 20.0, seconds: 120, ..USUAL },
        Setting { linger_ms: 20, records_per_s: 3000, partitions: 3, flush: true, ..USUAL },
        Setting { linger_ms: 5, records_per_s: 300, replicas: 1, client_rtt_ms: 10.0, ..USUAL },
        Setting { linger_ms: 10, records_per_s: 500, partitions: 1, keys: "none", ..USUAL },
    ]);
}

/// More requests than a connection takes, one at a time: as many in flight as may be, and records that gather.
#[test]
fn full_connections_agree_with_the_simulator() {
    let far = Setting { linger_ms: 0, partitions: 1, keys: "none", seconds: 120, ..USUAL };
    compare(&[
        Setting { rack_rtt_ms: 60.0, records_per_s: 100, ..far },
        Setting { rack_rtt_ms: 20.0, records_per_s: 500, client_rtt_ms: 10.0, ..far },
        Setting { rack_rtt_ms: 20.0, records_per_s: 1000, linger_ms: 5, ..far },
        Setting { rack_rtt_ms: 60.0, records_per_s: 1000, partitions: 12, keys: "uniform", ..far },
    ]);
}

/// Lingers, acks, rates and distances in all combinations that let no request wait.
#[test]
fn percentiles_agree_over_a_grid() {
    if !std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1") {
        println!("skipped: KLEVER_FULL=1 runs it");
        return;
    }
    let mut settings = Vec::new();
    for linger_ms in [5, 20, 100] {
        for acks in ["1", "all"] {
            for rack_rtt_ms in [0.5, 2.0] {
                for (records_per_s, seconds) in [(1, 1000), (3000, 30)] {
                    settings.push(Setting { linger_ms, acks, rack_rtt_ms, records_per_s, seconds, ..USUAL });
                }
            }
        }
    }
    compare(&settings);
}
