//! `klever lab`: real local clusters, and scenarios on them.

use crate::cli::Failure;
use crate::cli::failure::FOUND;
use crate::cli::output;
use crate::lab::session::{self, Note, Session};
use crate::lab::truth::{Prediction, Row};
use crate::lab::{self, Controllers, Fidelity, Lab, LabError, LabRun, LabSpec};
use crate::model::KafkaVersion;
use crate::scenario::{NetSpec, Scenario};
use clap::{Args as ClapArgs, Subcommand};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Real local brokers.
#[derive(ClapArgs, Debug)]
pub struct LabArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: LabCommand,
}

/// What `klever lab` can do.
#[derive(Subcommand, Debug)]
pub enum LabCommand {
    /// Start brokers and keep them until Ctrl-C or `klever lab down`
    Up(UpArgs),
    /// Tell whether a lab runs, and where
    Status,
    /// End the lab that runs
    Down,
    /// Run scenarios on real brokers and hold them against the simulator
    Run(RunArgs),
}

/// `klever lab up`.
#[derive(ClapArgs, Debug)]
pub struct UpArgs {
    /// How many brokers
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9))]
    pub brokers: u32,
    /// Racks by turns
    #[arg(long, value_name = "RACK", value_delimiter = ',')]
    pub racks: Vec<String>,
    /// Controllers that run apart; without it every broker is one too
    #[arg(long)]
    pub controllers: Option<u32>,
    /// Kafka's release
    #[arg(long = "kafka-version", value_name = "VERSION", default_value_t = KafkaVersion::REFERENCE)]
    pub version: KafkaVersion,
}

/// `klever lab run`.
#[derive(ClapArgs, Debug)]
pub struct RunArgs {
    /// Scenario files
    #[arg(value_name = "SCENARIO", required_unless_present_any = ["all", "measures"])]
    pub scenarios: Vec<PathBuf>,
    /// All scenarios of the truth table
    #[arg(long, conflicts_with = "scenarios")]
    pub all: bool,
    /// Kafka's release, such as 4.1.0
    #[arg(long = "kafka-version", value_name = "VERSION")]
    pub version: Vec<KafkaVersion>,
    /// Seeds of the prediction
    #[arg(long, default_value_t = 20)]
    pub seeds: u64,
    /// Real runs of each scenario
    #[arg(long, default_value_t = 1)]
    pub repeat: u32,
    /// Measure ack times under injected round trips too, on each --kafka-version
    #[arg(long, requires = "version")]
    pub measures: bool,
    /// Write the truth table into this folder; with --all it is the project's own
    #[arg(long, value_name = "FOLDER")]
    pub table: Option<PathBuf>,
    /// Tell what happened when, on standard error
    #[arg(long)]
    pub story: bool,
    /// Write the controller's log of each run into this folder
    #[arg(long, value_name = "FOLDER")]
    pub controller_logs: Option<PathBuf>,
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Failure {
        let failure = Failure::blind(error.message);
        match error.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Runs the command.
pub(super) fn run(args: &LabArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        LabCommand::Up(args) => up(args),
        LabCommand::Status => status(),
        LabCommand::Down => {
            session::end(&session::default_path())?;
            output::write("the lab is down\n")?;
            Ok(ExitCode::SUCCESS)
        }
        LabCommand::Run(args) => run_scenarios(args),
    }
}

fn up(args: &UpArgs) -> Result<ExitCode, Failure> {
    let path = session::default_path();
    if session::running(&path).is_some() {
        return Err(Failure::usage("a lab runs already").hint("`klever lab down` ends it"));
    }
    // Before anything is started: a signal must always end in an orderly way down.
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| Failure::usage(format!("cannot wait for signals: {error}")))?;
    let controllers = args.controllers.map_or(Controllers::Combined, |n| Controllers::Separate(n as usize));
    let lab = Lab::start(LabSpec {
        version: args.version,
        racks: args.racks.clone(),
        controllers,
        net: Some(NetSpec::default()),
        ..LabSpec::brokers(args.brokers as usize)
    })?;
    let session = Session {
        pid: std::process::id() as i32,
        bootstrap: lab.bootstrap(),
        version: args.version.to_string(),
        folder: lab.folder().to_path_buf(),
    };
    let _note = Note::write(&path, &session)?;
    output::write(&format!("{}\n", session_text(&session)))?;
    signals.forever().next();
    Ok(ExitCode::SUCCESS)
}

fn status() -> Result<ExitCode, Failure> {
    match session::running(&session::default_path()) {
        Some(session) => output::write(&format!("{}\n", session_text(&session)))?,
        None => return Err(Failure::blind("no lab runs").hint("`klever lab up` starts one")),
    }
    Ok(ExitCode::SUCCESS)
}

fn session_text(session: &Session) -> String {
    let Session { pid, bootstrap, version, .. } = session;
    format!("Kafka {version} at {bootstrap} (klever {pid}); Ctrl-C or `klever lab down` ends it")
}

fn run_scenarios(args: &RunArgs) -> Result<ExitCode, Failure> {
    let files = if args.all { scenario_files()? } else { args.scenarios.clone() };
    let mut table = Table::open(args)?;
    let mut agreed = true;
    for path in &files {
        let scenario = Scenario::parse(&path.display().to_string(), &output::read(path)?)
            .map_err(|error| Failure::usage(error.to_string()))?;
        if let Some(why) = lab::not_on_brokers(&scenario) {
            output::complain(&format!("{}: not on real brokers: {why}", scenario.id));
            continue;
        }
        for version in versions(args, &scenario) {
            agreed &= one(args, &scenario, version, &mut table)?;
        }
    }
    if args.measures {
        for version in &args.version {
            let measured = lab::measures::round_trips(*version)?;
            agreed &= measured.iter().all(|measured| measured.number.within);
            measured.into_iter().for_each(|measured| table.fidelity.put_measure(measured));
            table.write()?;
        }
    }
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn versions(args: &RunArgs, scenario: &Scenario) -> Vec<KafkaVersion> {
    match args.version.is_empty() {
        true => vec![scenario.version()],
        false => args.version.clone(),
    }
}

/// Predicts and plays one scenario on one release. Says whether everything agreed.
fn one(
    args: &RunArgs,
    scenario: &Scenario,
    version: KafkaVersion,
    table: &mut Table,
) -> Result<bool, Failure> {
    let prediction = Prediction::of(scenario, version, args.seeds);
    let mut runs = Vec::new();
    for _ in 0..args.repeat {
        let run = lab::run(scenario, version)?;
        show(args, &run)?;
        runs.push(run);
    }
    let row = Row::new(scenario, version, &prediction, &runs);
    let agrees = row.agrees();
    output::complain(&format!("{} on {version}: {}", scenario.id, lab::sentence(&row)));
    table.fidelity.put(row);
    table.write()?;
    Ok(agrees)
}

/// The scenario files of the source tree.
fn scenario_files() -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut files = Vec::new();
    for folder in [folder.join("lab"), folder] {
        let listed = std::fs::read_dir(&folder).map_err(|_| {
            Failure::usage("the scenarios are not here")
                .hint("run it from klever's source tree, or name files")
        })?;
        files.extend(listed.filter_map(|entry| Some(entry.ok()?.path())));
    }
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.retain(|path| path.file_stem().is_some_and(|name| name != "reference"));
    files.sort();
    Ok(files)
}

/// The fidelity page and its numbers, when they are to be written.
struct Table {
    folder: Option<PathBuf>,
    fidelity: Fidelity,
}

impl Table {
    fn open(args: &RunArgs) -> Result<Table, Failure> {
        let docs = || Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/docs");
        let folder = args.table.clone().or_else(|| args.all.then(docs));
        let json =
            folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join("fidelity.json")).ok());
        Ok(Table { folder, fidelity: Fidelity::read(&json.unwrap_or_default()) })
    }

    fn write(&self) -> Result<(), Failure> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let page = folder.join("fidelity.md");
        let old = std::fs::read_to_string(&page).unwrap_or_default();
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(folder.join("fidelity.json"), self.fidelity.to_json()))
            .and_then(|()| std::fs::write(page, self.fidelity.page(&old)))
            .map_err(|error| Failure::usage(format!("cannot write into {}: {error}", folder.display())))
    }
}

fn show(args: &RunArgs, run: &LabRun) -> Result<(), Failure> {
    if args.story {
        for (at, what) in &run.story {
            output::complain(&format!("{at:>7} ms  {what}"));
        }
        let controller = &run.controller;
        output::complain(&format!(
            "controller: {} decisions, {} partition changes compared, {} differ",
            controller.decisions,
            controller.compared,
            controller.mismatches.len()
        ));
        for mismatch in &controller.mismatches {
            output::complain(&format!("  {mismatch:?}"));
        }
    }
    if let Some(folder) = &args.controller_logs {
        let name = format!("{}-{}.jsonl", run.report.scenario, run.report.kafka_version);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(folder.join(name), &run.controller_log))
            .map_err(|error| Failure::usage(format!("cannot write into {}: {error}", folder.display())))?;
    }
    let text = serde_json::to_string(&run.report).map_err(|error| Failure::usage(error.to_string()))?;
    output::write(&format!("{text}\n"))
}
