//! `klever simulate`: runs a scenario to its end in virtual time.

use crate::cli::args::{Format, SimulateArgs};
use crate::cli::failure::{FOUND, Failure};
use crate::cli::output;
use crate::knobs::Change;
use crate::report::{Told, run_json, run_text};
use crate::scenario::Scenario;
use crate::sim::{Applied, Refusal, Simulator};
use std::path::Path;
use std::process::ExitCode;

/// Scenarios that come with the program.
const BUILT_IN: &str = "reference";

/// Runs the command. An expectation that is not met makes the exit code 1.
pub(super) fn run(args: &SimulateArgs) -> Result<ExitCode, Failure> {
    let scenario = scenario(&args.scenario)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let mut simulator = Simulator::new(&scenario, seed, None);
    for text in &args.set {
        simulator = with(simulator, text)?;
    }
    if args.trace {
        simulator.keep_events();
    }
    simulator.run_until(simulator.scenario().duration.0);
    let report = simulator.report();
    let events = if args.trace { simulator.take_events() } else { Vec::new() };
    let told = events.iter().map(|event| Told { at_ns: event.at, text: simulator.text(event) });
    let trace: Vec<Told> = told.collect();
    output::write(&match args.format {
        Format::Text => run_text(&simulator.scenario().title, &report, &trace),
        Format::Json => run_json(&report, args.trace.then_some(&trace[..])),
    })?;
    let met = report.expectations.iter().all(|verdict| verdict.met);
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// A built-in scenario by its id, or a file.
fn scenario(name: &str) -> Result<Scenario, Failure> {
    if name == BUILT_IN {
        return Ok(Scenario::reference());
    }
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none() {
        let hint = format!("give a scenario file, or the built-in one: {BUILT_IN}");
        return Err(Failure::usage(format!("there is no scenario `{name}`")).hint(hint));
    }
    let text = output::read(path)?;
    Scenario::parse(name, &text).map_err(|error| Failure::usage(error.to_string()))
}

/// The simulator with a lever set before anything happens.
fn with(mut simulator: Simulator, text: &str) -> Result<Simulator, Failure> {
    let wrong = |why: String| Failure::usage(format!("--set {text}: {why}"));
    let change = Change::parse(text)
        .map_err(|error| wrong(error.to_string()).hint("`klever explain --knobs` lists what can be set"))?;
    if !change.knob.simulated {
        let why = format!("the simulator does not act on {}", change.knob.full_name());
        return Err(wrong(why).hint("`klever assess` says what it means"));
    }
    match simulator.set(change) {
        Applied::Done => Ok(simulator),
        Applied::NeedsRebuild(scenario) => Ok(Simulator::new(&scenario, simulator.seed(), None)),
        Applied::Refused(Refusal::Unknown) => Err(wrong("this scenario has nothing of that name".into())),
        Applied::Refused(Refusal::BadSetting) => Err(wrong("the client would not start with it".into())),
        Applied::Refused(refusal) => Err(wrong(refusal.word().into())),
    }
}
