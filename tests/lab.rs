//! Scenarios on real brokers against the simulator, with `KLEVER_FULL=1`: each kind of fault once. Needs a Java 17 JDK and Maven (or
//! `KAFKA_HOME`); `KLEVER_SKIP_KAFKA=1` skips, loudly; every scenario of the table runs too.

#![allow(clippy::unwrap_used)]

use klever::lab::truth::{Prediction, Row};
use klever::lab::{LabRun, not_on_brokers, run, sentence};
use klever::model::KafkaVersion;
use klever::scenario::Scenario;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One cluster at a time: three brokers take most of a gigabyte.
static CLUSTER: Mutex<()> = Mutex::new(());
const SEEDS: u64 = 20;

fn cluster() -> Option<MutexGuard<'static, ()>> {
    if std::env::var_os("KLEVER_SKIP_KAFKA").is_some_and(|value| value == "1") {
        // Not eprintln: the test harness swallows what passing tests print.
        let _ = writeln!(std::io::stderr(), "SKIPPED: KLEVER_SKIP_KAFKA=1, no scenario ran on real brokers");
        return None;
    }
    if std::env::var_os("KLEVER_FULL").is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: scenarios run on real brokers with KLEVER_FULL=1 only");
        return None;
    }
    Some(CLUSTER.lock().unwrap_or_else(PoisonError::into_inner))
}

fn scenario(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    Scenario::parse(&path.display().to_string(), &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Plays a scenario on both and says what differs.
fn hold_against_reality(scenario: &Scenario, version: KafkaVersion) -> (LabRun, Option<String>) {
    let predicted = Prediction::of(scenario, version, SEEDS);
    let real = run(scenario, version).unwrap_or_else(|error| panic!("{}: {error}", scenario.id));
    let runs = [real];
    let row = Row::new(scenario, version, &predicted, &runs);
    let said = (!row.agrees()).then(|| format!("{}: {}", scenario.id, sentence(&row)));
    let [real] = runs;
    (real, said)
}

fn agrees(file: &str) -> Option<LabRun> {
    let _one = cluster()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios/lab").join(file);
    let (real, differs) = hold_against_reality(&scenario(&path), KafkaVersion::REFERENCE);
    assert_eq!(differs, None, "{:#?}", real.story);
    assert!(real.controller.decisions > 3, "the controller's log was compared");
    Some(real)
}

#[test]
fn pause_resume_kill_and_restart() {
    agrees("c1.toml");
}

#[test]
fn stop_and_power_loss() {
    if let Some(real) = agrees("c4-noelr.toml") {
        assert_eq!(real.report.counters.lost_acked, 2);
    }
}

#[test]
fn disk_loss() {
    agrees("c10.toml");
}

#[test]
fn loss_of_the_controllers() {
    agrees("b4.toml");
}

#[test]
fn a_partition_between_a_leader_and_its_cluster() {
    agrees("p1.toml");
}

#[test]
fn a_lost_answer_on_the_way_to_a_client() {
    if let Some(real) = agrees("o2-plain.toml") {
        assert!(real.report.counters.duplicated >= 1);
    }
}

#[test]
fn every_scenario_of_the_table() {
    if std::env::var_os("KLEVER_FULL").is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the whole truth table runs with KLEVER_FULL=1");
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
                differ.extend(hold_against_reality(&scenario, scenario.version()).1);
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
