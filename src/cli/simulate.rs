//! `klever simulate`: runs a scenario to its end in virtual time, rehearses a rolling restart, or lists scenarios.

use crate::cli::args::Format;
use crate::cli::failure::{BLIND, FOUND, Failure};
use crate::cli::output;
use crate::config::InputKind;
use crate::knobs::{Change, Simulated, nearest_of};
use crate::model::human_count;
use crate::report::{record_trace_text, run_json, run_text, scenarios_json, scenarios_text};
use crate::scenario::{BUILT_IN, MOST_CLIENTS, MOST_REPLICAS, Scenario, built_in};
use crate::sim::{Applied, RecordId, RecordTrace, Refusal, RunReport, Simulator};
use crate::sim::{MOST_EVENTS, estimated_events};
use clap::Args;
use event_log::EventLog;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod event_log;
mod progress;
mod rehearsal;

#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// A scenario file, or the id of a built-in scenario; without it these are listed
    #[arg(value_name = "SCENARIO", group = "what")]
    pub scenario: Option<String>,
    /// Rehearse the rolling restart of the cluster in this file, which `klever snapshot` wrote
    #[arg(long, value_name = "SNAPSHOT", group = "what")]
    pub from: Option<PathBuf>,
    /// Plan that restart so that each stop leaves so many in-sync replicas above the minimum ISR
    #[arg(long, value_name = "N", requires = "from", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=31))]
    pub margin: u32,
    /// So long each broker stays down beside its own stop and start
    #[arg(long, value_name = "SECONDS", requires = "from", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub downtime: u32,
    /// Use this seed instead of the scenario's
    #[arg(long, value_name = "N", requires = "what")]
    pub seed: Option<u64>,
    /// Run it with this value of a knob; with --from also the load: `load:records_per_s=5000`
    #[arg(long, value_name = "[SCOPE[/NAME]:]KEY=VALUE", requires = "what")]
    pub set: Vec<String>,
    /// Print the event log; text as the run goes on
    #[arg(long, requires = "scenario")]
    pub trace: bool,
    /// Print what happened to one record, such as `orders-3/17`; /PRODUCER picks a later start of a producer
    #[arg(long, value_name = "PARTITION/NUMBER[/PRODUCER]", requires = "scenario")]
    pub record: Vec<String>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Runs the command. An expectation that is not met makes the exit code 1, a run that did not come to its end 3.
pub(super) fn run(args: &SimulateArgs) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.from {
        return rehearsal::run(args, path);
    }
    let Some(name) = &args.scenario else { return list(args.format) };
    let scenario = scenario(name)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let mut simulator = Simulator::new(&scenario, seed, None);
    for text in &args.set {
        simulator = with(simulator, text)?;
    }
    let mut log = EventLog::of(args.trace, args.format, &mut simulator);
    affordable(simulator.scenario())?;
    simulator.keep_no_checkpoints();
    let is_whole = progress::run(&mut simulator, log.is_on_terminal(), |simulator| log.take(simulator))?;
    let report = report_of(&simulator, is_whole);
    let planned = (!is_whole).then(|| simulator.scenario().duration.millis());
    let lives =
        args.record.iter().map(|text| life(&simulator, text)).collect::<Result<Vec<RecordTrace>, _>>()?;
    output::write(&match args.format {
        Format::Text => {
            let lives: String = lives.iter().map(record_trace_text).collect();
            log.gap().to_string() + &run_text(&simulator.scenario().title, &report, planned) + &lives
        }
        Format::Json => run_json(&report, planned, log.kept(), &lives),
    })?;
    if !is_whole {
        return Ok(ExitCode::from(BLIND));
    }
    let met = report.expectations.iter().all(|verdict| verdict.met);
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// That it will end.
pub(super) fn affordable(scenario: &Scenario) -> Result<(), Failure> {
    let events = estimated_events(scenario);
    if events <= MOST_EVENTS {
        return Ok(());
    }
    let number = |events: f64| human_count(events as i64);
    let line =
        format!("this run would have about {} events: at most {}", number(events), number(MOST_EVENTS));
    Err(Failure::usage(line)
        .hint("give it a shorter duration, a lower records_per_s, or fewer brokers and members"))
}

/// What a run expects is judged at its end only.
fn report_of(simulator: &Simulator, is_whole: bool) -> RunReport {
    let mut report = simulator.report();
    if !is_whole {
        report.expectations.clear();
    }
    report
}

/// The built-in scenarios.
fn list(format: Format) -> Result<ExitCode, Failure> {
    let all: Vec<Scenario> = BUILT_IN.iter().map(|each| each.scenario()).collect();
    output::write(&match format {
        Format::Text => scenarios_text(&all),
        Format::Json => scenarios_json(&all),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A built-in scenario by its id, or a file.
fn scenario(name: &str) -> Result<Scenario, Failure> {
    if let Some(known) = built_in(name) {
        return Ok(known.scenario());
    }
    let text = text_of(name, ("scenario", "klever simulate"), BUILT_IN.iter().map(|each| each.id))?;
    Scenario::parse(name, &text).map_err(|error| Failure::usage(error.to_string()))
}

/// The text of a scenario file. Where there is none, and the name is no file's, an id was meant: of a thing of this
/// word, which that command lists.
pub(super) fn text_of<'a>(
    name: &str,
    (what, listed_by): (&str, &str),
    ids: impl Iterator<Item = &'a str> + Clone,
) -> Result<String, Failure> {
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none() {
        let hint = match nearest_of(name, ids) {
            Some(near) => format!("did you mean `{near}`? `{listed_by}` lists the {what}s"),
            None => format!("give a {what} file, or an id: `{listed_by}` lists them"),
        };
        return Err(Failure::usage(format!("there is no {what} `{name}`")).hint(hint));
    }
    output::read(path, InputKind::Scenario)
}

/// What happened to a record, named as `orders-3/17`: the producers' starts count from 0 in the order in which they
/// happened.
fn life(simulator: &Simulator, text: &str) -> Result<RecordTrace, Failure> {
    let mut parts = text.split('/');
    let partition = parts.next().unwrap_or_default().to_string();
    let numbers: Option<Vec<u64>> = parts.map(|part| part.parse().ok()).collect();
    let (number, producer) = match numbers.as_deref() {
        Some([number]) => (*number, 0),
        Some([number, producer]) => (*number, u32::try_from(*producer).unwrap_or(u32::MAX)),
        _ => {
            let line = format!("--record {text}: write PARTITION/NUMBER");
            return Err(
                Failure::usage(line).hint("for example `orders-3/17`: the 18th record sent to orders-3")
            );
        }
    };
    let known = simulator.record_trace(&RecordId { partition, producer, number });
    known
        .filter(|fate| fate.acked || fate.failed || !fate.copies.is_empty())
        .ok_or_else(|| Failure::usage(format!("--record {text}: nobody sent such a record")))
}

/// The simulator with a knob set before anything happens.
fn with(mut simulator: Simulator, text: &str) -> Result<Simulator, Failure> {
    let wrong = |why: String| Failure::usage(format!("--set {text}: {why}"));
    let change = Change::parse(text)
        .map_err(|error| wrong(error.to_string()).hint("`klever explain --knobs` lists what can be set"))?;
    if let Simulated::No(reason) = change.knob.simulated {
        let why = format!("the simulator does not act on {}: {reason}", change.knob.full_name());
        return Err(wrong(why).hint("`klever assess` says what it means"));
    }
    match simulator.set(change) {
        Applied::Done => Ok(simulator),
        Applied::NeedsRebuild(scenario) => Ok(Simulator::new(&scenario, simulator.seed(), None)),
        Applied::Refused(Refusal::Unknown) => Err(wrong("this scenario has nothing of that name".into())),
        Applied::Refused(Refusal::BadSetting) => Err(wrong("the client would not start with it".into())),
        Applied::Refused(Refusal::TooLarge) => {
            let (replicas, clients) = (human_count(MOST_REPLICAS as i64), human_count(MOST_CLIENTS as i64));
            Err(wrong(Refusal::TooLarge.word().into()).hint(format!(
                "at most {replicas} copies of partitions, and {clients} producers and members of groups, fewer with many partitions"
            )))
        }
        Applied::Refused(refusal) => Err(wrong(refusal.word().into())),
    }
}
