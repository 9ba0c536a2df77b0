//! The command line: arguments, commands, exit codes. Thin: it reads files, asks the core and writes what [`crate::report`] says.
//!
//! Each command has a file with its options and what it does. Exit codes: 0 fine; 1 findings at or above `--fail-on`, a
//! verdict `unsafe` or a goal that is not met; 2 usage or bad input; 3 could not look. An error is one plain line and a
//! hint on standard error.

#[cfg(feature = "live")]
mod acl;
mod args;
mod assess;
mod check;
mod clients;
mod diff;
mod doctor;
mod embedded;
mod explain;
mod failure;
mod files;
mod interrupt;
#[cfg(feature = "lab")]
mod lab;
mod lag;
#[cfg(feature = "live")]
mod live;
mod manual;
mod open;
mod output;
mod parse;
mod progress;
mod roll;
mod screen;
mod settings;
mod simulate;
mod snapshot;
mod source;
mod user_settings;
mod workshop;

pub use failure::Failure;

use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::process::ExitCode;

/// Explore Apache Kafka's trade-offs: what configuration means for durability, availability and latency.
#[derive(Parser, Debug)]
#[command(name = "klever", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 fine, 1 findings or a verdict `unsafe`, 2 usage or bad input, 3 could not look."
)]
pub struct Args {
    /// Without it the screen opens on the embedded cluster.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub embedded: embedded::EmbeddedArgs,
}

/// The commands of the program; without one the screen opens on the embedded cluster.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Open the screen on a real cluster, read-only
    #[cfg(feature = "live")]
    Live(live::LiveArgs),
    /// Open the screen on a cluster that was written to a file
    Open(open::OpenArgs),
    /// Look for anti-patterns in a cluster and in client files
    Check(check::CheckArgs),
    /// Judge a cluster or a what-if: failures survived, availability, latency
    Assess(assess::AssessArgs),
    /// Show which brokers are safe to restart now, and a safe order
    Roll(roll::RollArgs),
    /// Run a scenario to its end in virtual time
    Simulate(simulate::SimulateArgs),
    /// Play the scenes of the workshop: an anti-pattern, its fix, and the same faults again
    Workshop(workshop::WorkshopArgs),
    /// Explain a rule, a figure, a knob, any configuration key or error of Kafka, or the errors in a log
    Explain(explain::ExplainArgs),
    /// Read a cluster once and write it to a file, without names if so asked
    Snapshot(snapshot::SnapshotArgs),
    /// Compare two snapshots: what got riskier, what got better, what only changed
    Diff(diff::DiffArgs),
    /// Show how far consumer groups are behind
    Lag(lag::LagArgs),
    /// Print the least ACLs that reading a cluster needs
    #[cfg(feature = "live")]
    Acl(acl::AclArgs),
    /// Start real local brokers, and run scenarios on them
    #[cfg(feature = "lab")]
    Lab(lab::LabArgs),
    /// Print a completion script for a shell
    Completions(manual::CompletionsArgs),
    /// Print the manual page
    Man,
    /// Show every setting with its value and where that comes from, or a sample of the file
    Settings(settings::SettingsArgs),
    /// Show what klever knows about its build and this terminal, and on which step the way to a cluster breaks
    Doctor(doctor::DoctorArgs),
}

/// Runs klever with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Not a command: nobody but klever itself runs it.
    #[cfg(feature = "librdkafka")]
    if arguments.get(1).is_some_and(|argument| argument == crate::kafka::LIBRDKAFKA_ARGUMENT) {
        return crate::kafka::serve_librdkafka();
    }
    let done = match parse::parse(arguments) {
        Ok(args) => dispatch(args),
        Err(answered) => answered,
    };
    done.unwrap_or_else(|failure| output::report(&failure))
}

fn dispatch(args: Args) -> Result<ExitCode, Failure> {
    let Some(command) = args.command else { return embedded::run(&args.embedded) };
    match command {
        #[cfg(feature = "live")]
        Command::Live(args) => live::run(&args),
        Command::Open(args) => open::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Assess(args) => assess::run(&args),
        Command::Roll(args) => roll::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Workshop(args) => workshop::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Snapshot(args) => snapshot::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Lag(args) => lag::run(&args),
        #[cfg(feature = "live")]
        Command::Acl(args) => acl::run(&args),
        #[cfg(feature = "lab")]
        Command::Lab(args) => lab::run(&args),
        Command::Completions(args) => manual::completions::<Args>(&args),
        Command::Man => manual::man::<Args>(),
        Command::Settings(args) => settings::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    }
}
