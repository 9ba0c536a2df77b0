//! Scenarios on real brokers against the simulator: each kind of fault once, and what a lab leaves behind.
//!
//! Needs a Java 17 JDK and Maven (or `KAFKA_HOME`); `KLEVER_SKIP_KAFKA=1` skips, loudly. With `KLEVER_FULL=1` every
//! scenario of the table runs too. Kinds of ends and the controller's decisions are held against the prediction;
//! times are not, for the machine may be busy.

#![allow(clippy::unwrap_used)]

#[path = "lab/client_starts.rs"]
mod client_starts;
#[path = "lab/kafka_errors.rs"]
mod kafka_errors;
#[path = "lab/leftovers.rs"]
mod leftovers;
#[path = "lab/scenes.rs"]
mod scenes;

use klever::kafka::{Client, ConnectionSpec, SnapshotRequest};
use klever::lab::conformance::{Prediction, Row};
use klever::lab::{
    ClientImplementation, Lab, LabRun, LabSpec, RecordedRun, RunningCluster, not_on_brokers, process_times,
    run_with, sentence,
};
use klever::model::{BrokerId, KafkaVersion};
use klever::scenario::{Act, NetSpec, PowerDomain, Process, Scenario, UnflushedTail};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One cluster at a time: three brokers take most of a gigabyte.
static CLUSTER: Mutex<()> = Mutex::new(());
const SEEDS: u64 = 20;
/// Releases other than the one that klever simulates unless told otherwise.
const OTHERS: [KafkaVersion; 3] =
    [KafkaVersion::new(3, 9, 1), KafkaVersion::new(4, 0, 0), KafkaVersion::new(4, 4, 0)];

/// The right to run a cluster, unless the person who runs the tests wants no Kafka.
fn cluster() -> Option<MutexGuard<'static, ()>> {
    // This program cannot be run again as klever's librdkafka process.
    klever::kafka::run_as(env!("CARGO_BIN_EXE_klever"));
    let skipped = skipped("no scenario ran on real brokers");
    (!skipped).then(|| CLUSTER.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether no Kafka is wanted; says so where it is heard.
fn skipped(what: &str) -> bool {
    let skipped = std::env::var_os("KLEVER_SKIP_KAFKA").is_some_and(|value| value == "1");
    if skipped {
        // Not eprintln: the test harness swallows what passing tests print.
        let _ = writeln!(std::io::stderr(), "SKIPPED: KLEVER_SKIP_KAFKA=1, {what}");
    }
    skipped
}

/// Whether what takes hours is wanted; says so where it is heard.
fn full(what: &str) -> bool {
    let full = std::env::var("KLEVER_FULL").is_ok_and(|full| full == "1");
    if !full {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what} with KLEVER_FULL=1 only");
    }
    full
}

fn scenario(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    Scenario::parse(&path.display().to_string(), &text).unwrap_or_else(|error| panic!("{error}"))
}

fn rdkafka() -> ClientImplementation {
    ClientImplementation::Rdkafka(env!("CARGO_BIN_EXE_klever").into())
}

/// Plays a scenario on both; the real run and the row of the table that it makes.
fn hold_against_reality(
    scenario: &Scenario,
    version: KafkaVersion,
    clients: &ClientImplementation,
) -> (LabRun, Row) {
    let real =
        run_with(scenario, version, clients).unwrap_or_else(|error| panic!("{}: {error}", scenario.id));
    let predicted = Prediction::with(scenario, version, SEEDS, &process_times([&real.process_times]));
    let row = Row::new(scenario, version, &predicted, vec![RecordedRun::of(&real, "")]);
    (real, row)
}

/// The same end, everything that was expected, every event, and the decisions of a real controller.
fn agrees(file: &str, clients: &ClientImplementation) -> Option<LabRun> {
    let _one = cluster()?;
    let scenario = scenario(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    let (real, row) = hold_against_reality(&scenario, KafkaVersion::REFERENCE, clients);
    let event_log = format!("{}: {}\n{:#?}", scenario.id, sentence(&row), real.event_log);
    assert!(row.same, "{event_log}");
    assert!(!real.event_log.iter().any(|(_, what)| what.starts_with("never happened")), "{event_log}");
    assert!(!real.event_log.iter().any(|(_, what)| what.starts_with("refused")), "{event_log}");
    // Each of the three brokers was let in, at least.
    assert!(real.controller.decisions >= 3, "the controller's log was compared: {event_log}");
    assert!(real.controller.mismatches.is_empty(), "{:#?}\n{event_log}", real.controller.mismatches);
    Some(real)
}

#[test]
fn pause_stop_kill_disk_loss_delay_and_partition_lose_nothing_of_three_copies() {
    agrees("tests/lab/every-fault.toml", &ClientImplementation::Java);
}

#[test]
fn power_loss_takes_what_only_one_broker_had() {
    if let Some(real) = agrees("assets/scenarios/lab/c4-noelr.toml", &ClientImplementation::Java) {
        assert_eq!(real.report.counters.lost_acked, 2);
    }
}

#[test]
fn a_site_without_power_comes_back_with_its_controllers() {
    if let Some(real) = agrees("assets/scenarios/lab/c5-site.toml", &ClientImplementation::Java) {
        assert_eq!(real.report.counters.lost_acked, 3);
    }
}

/// Every broker is a controller too: the site's power takes the quorum along, and starting them brings it back.
#[test]
fn a_site_of_combined_nodes_comes_back_too() {
    let Some(_one) = cluster() else { return };
    let spec = LabSpec { net: Some(NetSpec::default()), ..LabSpec::brokers(3) };
    let mut cluster = RunningCluster::on(Lab::start(spec).unwrap()).unwrap();
    cluster.act(&Act::PowerLoss { domain: PowerDomain::Site, keep: UnflushedTail::Flushed }).unwrap();
    cluster.look().unwrap();
    for id in 1..=3 {
        cluster.act(&Act::Restart(Process::Broker(BrokerId(id)))).unwrap();
    }
    let spec = ConnectionSpec::plaintext(&cluster.bootstrap()).unwrap();
    let until = Instant::now() + Duration::from_secs(120);
    let up = || {
        let asked =
            Client::connect(&spec).ok()?.snapshot(&SnapshotRequest::metadata_only(Duration::from_secs(2)));
        asked.ok().map(|cluster| cluster.brokers_up())
    };
    while up() != Some(3) {
        assert!(Instant::now() < until, "the brokers did not come back");
        cluster.look().unwrap();
    }
}

#[test]
fn a_lost_answer_makes_librdkafka_send_again_too() {
    if let Some(real) = agrees("assets/scenarios/lab/o2-plain.toml", &rdkafka()) {
        assert!(real.report.counters.duplicated >= 1);
    }
}

#[test]
fn every_scenario_of_the_table_ends_as_predicted() {
    if !full("every scenario of the table runs") {
        return;
    }
    let Some(_one) = cluster() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut differ = Vec::new();
    for folder in [folder.clone(), folder.join("lab")] {
        let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let is_scenario = |path: &std::path::PathBuf| {
            path.extension().is_some_and(|end| end == "toml") && !path.ends_with("reference.toml")
        };
        for path in files.into_iter().filter(is_scenario) {
            let scenario = scenario(&path);
            if not_on_brokers(&scenario).is_none() {
                let row = hold_against_reality(&scenario, scenario.version(), &ClientImplementation::Java).1;
                differ.extend((!row.agrees()).then(|| format!("{}: {}", scenario.id, sentence(&row))));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn other_releases_end_as_predicted_too() {
    if !full("other releases run") {
        return;
    }
    let Some(_one) = cluster() else { return };
    for version in OTHERS {
        for id in ["c1", "c4-elr", "c7"] {
            let file = format!("assets/scenarios/lab/{id}.toml");
            let scenario = scenario(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
            let row = hold_against_reality(&scenario, version, &ClientImplementation::Java).1;
            assert!(row.same && row.decisions()[1] == 0, "{id} on {version}: {}", sentence(&row));
        }
    }
}
