//! `klever workshop play SCENE --headless --lab`: the same script on real brokers, as it is and with its fix.

use crate::cli::args::Format;
use crate::cli::failure::{BLIND, FOUND, Failure};
use crate::cli::output;
use crate::lab::{self, Interruption};
use crate::model::KafkaVersion;
use crate::report::{scene_on_brokers_json, scene_on_brokers_text};
use crate::scenario::Verdict;
use crate::sim::RunReport;
use crate::workshop::Scene;
use std::process::ExitCode;

/// Plays a scene on brokers of this release, or of the scene's own. What did not come as expected makes the exit code 1,
/// what the lab does not see or what did not happen 3.
pub(super) fn play(
    scene: &Scene,
    version: Option<KafkaVersion>,
    format: Format,
) -> Result<ExitCode, Failure> {
    let has_fix = scene.scenario().fix().next().is_some();
    let scenarios = [Some(scene.scenario().clone()), has_fix.then(|| scene.fixed())];
    for scenario in scenarios.iter().flatten() {
        if let Some(why) = lab::not_on_brokers(scenario) {
            return Err(Failure::usage(format!("{} does not run on real brokers: {why}", scenario.id))
                .hint("without --lab the simulator plays it"));
        }
    }
    let version = version.unwrap_or_else(|| scene.scenario().version());
    let _signals = Interruption::listen()
        .map_err(|error| Failure::blind(format!("cannot listen to signals: {error}")))?;
    let (mut runs, mut not_done) = (Vec::new(), Vec::<String>::new());
    for scenario in scenarios.iter().flatten() {
        output::write_error(&format!("klever: {} runs on real brokers of Kafka {version}", scenario.id));
        let run = lab::run(scenario, version).map_err(|error| {
            if Interruption::requested() {
                Failure::blind("interrupted; what was started has ended")
            } else {
                error.into()
            }
        })?;
        not_done.extend(run.not_done);
        runs.push(run.report);
    }
    output::write(&match format {
        Format::Text => scene_on_brokers_text(scene, &runs),
        Format::Json => scene_on_brokers_json(scene, &runs),
    })?;
    // What was not done to a cluster has not shown that it bears it.
    if !not_done.is_empty() {
        let not_done = not_done.join("; ");
        return Err(Failure::blind(format!("not all of the script came to pass: {not_done}")));
    }
    if runs.iter().all(|run| run.expectations.is_empty()) {
        return Err(Failure::blind(format!(
            "{} expects nothing that the lab could judge",
            scene.scenario().id
        )));
    }
    Ok(exit_code(&runs))
}

fn exit_code(runs: &[RunReport]) -> ExitCode {
    let verdicts = || runs.iter().flat_map(|run| &run.expectations);
    let is_unmet = |verdict: &Verdict| !verdict.met && verdict.found.is_some();
    if verdicts().any(is_unmet) {
        ExitCode::from(FOUND)
    } else if verdicts().all(|verdict| verdict.met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(BLIND)
    }
}
