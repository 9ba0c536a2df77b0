//! `klever lab`: real local clusters, and scenarios on them.

mod run;

use crate::app::Origin;
use crate::cli::Failure;
use crate::cli::args::ScreenArgs;
use crate::cli::{output, screen, source};
use crate::lab::session::{self, Note, Session};
use crate::lab::{Controllers, Interruption, Lab, LabError, LabSpec, RunningCluster, client};
use crate::model::KafkaVersion;
use crate::scenario::NetSpec;
use crate::source::LabDriver;
use clap::{Args as ClapArgs, Subcommand};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// How often a lab that is up looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

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
    /// Start brokers, with the screen on them in a terminal, until it is left, or Ctrl-C, or `klever lab down`
    Up(UpArgs),
    /// Tell whether a lab runs, and where
    Status,
    /// End the lab that runs
    Down,
    /// Run scenarios on real brokers and hold them against the simulator
    Run(run::RunArgs),
    /// A client of the lab's own, as a process
    #[command(hide = true)]
    Client {
        /// `produce` or `consume`
        mode: String,
        /// Its properties
        file: PathBuf,
    },
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
    /// No screen, also in a terminal
    #[arg(long)]
    pub no_screen: bool,
    /// How the screen looks
    #[command(flatten)]
    pub screen: ScreenArgs,
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

/// Runs the command. Whatever fails once a signal came fails because of it.
pub(super) fn run(args: &LabArgs) -> Result<ExitCode, Failure> {
    let line = "interrupted; what was started has ended";
    match command(args) {
        Err(_) if Interruption::requested() => Err(Failure::blind(line)),
        ended => ended,
    }
}

fn command(args: &LabArgs) -> Result<ExitCode, Failure> {
    match &args.command {
        LabCommand::Up(args) => up(args),
        LabCommand::Status => status(),
        LabCommand::Down => {
            session::end(&session::default_path())?;
            output::write("the lab is down\n")?;
            Ok(ExitCode::SUCCESS)
        }
        LabCommand::Run(args) => {
            let _signals = hear()?;
            run::run(args)
        }
        LabCommand::Client { mode, file } => {
            client::run(mode, &output::read_properties(file)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn up(args: &UpArgs) -> Result<ExitCode, Failure> {
    let path = session::default_path();
    if session::running(&path).is_some() {
        return Err(Failure::usage("a lab runs already").hint("`klever lab down` ends it"));
    }
    // Before anything is started: a signal must always end in an orderly way down.
    let signals = hear()?;
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
    if !args.no_screen && std::io::stdout().is_terminal() {
        let cluster = RunningCluster::on(lab)?;
        drop(signals);
        let stream = LabDriver::stream(&cluster).map_err(source::refused)?;
        let origin = Origin::Lab(format!("{} brokers", args.brokers));
        return screen::show(&args.screen, origin, move |sink| {
            Box::new(LabDriver::start(cluster, stream, sink))
        });
    }
    output::write(&format!("{}\n", session_text(&session)))?;
    while !Interruption::requested() {
        std::thread::sleep(LOOK);
    }
    Ok(ExitCode::SUCCESS)
}

fn hear() -> Result<Interruption, Failure> {
    Interruption::listen().map_err(|error| Failure::usage(format!("cannot wait for signals: {error}")))
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
