//! Every scenario file of the program, with every version that it lists: what it expects must come.

use klever::model::KafkaVersion;
use klever::scenario::{BUILT_IN, Scenario, built_in};
use klever::sim::run;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    Scenario::parse(&name(path), &text).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs a scenario with one version; answers what did not come, a line each.
fn failures(file: &str, scenario: &Scenario, version: KafkaVersion) -> Vec<String> {
    let report = run(scenario, scenario.seed, Some(version));
    let unmet = report.expectations.iter().filter(|verdict| !verdict.met);
    let text = |found: Option<i64>| found.map_or("nothing".into(), |found| found.to_string());
    let mut failures: Vec<String> = unmet
        .map(|verdict| {
            format!("{file} {version}: expected {}, found {}", verdict.expected, text(verdict.found))
        })
        .collect();
    let again = run(scenario, scenario.seed, Some(version)).trace_hash;
    if again != report.trace_hash {
        failures.push(format!("{file} {version}: the trace is {} and then {again}", report.trace_hash));
    }
    failures
}

#[test]
fn every_scenario_ends_as_it_says() {
    let files = files();
    assert!(files.len() >= 40, "only {} files", files.len());
    let (mut all, mut runs) = (Vec::new(), 0);
    for path in files {
        let (file, scenario) = (name(&path), read(&path));
        for version in
            if scenario.versions.is_empty() { vec![scenario.version()] } else { scenario.versions.clone() }
        {
            all.extend(failures(&file, &scenario, version));
            runs += 1;
        }
    }
    println!("{runs} runs");
    assert!(all.is_empty(), "{} expectations are not met:\n{}", all.len(), all.join("\n"));
}

#[test]
fn every_scenario_file_comes_with_the_program() {
    let known: BTreeSet<String> = BUILT_IN.iter().map(|known| format!("{}.toml", known.id)).collect();
    let files: BTreeSet<String> = files().iter().map(|path| name(path)).collect();
    assert_eq!(known, files);
    assert!(BUILT_IN.iter().all(|known| known.scenario().id == known.id));
}

#[test]
fn a_scenario_is_called_as_its_file_and_expects_something_of_each_version() {
    for path in files().into_iter().filter(|path| name(path) != "reference.toml") {
        let (file, scenario) = (name(&path), read(&path));
        assert_eq!(format!("{}.toml", scenario.id), file);
        for version in &scenario.versions {
            assert!(scenario.expectations.iter().any(|expect| expect.covers(*version)), "{file} {version}");
        }
        for expect in &scenario.expectations {
            let covered = |version: &KafkaVersion| {
                scenario
                    .versions
                    .iter()
                    .any(|v| expect.covers(*v) && (v.major, v.minor) == (version.major, version.minor))
            };
            assert!(expect.versions.iter().all(covered), "{file}: {expect} is for a version that is not run");
        }
    }
}

/// Whether a broker with a new disk leads again, with an empty log, is a race: both outcomes come.
#[test]
fn c10_an_empty_disk_leads_again_or_it_does_not() {
    let scenario = built_in("c10-disk-loss").unwrap().scenario();
    let leader = |seed| {
        let report = run(&scenario, seed, None);
        report.partitions.iter().find(|part| part.partition == "solo-0").unwrap().leader
    };
    let outcomes: BTreeSet<Option<i32>> = (1..=8).map(leader).collect();
    assert_eq!(outcomes, BTreeSet::from([None, Some(3)]));
}
