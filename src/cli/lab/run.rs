//! `klever lab run`: scenarios on real brokers, held against the simulator, and the fidelity table.

use crate::cli::Failure;
use crate::cli::failure::FOUND;
use crate::cli::output;
use crate::config::InputKind;
use crate::knobs::RELEASES;
use crate::lab::conformance::{Prediction, Row};
use crate::lab::{self, ClientImplementation, Fidelity, LabRun, RecordedRun};
use crate::model::KafkaVersion;
use crate::scenario::Scenario;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// `--clients`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ClientsArg {
    /// Kafka's own Java client
    Java,
    /// librdkafka
    Rdkafka,
}

/// `klever lab run`.
#[derive(ClapArgs, Debug)]
pub struct RunArgs {
    /// Scenario files
    #[arg(value_name = "SCENARIO", required_unless_present_any = ["all", "measures"])]
    pub scenarios: Vec<PathBuf>,
    /// All scenarios of the fidelity table, on all its releases
    #[arg(long, conflicts_with = "scenarios")]
    pub all: bool,
    /// With --all: only these, by id
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "all")]
    pub only: Vec<String>,
    /// Kafka's release, such as 4.1.0
    #[arg(long = "kafka-version", value_name = "VERSION", value_delimiter = ',')]
    pub version: Vec<KafkaVersion>,
    /// Which implementation of the clients to run
    #[arg(long, value_enum, default_value = "java")]
    pub clients: ClientsArg,
    /// Number of seeds for the prediction
    #[arg(long, default_value_t = 60)]
    pub seeds: u64,
    /// How often to run each scenario on real brokers
    #[arg(long, default_value_t = 1)]
    pub repeat: u32,
    /// Add to the runs that the table has of the same scenario, instead of replacing them
    #[arg(long)]
    pub more: bool,
    /// Only scenarios that the table has no run of
    #[arg(long)]
    pub missing: bool,
    /// Start no broker: compare the runs that the table has with the simulator as it is now
    #[arg(long, conflicts_with_all = ["more", "missing", "repeat"])]
    pub kept: bool,
    /// Also measure ack times, requests and the ISR, on each --kafka-version
    #[arg(long, requires = "version")]
    pub measures: bool,
    /// Write the fidelity table into this folder; with --all it is the project's own
    #[arg(long, value_name = "FOLDER")]
    pub table: Option<PathBuf>,
    /// Print the event log of each run on standard error
    #[arg(long)]
    pub event_log: bool,
    /// Write the controller's log of each run into this folder
    #[arg(long, value_name = "FOLDER")]
    pub controller_logs: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let mut table = Table::open(args)?;
    let mut agreed = true;
    for planned in scenarios(args)? {
        for version in versions(args, &planned.scenario) {
            agreed &= one(args, &planned, version, &mut table)?;
        }
    }
    if args.measures {
        for version in &args.version {
            let measured = lab::measures::all(*version)?;
            agreed &= measured.iter().all(|measured| measured.number.within);
            measured.into_iter().for_each(|measured| table.fidelity.put_measure(measured));
            table.write()?;
        }
    }
    Ok(if agreed { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

/// A scenario, and what of its text its runs are known by.
struct PlannedScenario {
    scenario: Scenario,
    fingerprint: String,
}

/// The scenarios that are asked for and that real brokers can run.
fn scenarios(args: &RunArgs) -> Result<Vec<PlannedScenario>, Failure> {
    let files = if args.all { scenario_files()? } else { args.scenarios.clone() };
    let mut found = Vec::new();
    for path in &files {
        let text = output::read(path, InputKind::Scenario)?;
        let scenario = Scenario::parse(&path.display().to_string(), &text)
            .map_err(|error| Failure::usage(error.to_string()))?;
        if !args.only.is_empty() && !args.only.contains(&scenario.id) {
            continue;
        }
        match lab::not_on_brokers(&scenario) {
            Some(why) => output::write_error(&format!("{}: not on real brokers: {why}", scenario.id)),
            None => found.push(PlannedScenario { scenario, fingerprint: lab::fingerprint(&text) }),
        }
    }
    let unknown = args
        .only
        .iter()
        .find(|id| !found.iter().any(|planned: &PlannedScenario| planned.scenario.id == **id));
    unknown.map_or(Ok(found), |id| Err(Failure::usage(format!("no scenario of the table is called {id}"))))
}

/// The releases of the fidelity table: the one that klever shows, the newest, and those on both sides of ELR (KIP-966).
fn table_releases() -> Vec<KafkaVersion> {
    let with_elr = RELEASES.partition_point(|release| *release < KafkaVersion::new(4, 0, 0));
    let newest = RELEASES.len() - 1;
    let others = [newest, with_elr, with_elr - 1].map(|at| RELEASES[at]);
    std::iter::once(KafkaVersion::REFERENCE).chain(others).collect()
}

/// The releases to run it on: those named; with --all those of the table that it is written for.
fn versions(args: &RunArgs, scenario: &Scenario) -> Vec<KafkaVersion> {
    let meant = |version: &KafkaVersion| {
        let same = |other: &KafkaVersion| (other.major, other.minor) == (version.major, version.minor);
        scenario.versions.is_empty() || scenario.versions.iter().any(same)
    };
    match (args.version.is_empty(), args.all) {
        (false, true) => args.version.iter().copied().filter(meant).collect(),
        (false, false) => args.version.clone(),
        (true, true) => table_releases().into_iter().filter(meant).collect(),
        (true, false) => vec![scenario.version()],
    }
}

/// Predicts one scenario on one release and runs it. Says whether everything agreed.
fn one(
    args: &RunArgs,
    planned: &PlannedScenario,
    version: KafkaVersion,
    table: &mut Table,
) -> Result<bool, Failure> {
    let PlannedScenario { scenario, fingerprint } = planned;
    let implementation = client_implementation(args)?;
    let kept = table.fidelity.kept(&scenario.id, version, implementation.clients(), fingerprint);
    if args.missing && !kept.is_empty() || args.kept && kept.is_empty() {
        return Ok(true);
    }
    let mut runs = if args.more || args.kept { kept } else { Vec::new() };
    for _ in 0..if args.kept { 0 } else { args.repeat } {
        let run = lab::run_with(scenario, version, &implementation)?;
        show(args, &run)?;
        runs.push(RecordedRun::of(&run, fingerprint));
    }
    let process_times = lab::process_times(runs.iter().map(|run| &run.process_times));
    let predicted = Prediction::with(scenario, version, args.seeds, &process_times);
    let row = Row::new(scenario, version, &predicted, runs);
    let agrees = row.agrees();
    output::write_error(&format!("{} on {version}: {}", scenario.id, lab::sentence(&row)));
    table.fidelity.put(row);
    table.write()?;
    Ok(agrees)
}

fn client_implementation(args: &RunArgs) -> Result<ClientImplementation, Failure> {
    match args.clients {
        ClientsArg::Java => Ok(ClientImplementation::Java),
        ClientsArg::Rdkafka => std::env::current_exe()
            .map(ClientImplementation::Rdkafka)
            .map_err(|error| Failure::blind(format!("cannot tell where klever is: {error}"))),
    }
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
        let fidelity = json.map_or(Ok(Fidelity::default()), |json| Fidelity::read(&json));
        Ok(Table { folder, fidelity: fidelity? })
    }

    fn write(&self) -> Result<(), Failure> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let page = folder.join("fidelity.md");
        let old = std::fs::read_to_string(&page).unwrap_or_default();
        let whole = |path: PathBuf, text: String| {
            // Whole or not at all: an interrupted run must not take the rows before it along.
            let part = path.with_extension("part");
            std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, &path))
        };
        std::fs::create_dir_all(folder)
            .and_then(|()| whole(folder.join("fidelity.json"), self.fidelity.to_json()))
            .and_then(|()| whole(page, self.fidelity.page(&old)))
            .map_err(|error| Failure::usage(format!("cannot write into {}: {error}", folder.display())))
    }
}

fn show(args: &RunArgs, run: &LabRun) -> Result<(), Failure> {
    if args.event_log {
        for (at, what) in &run.event_log {
            output::write_error(&format!("{at:>7} ms  {what}"));
        }
        let controller = &run.controller;
        output::write_error(&format!(
            "controller: {} decisions, {} partition changes compared, {} differ",
            controller.decisions,
            controller.compared,
            controller.mismatches.len()
        ));
        for mismatch in &controller.mismatches {
            output::write_error(&format!("  {mismatch:?}"));
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
